// The line in hand: what is chosen for it, what that would settle, what speaks for it on both sides.

import { told } from "./desk_sums.js";

export class Choice {
    constructor(card, { changed }) {
        this.card = card;
        this.form = card.querySelector("[data-match]");
        this.kinds = card.querySelector("[data-kind]");
        this.joined = card.querySelector("[data-joined]");
        this.left = Number(card.dataset.left);
        this.canAnswer = "open" in card.dataset;
        this.isTouched = false;
        this.changed = changed;
        this.texts = new Map([...card.querySelectorAll("[data-text]")].map((place) => [place.dataset.text, place.textContent]));
        this.form.addEventListener("submit", (event) => event.preventDefault());
        card.addEventListener("change", (event) => event.target.matches("input, select") && this.note());
        card.querySelector("#desk-reason")?.addEventListener("input", () => this.note());
        this.show();
    }

    get radio() {
        return this.form.querySelector("input[name=choice]:checked") ?? (this.canAnswer ? null : this.form.querySelector("input[name=choice]"));
    }

    // What Enter would book: all that is marked, or else the one that is chosen.
    get chosen() {
        const marked = [...this.form.querySelectorAll("[data-mark]:checked")].map((box) => box.closest("[data-candidate]"));
        const one = this.form.querySelector("input[name=choice]:checked")?.closest("[data-candidate]");
        return marked.length ? marked : one ? [one] : [];
    }

    get value() {
        return this.chosen.length > 0;
    }

    // What concerns more than this line's own best candidate cannot be said of all alike.
    get isAlone() {
        return this.chosen.length === 1 && !this.isGroup && !this.kind && !this.marks.length;
    }

    get isGroup() {
        return this.chosen.some((one) => "group" in one.dataset);
    }

    get marks() {
        return [...(this.joined?.querySelectorAll("[data-join]:checked") ?? [])];
    }

    get kind() {
        return this.kinds && !this.kinds.closest("[data-naming]").hidden ? this.kinds.value : "";
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
        // Never on a button: Enter would press it, and say of a line what nobody meant.
        const place = (this.canAnswer && this.radio) || this.card.closest("[data-desk]");
        place.focus({ preventScroll: true });
    }

    pick(key) {
        const radio = this.form.querySelector(`[data-key="${key}"]:not([disabled])`);
        return radio && this.canAnswer ? () => this.choose(radio) : null;
    }

    // The candidate before or after the one in hand, round the end; among lines to join, likewise.
    step(by) {
        const isJoining = this.joined?.contains(document.activeElement);
        const what = isJoining ? this.joined.querySelectorAll("[data-join]") : this.form.querySelectorAll("[data-choices] input[name=choice]:not([disabled])");
        const all = [...what];
        if (!this.canAnswer || !all.length) return null;
        const at = all.indexOf(isJoining ? document.activeElement : this.radio);
        const next = all.at((at < 0 ? (by > 0 ? 0 : -1) : at + by) % all.length);
        return isJoining ? () => next.focus() : () => this.choose(next);
    }

    // The engine's own group, wherever it stands among the candidates.
    pickGroup() {
        const radio = this.form.querySelector("[data-group] input[name=choice]:not([disabled])");
        return radio && this.canAnswer ? () => this.choose(radio) : null;
    }

    choose(radio) {
        radio.checked = true;
        radio.focus({ preventScroll: true });
        radio.closest(".choice").scrollIntoView({ block: "nearest" });
        this.note();
    }

    // Marks the candidate in hand, to be paid together with the others that are marked.
    mark() {
        const box = this.radio?.closest("[data-candidate]").querySelector("[data-mark]");
        if (!box) return;
        box.checked = !box.checked;
        this.note();
    }

    show() {
        const { chosen } = this;
        for (const one of this.form.querySelectorAll("[data-candidate]")) one.toggleAttribute("data-chosen", chosen.includes(one));
        this.tell(chosen);
        const shown = chosen[0] ?? this.radio?.closest("[data-candidate]");
        const marks = shown ? JSON.parse(shown.dataset.marks) : { facts: [] };
        for (const [name, text] of this.texts) mark(this.card.querySelector(`[data-text="${name}"]`), text, marks[name] ?? []);
        for (const place of this.card.querySelectorAll("[data-fact]")) place.classList.toggle("desk-mark", marks.facts.includes(place.dataset.fact));
    }

    // The result in money and in words, with what would be left.
    tell(chosen) {
        if (!chosen.length) return this.tellNone();
        const facts = [this.left, chosen.map((one) => one.dataset), this.marks.map((box) => Number(box.dataset.cents))];
        const isOne = chosen.length === 1 && !this.marks.length;
        // The server has named the difference of its own proposal already.
        this.name(isOne && chosen[0].dataset.rest.endsWith("R$ 0,00") ? "" : told(...facts, "").side);
        const { equation, rest } = isOne && !this.kind ? chosen[0].dataset : told(...facts, this.kind);
        put(this.card.querySelector("[data-result] [data-equation]"), equation);
        put(this.card.querySelector("[data-result] [data-rest]"), rest);
        return undefined;
    }

