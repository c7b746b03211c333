// A conciliation card by keyboard: a candidate, "no document", or the fields alone.

export class Match {
    constructor(card, { changed }) {
        this.form = card.querySelector("[data-match]");
        this.canAnswer = "open" in card.dataset;
        this.before = [];
        this.changed = changed;
        this.said = this.choice();
        this.isTouched = false;
        this.form.addEventListener("submit", (event) => event.preventDefault());
        this.form.addEventListener("input", () => this.note());
        this.form.addEventListener("change", (event) => {
            if (event.target.name === "choice") this.before.push(this.said);
            this.said = this.choice();
            this.note();
        });
    }

    note() {
        this.isTouched = true;
        this.changed();
    }

    choice() {
        return this.form.elements.choice?.value ?? "";
    }

    inputs() {
        return [...this.form.querySelectorAll(".fields input")];
    }

    start() {
        const radio = this.form.querySelector("input[name=choice]:checked") ?? this.form.querySelector("input[name=choice]");
        (this.canAnswer ? radio : this.form.closest("[data-review]"))?.focus({ preventScroll: true });
    }

    act(event) {
        const key = event.key.toLowerCase();
        if (!this.canAnswer || !/^[1-9xc]$/.test(key)) return null;
        const radio = this.form.querySelector(`[data-key="${key}"]`);
        return radio ? () => this.choose(radio) : null;
    }

    choose(radio) {
        if (this.said !== radio.value) this.before.push(this.said);
        radio.checked = true;
        this.said = radio.value;
        radio.focus({ preventScroll: true });
        radio.closest(".choice").scrollIntoView({ block: "nearest" });
        if (radio.value === "correct") this.inputs()[0]?.focus();
        this.note();
    }

    set(value) {
        for (const radio of this.form.querySelectorAll("input[name=choice]")) radio.checked = radio.value === value;
        this.said = value;
    }

    undo() {
        if (!this.before.length) return false;
        this.set(this.before.pop());
        this.start();
        this.changed();
        return true;
    }

    obstacle() {
        if (this.choice()) return null;
        this.start();
        return "Falta dizer qual nota explica o lançamento, ou que não há nota. O cartão não foi salvo.";
    }

    left() {
        return "";
    }

    corrections() {
        const changed = this.inputs().filter((input) => input.value.trim() !== input.defaultValue);
        return Object.fromEntries(changed.map((input) => [input.name, input.value.trim()]));
    }

    payload() {
        const [verdict, document_id = "", installment = ""] = this.choice().split("|");
        // Notes that are paid together are accepted by what links them.
        if (verdict === "group") return { verdict: "accept", link: document_id, corrections: this.corrections() };
        return { verdict, document_id, installment, corrections: this.corrections() };
    }

    draft() {
        return this.isTouched ? { choice: this.choice(), fields: this.corrections() } : null;
    }

    restore(draft) {
        this.set(draft.choice);
        for (const input of this.inputs()) input.value = draft.fields[input.name] ?? input.value;
        this.isTouched = true;
    }

    clash(draft) {
        if (this.canAnswer) this.restore(draft);
    }

    told() {
        const radio = this.form.querySelector("input[name=choice]:checked");
        const name = radio?.closest(".choice").querySelector(".choice-name").textContent;
        const changed = this.inputs().filter((input) => input.value.trim() !== input.defaultValue);
        return [...(name ? [["Escolha", name]] : []), ...changed.map((input) => [this.label(input.name), input.value || "vazio"])];
    }

    label(field) {
        const names = { documento: "Nota", situacao: "Situação", numero: "Número", emitente: "Emitente", valor_documento: "Valor da nota", pontos: "Pontos", parcela: "Parcela" };
        return this.form.elements[field]?.labels?.[0]?.textContent ?? names[field] ?? field;
    }

    refuse(fields) {
        this.inputs().find((input) => input.name in fields)?.focus();
    }
}
