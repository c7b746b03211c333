// The line in hand: which candidate is chosen, what it would settle, what speaks for it on both sides.

export class Choice {
    constructor(card, { changed }) {
        this.card = card;
        this.form = card.querySelector("[data-match]");
        this.canAnswer = "open" in card.dataset;
        this.isTouched = false;
        this.changed = changed;
        this.texts = new Map([...card.querySelectorAll("[data-text]")].map((place) => [place.dataset.text, place.textContent]));
        this.form.addEventListener("submit", (event) => event.preventDefault());
        this.form.addEventListener("change", () => this.note());
        card.querySelector("#desk-reason")?.addEventListener("input", () => this.note());
        this.show();
    }

    get radio() {
        return this.form.querySelector("input[name=choice]:checked") ?? (this.canAnswer ? null : this.form.querySelector("input[name=choice]"));
    }

    get value() {
        return this.form.querySelector("input[name=choice]:checked")?.value ?? "";
    }

    get reason() {
        return this.card.querySelector("#desk-reason")?.value.trim() ?? "";
    }

    note() {
        this.isTouched = true;
        this.show();
        this.changed();
    }

    start() {
        const place = this.canAnswer ? this.radio ?? this.card.querySelector("[data-act=none]") : this.card.closest("[data-desk]");
        place?.focus({ preventScroll: true });
    }

    pick(key) {
        const radio = this.form.querySelector(`[data-key="${key}"]:not([disabled])`);
        if (!radio || !this.canAnswer) return null;
        return () => {
            radio.checked = true;
            radio.focus({ preventScroll: true });
            radio.closest(".choice").scrollIntoView({ block: "nearest" });
            this.note();
        };
    }

    show() {
        const chosen = this.radio?.closest("[data-candidate]");
        if (chosen) {
            this.card.querySelector("[data-result] [data-equation]").textContent = chosen.dataset.equation;
            this.card.querySelector("[data-result] [data-rest]").textContent = chosen.dataset.rest;
        }
        const marks = chosen ? JSON.parse(chosen.dataset.marks) : { facts: [] };
        for (const [name, text] of this.texts) mark(this.card.querySelector(`[data-text="${name}"]`), text, marks[name] ?? []);
        for (const place of this.card.querySelectorAll("[data-fact]")) place.classList.toggle("desk-mark", marks.facts.includes(place.dataset.fact));
        for (const one of this.form.querySelectorAll("[data-candidate]")) one.toggleAttribute("data-chosen", one === chosen);
    }

    payload(verdict) {
        const choices = verdict === "accept" && this.value ? [this.value] : [];
        return { verdict, choices, reason: this.reason };
    }

    draft() {
        return this.isTouched ? { choice: this.value, reason: this.reason } : null;
    }

    restore({ choice, reason }) {
        for (const radio of this.form.querySelectorAll("input[name=choice]")) if (radio.value === choice && !radio.disabled) radio.checked = true;
        const place = this.card.querySelector("#desk-reason");
        if (place) place.value = reason ?? "";
        this.isTouched = true;
        this.show();
    }

    told() {
        const name = this.radio?.closest(".choice")?.querySelector(".choice-name").textContent;
        return [...(name ? [["Nota", name]] : []), ...(this.reason ? [["Motivo", this.reason]] : [])];
    }

    // What was looked for stands below the machine's own candidates, numbered on.
    add(html) {
        const place = this.form.querySelector("[data-choices]");
        for (const old of place.querySelectorAll("[data-found]")) old.remove();
        const template = document.createElement("template");
        template.innerHTML = html;
        const known = new Set([...place.querySelectorAll("input[name=choice]")].map((radio) => radio.value.split("|")[0]));
        const fresh = [...template.content.children].filter((one) => !known.has(one.querySelector("input").value.split("|")[0]));
        for (const one of fresh) one.setAttribute("data-found", "");
        place.append(...fresh);
        this.renumber();
        return fresh[0]?.querySelector("input");
    }

    get count() {
        return this.form.querySelectorAll("[data-candidate]:not([data-found])").length;
    }

    renumber() {
        [...this.form.querySelectorAll("[data-candidate] input")].slice(0, 9).forEach((radio, place) => {
            const kbd = radio.parentElement.querySelector("kbd");
            radio.dataset.key = String(place + 1);
            radio.setAttribute("aria-keyshortcuts", radio.dataset.key);
            if (kbd) kbd.textContent = radio.dataset.key;
        });
    }
}

function mark(place, text, parts) {
    const pieces = [];
    let from = 0;
    for (const [start, end] of parts) {
        pieces.push(text.slice(from, start), Object.assign(document.createElement("mark"), { textContent: text.slice(start, end) }));
        from = end;
    }
    place.replaceChildren(...pieces, text.slice(from));
}