    tellNone() {
        if (!this.canAnswer) return;
        this.name("");
        put(this.card.querySelector("[data-result] [data-equation]"), "Nenhuma nota escolhida: procure uma, ou diga que não há.");
        put(this.card.querySelector("[data-result] [data-rest]"), "");
    }

    // Only what nothing explains can be given a name, and only a name of its side.
    name(side) {
        if (!this.kinds) return;
        this.kinds.closest("[data-naming]").hidden = !side;
        for (const option of this.kinds.options) option.hidden = option.disabled = Boolean(option.dataset.side) && option.dataset.side !== side;
        if (this.kinds.selectedOptions[0]?.disabled) this.kinds.value = "";
    }

    payload(verdict) {
        if (verdict !== "accept") return { verdict, choices: [], reason: this.reason };
        const choices = [...new Set(this.chosen.flatMap((one) => one.querySelector("input").value.split(",")))];
        const together = this.chosen.flatMap((one) => one.dataset.lines.split(",").filter(Boolean));
        const lines = [...new Set([...together, ...this.marks.map((box) => box.value)])];
        return { verdict, choices, lines, kind: this.kind, reason: this.reason };
    }

    draft() {
        if (!this.isTouched) return null;
        const marked = [...this.form.querySelectorAll("[data-mark]:checked")].map((box) => box.closest("[data-candidate]").querySelector("input").value);
        return { choice: this.radio?.value ?? "", marked, kind: this.kind, reason: this.reason };
    }

    // Whether all that was chosen is here: a note that was looked for is not, and nothing takes its place.
    restore({ choice, marked = [], kind = "", reason }) {
        const there = new Set([...this.form.querySelectorAll("input[name=choice]:not([disabled])")].map((radio) => radio.value));
        const isWhole = [choice, ...marked].every((value) => !value || there.has(value));
        if (choice && !there.has(choice)) for (const radio of this.form.querySelectorAll("input[name=choice]")) radio.checked = false;
        for (const radio of this.form.querySelectorAll("input[name=choice]:not([disabled])")) {
            if (radio.value === choice) radio.checked = true;
            const box = radio.closest("[data-candidate]").querySelector("[data-mark]");
            if (box) box.checked = marked.includes(radio.value);
        }
        const place = this.card.querySelector("#desk-reason");
        if (place) place.value = reason ?? "";
        this.isTouched = true;
        this.show();
        if (this.kinds && kind) this.kinds.value = kind;
        this.show();
        return isWhole;
    }

    told() {
        const names = this.chosen.map((one) => one.dataset.names).join(" + ");
        return [...(names ? [["Nota", names]] : []), ...(this.reason ? [["Motivo", this.reason]] : [])];
    }

    // What was looked for stands below the machine's own candidates, numbered on; what is chosen stays.
    // Answers with the first that was found, wherever it stands.
    add(html) {
        const place = this.form.querySelector("[data-choices]");
        for (const old of place.querySelectorAll("[data-found]")) if (!old.querySelector("input:checked")) old.remove();
        const template = document.createElement("template");
        template.innerHTML = html;
        const known = new Set([...place.querySelectorAll("[data-candidate]:not([data-group]) input[name=choice]")].map((radio) => radio.value.split("|")[0]));
        const found = template.content.querySelector("input[name=choice]")?.value.split("|")[0];
        const fresh = [...template.content.children].filter((one) => !known.has(one.querySelector("input").value.split("|")[0]));
        for (const one of fresh) one.setAttribute("data-found", "");
        place.append(...fresh);
        const none = place.querySelector("[data-none]");
        if (none) none.hidden = Boolean(place.querySelector("[data-found]"));
        this.renumber();
        return found && place.querySelector(`[data-candidate]:not([data-group]) input[name=choice][value^="${found}|"]`);
    }

    get count() {
        return this.form.querySelectorAll("[data-choices] [data-candidate]:not([data-found])").length;
    }

    // Other lines that could pay the same notes, to be marked with the space bar.
    join(html) {
        this.joined.hidden = false;
        this.joined.querySelector("[data-joined-rows]").innerHTML = html;
        this.joined.scrollIntoView({ block: "nearest" });
        this.joined.querySelector("[data-join]")?.focus({ preventScroll: true });
        this.show();
    }

    // In cents, what the chosen notes lack beyond what the line has.
    get lacking() {
        return this.chosen.reduce((sum, one) => sum + Number(one.dataset.owed), 0) - this.left;
    }

    get notes() {
        return this.payload("accept").choices.map((one) => one.split("|")[0]);
    }

    renumber() {
        [...this.form.querySelectorAll("[data-choices] [data-candidate] input[name=choice]")].slice(0, 9).forEach((radio, place) => {
            const kbd = radio.parentElement.querySelector("kbd");
            radio.dataset.key = String(place + 1);
            radio.setAttribute("aria-keyshortcuts", radio.dataset.key);
            if (kbd) kbd.textContent = radio.dataset.key;
        });
        this.show();
    }
}

function put(place, text) {
    const unbroken = text.replaceAll("R$ ", "R$\u00a0"); // a sum is not broken over two lines
    if (place.textContent !== unbroken) place.textContent = unbroken; // what stays is not read again
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
