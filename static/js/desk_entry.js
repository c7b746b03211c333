// The ledger entry of a line that no document explains: proposed by the server, asked for in a dialog.

const LABELS = { debit: "Débito", credit: "Crédito", history: "Histórico", text: "Texto" };

export class Entry {
    constructor(root, { save, alike }) {
        this.dialog = root.querySelector("[data-entry]");
        this.form = this.dialog.querySelector("form");
        this.line = null;
        this.form.addEventListener("submit", (event) => {
            const act = { save, alike }[event.submitter?.value];
            if (!act) return;
            const problem = this.obstacle();
            if (problem) {
                event.preventDefault();
                return this.tell(problem, "debit");
            }
            // The dialog closes first: what is told meanwhile must be seen.
            this.dialog.close();
            event.preventDefault();
            act();
            return undefined;
        });
    }

    // What was typed for a line stays until another line is entered.
    async open(card, propose) {
        if (this.line !== card.dataset.card) this.fill(card, await propose());
        this.tell("");
        this.dialog.showModal();
        const { debit, credit, history } = this.form.elements;
        ([debit, credit, history].find((one) => !one.value) ?? debit).select();
    }

    fill(card, { posting, told, amount, accounts, histories }) {
        this.line = card.dataset.card;
        this.proposed = posting.text;
        for (const name of Object.keys(LABELS)) this.form.elements[name].value = posting[name];
        const date = card.querySelector("[data-fact=date]").textContent;
        const memo = card.querySelector("[data-text=memo]").textContent;
        this.dialog.querySelector("[data-entry-line]").textContent = `${date} · ${amount} · ${memo}.`;
        this.dialog.querySelector("[data-entry-told]").textContent = told;
        offer(this.dialog.querySelector("#entry-accounts"), accounts);
        offer(this.dialog.querySelector("#entry-histories"), histories);
    }

    // The bank's own words are left to the server: of lines alike each has its own.
    get posting() {
        const { debit, credit, history, text } = Object.fromEntries(new FormData(this.form));
        return { debit, credit, history, text: text === this.proposed ? "" : text };
    }

    obstacle() {
        const { debit, credit } = this.posting;
        return debit.trim() || credit.trim() ? "" : "Informe a conta de débito, a de crédito, ou as duas.";
    }

    // Shown again with what was typed, and with why it was not kept.
    refuse({ message, details }) {
        this.dialog.showModal();
        this.tell(message, Object.keys(details.fields?.posting ?? details.fields ?? {})[0]);
    }

    tell(problem, field = "debit") {
        const place = this.dialog.querySelector("[data-entry-problem]");
        place.textContent = problem;
        place.hidden = !problem;
        for (const name of Object.keys(LABELS)) this.form.elements[name].toggleAttribute("aria-invalid", Boolean(problem) && name === field);
        if (problem) this.form.elements[field]?.focus();
    }

    told() {
        const said = Object.entries(this.posting).filter(([, value]) => value.trim());
        return said.map(([name, value]) => [LABELS[name], value]);
    }
}

function offer(list, codes) {
    list.replaceChildren(...codes.map((code) => Object.assign(document.createElement("option"), { value: code })));
}
