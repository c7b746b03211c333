// "This one or all alike": told first, carried out only when somebody has seen what it reaches.

const WORDS = {
    accept: ["Conciliar", "é conciliado, cada um com a sua nota"],
    no_document: ["Sem nota para", "fica sem nota"],
    hold: ["A verificar:", "fica a verificar"],
    entry: ["Lançar", "recebe este lançamento contábil, com o seu próprio valor"],
};

export class Many {
    constructor(root, { preview, save }) {
        this.dialog = root.querySelector("[data-many]");
        this.told = this.dialog.querySelector("[data-many-told]");
        this.button = this.dialog.querySelector("[data-many-save]");
        this.preview = preview;
        this.dialog.addEventListener("click", (event) => {
            const verdict = event.target.closest("[data-verdict]")?.dataset.verdict;
            if (verdict) this.choose(verdict);
        });
        this.dialog.addEventListener("keydown", (event) => {
            const found = this.dialog.querySelector(`[data-verdict][aria-keyshortcuts~="${CSS.escape(event.key.toUpperCase())}"]`);
            if (found && this.verdict !== "entry" && !event.ctrlKey && !event.metaKey && !found.disabled) this.choose(found.dataset.verdict);
        });
        this.dialog.querySelector("form").addEventListener("submit", (event) => {
            if (event.submitter?.value === "save") save(this.verdict);
        });
    }

    open(verdict, canAccept) {
        this.dialog.querySelector("[data-verdicts]").hidden = verdict === "entry"; // it is filled in for one answer
        this.dialog.querySelector("[data-verdict=accept]").disabled = !canAccept;
        this.dialog.showModal();
        return this.choose(verdict);
    }

    async choose(verdict) {
        this.verdict = verdict;
        for (const one of this.dialog.querySelectorAll("[data-verdict]")) one.setAttribute("aria-pressed", String(one.dataset.verdict === verdict));
        this.told.textContent = "Um instante…";
        this.button.hidden = true;
        try {
            const found = await this.preview(verdict);
            if (this.verdict === verdict) this.show(found, verdict);
        } catch (refusal) {
            this.told.textContent = refusal.message;
        }
    }

    show(found, verdict) {
        const [word, becomes] = WORDS[verdict];
        const lead = document.createElement("p");
        lead.textContent = `${found.count} lançamento${found.count > 1 ? "s" : ""}, ${brl(found.amount)}: cada um ${becomes}.`;
        const list = document.createElement("ul");
        list.className = "desk-list";
        for (const line of found.lines) list.append(item(`${line.date} · ${brl(line.amount)} · ${line.memo}`));
        if (found.count > found.lines.length) list.append(item(`e mais ${found.count - found.lines.length}`));
        this.told.replaceChildren(lead, list, ...this.notes(found));
        this.button.hidden = !found.count;
        this.button.replaceChildren(`${word} ${found.count} `, Object.assign(document.createElement("kbd"), { textContent: "Enter" }));
        this.button.focus();
    }

    notes({ doubtful, left }) {
        const told = [];
        if (doubtful) told.push(`${doubtful} da mesma pessoa ${doubtful > 1 ? "têm" : "tem"} um segundo candidato próximo e ${doubtful > 1 ? "ficam" : "fica"} de fora.`);
        if (left) told.push(`Outros ${left} ficam para a próxima vez.`);
        return told.map((text) => Object.assign(document.createElement("p"), { textContent: text, className: "quiet" }));
    }
}

function item(text) {
    return Object.assign(document.createElement("li"), { textContent: text });
}

function brl(amount) {
    return Number(amount).toLocaleString("pt-BR", { style: "currency", currency: "BRL" });
}
