// The fields of a card by keyboard: what is marked, what still waits, what will be sent.

const READ = "read"; // confirmed as the machine read it
const KEPT = "kept"; // what a colleague saved meanwhile stays

export class Grid {
    constructor(card, { changed, history }) {
        this.element = card.querySelector("[data-grid]");
        this.bar = card.querySelector("[data-answer]");
        this.rules = JSON.parse(this.element.dataset.rules);
        this.cells = [...this.element.querySelectorAll("[data-field]")];
        this.canAnswer = "open" in card.dataset;
        this.answers = new Map(); // field → {how, value, sent}
        this.before = []; // what each answer took the place of, for Z
        this.goesOn = false;
        this.changed = changed;
        this.hasHistory = Boolean(history);
        this.at = this.waiting()[0] ?? this.cells.find((cell) => cell.dataset.issue) ?? this.cells[0];
        this.element.addEventListener("focusin", (event) => this.follow(event.target.closest("[data-field]")));
        this.element.addEventListener("dblclick", (event) => this.edit(event.target.closest("[data-field]")));
        this.bar.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (button?.dataset.trail) history(button.dataset.trail);
            else if (button) this.press(button.dataset.press);
        });
        if (!this.issues().length) this.at.tabIndex = 0; // the grid stays reachable
    }

    rule(cell) {
        return this.rules[Number(cell.dataset.rule)];
    }

    issues() {
        return this.cells.filter((cell) => "waits" in cell.dataset);
    }

    waiting() {
        return this.issues().filter((cell) => !this.answers.has(cell.dataset.field));
    }

    start() {
        this.go(this.at);
    }

    go(cell) {
        cell?.focus({ preventScroll: true });
        cell?.scrollIntoView({ block: "nearest" });
    }

    follow(cell) {
        if (!cell) return;
        this.at = cell;
        this.draw();
    }

    // The keys of the grid; whatever else is pressed is somebody else's.
    act(event) {
        const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
        const arrows = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
        if (key in arrows) {
            return event.shiftKey ? () => this.step(key) : () => this.turn(arrows[key]);
        }
        if (!this.canAnswer || event.target.closest("button, a, summary")) return null;
        return this.meaning(key);
    }

    meaning(key) {
        const rule = this.rule(this.at);
        if (rule.values.length) {
            const value = rule.values.find((one) => one.toLowerCase() === key) ?? rule.values[/^[1-9]$/.test(key) ? key - 1 : -1];
            if (value !== undefined) return () => this.say(this.at, { how: "set", value, sent: value });
        }
        if (key === "l") return () => this.confirm(this.at);
        if (key === "m" && rule.annulled) {
            return () => this.say(this.at, { how: "annulled", value: rule.annulled, sent: rule.annulled });
        }
        if (!rule.values.length && (key === "F2" || key === " ")) return () => this.edit(this.at);
        if (key === "0" && rule.blank) return () => this.say(this.at, this.blank(rule));
        return null;
    }

    press(key) {
        this.go(this.at);
        this.meaning(key)?.();
    }

    blank(rule) {
        return { how: "blank", value: rule.empty, sent: rule.blank };
    }

    confirm(cell) {
        this.say(cell, { how: READ, value: cell.dataset.read, sent: "" });
    }

    say(cell, answer, goesOn = true) {
        const field = cell.dataset.field;
        this.before.push([field, this.answers.get(field)]);
        const isAsItWas = answer.value === cell.dataset.value && !("waits" in cell.dataset);
        if (isAsItWas) this.answers.delete(field);
        else this.answers.set(field, answer);
        this.paint(cell);
        this.changed();
        if (goesOn) this.go(this.following(cell, this.waiting()) ?? cell);
        this.draw();
    }

    undo() {
        const last = this.before.pop();
        if (!last) return false;
        const [field, answer] = last;
        const cell = this.cell(field);
        if (answer) this.answers.set(field, answer);
        else this.answers.delete(field);
        this.paint(cell);
        this.changed();
        this.go(cell);
        this.draw();
        return true;
    }

    cell(field) {
        return this.cells.find((cell) => cell.dataset.field === field);
    }

    // The one of these that comes after a cell, round the end.
    following(cell, among, way = 1) {
        const place = this.cells.indexOf(cell);
        const ordered = way > 0 ? among : [...among].reverse();
        return ordered.find((one) => way * (this.cells.indexOf(one) - place) > 0) ?? ordered[0];
    }

    turn(way) {
        this.go(this.following(this.at, this.issues(), way) ?? this.at);
    }

    step(key) {
        if (key === "ArrowLeft" || key === "ArrowRight") {
            this.go(this.cells[this.cells.indexOf(this.at) + (key === "ArrowLeft" ? -1 : 1)]);
            return;
        }
        const row = this.at.parentElement;
        const column = [...row.children].indexOf(this.at);
        const other = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
        if (other) this.go(other.children[Math.min(column, other.children.length - 1)]);
    }

    edit(cell) {
        if (!cell || !this.canAnswer || this.rule(cell).values.length || cell.querySelector("input")) return;
        const input = document.createElement("input");
        input.value = this.shown(cell);
        input.setAttribute("aria-label", `${cell.dataset.label}: ${this.rule(cell).expected}`);
        input.addEventListener("keydown", (event) => this.typed(event, cell, input), { capture: true });
        input.addEventListener("blur", () => this.accept(cell, input), { once: true });
        cell.querySelector(".cell-value").replaceChildren(input);
        input.focus();
        input.select();
    }

    typed(event, cell, input) {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        if (event.key === "Escape") input.value = this.shown(cell);
        this.goesOn = event.key === "Enter";
        this.go(cell); // which leaves the field, and so accepts what it holds
        this.goesOn = false;
    }

    // Typed by Enter it goes on to the next doubt; left otherwise, the focus goes where it was sent.
    accept(cell, input) {
        const value = input.value.trim();
        if (value === this.shown(cell)) return this.paint(cell);
        const answer = value ? { how: "set", value, sent: value } : this.blank(this.rule(cell));
        return this.say(cell, answer, this.goesOn);
    }

    shown(cell) {
        return this.answers.get(cell.dataset.field)?.value ?? cell.dataset.value;
    }

    paint(cell) {
        const answer = this.answers.get(cell.dataset.field);
        const value = this.shown(cell);
        const [icon, word] = this.words(cell, answer);
        const text = cell.querySelector(".cell-value");
        text.textContent = answer?.how === "annulled" ? "anulada" : value || "—";
        text.classList.toggle("cell-blank", !value);
        cell.querySelector(".cell-word").replaceChildren(...(word ? [symbol(icon), word] : []));
        cell.classList.toggle("cell-answered", Boolean(answer));
        const read = `lido ${cell.dataset.read || "em branco"}`;
        const now = answer ? `respondido: ${answer.how === READ ? "como lido" : value || "em branco"}` : word;
        cell.setAttribute("aria-label", [cell.dataset.label, read, now].filter(Boolean).join(", "));
    }

    words(cell, answer) {
        const { read, value, icon, word, mine } = cell.dataset;
        if (answer?.how === READ) return ["done", "como lido"];
        if (answer?.how === KEPT) return ["group", "a gravada"];
        if (answer) return ["edit", `era ${read || "branco"}`];
        if (mine !== undefined) return ["group", `sua: ${mine || "branco"}`];
        return value === read ? [icon, word] : ["edit", `era ${read || "branco"}`];
    }

    // What can be answered to the field in focus, each with its key.
    draw() {
        const cell = this.at;
        const rule = this.rule(cell);
        const told = document.createElement("p");
        told.className = "review-asked";
        told.append(strong(cell.dataset.label), ` lido ${cell.dataset.read ? `“${cell.dataset.read}”` : "em branco"}`);
        const buttons = this.canAnswer ? [...this.offers(cell, rule)] : [];
        if (this.hasHistory) buttons.push(button("Histórico", "", { trail: cell.dataset.field, title: "O que aconteceu com este campo" }));
        this.bar.replaceChildren(told, ...buttons);
    }

    *offers(cell, rule) {
        const chosen = this.answers.get(cell.dataset.field);
        for (const [place, value] of rule.values.entries()) {
            const isOn = chosen?.how === "set" && chosen.value === value;
            yield button(value, place < 9 ? String(place + 1) : "", { press: value.toLowerCase(), isOn });
        }
        if (!rule.values.length) yield button("Escrever", "F2", { press: "F2", isOn: chosen?.how === "set" });
        if (rule.blank) yield button("Em branco", "0", { press: "0", isOn: chosen?.how === "blank" });
        if (rule.annulled) yield button("Anulada", "M", { press: "m", isOn: chosen?.how === "annulled" });
        yield button("Como lido", "L", { press: "l", isOn: chosen?.how === READ });
    }

    // Null when the card can be saved; otherwise what holds it up, with the focus there.
    obstacle() {
        const open = this.waiting();
        if (!open.length) return null;
        this.go(this.following(this.at, open.includes(this.at) ? [this.at] : open));
        const names = open.slice(0, 5).map((cell) => cell.dataset.label).join(", ");
        const more = open.length > 5 ? ` e mais ${open.length - 5}` : "";
        return `Falta responder: ${names}${more}. O cartão não foi salvo.`;
    }

    left() {
        const open = this.waiting().length;
        if (!this.issues().length) return "Nenhum campo em dúvida";
        return open ? `${open} dúvida${open > 1 ? "s" : ""} em aberto` : "Tudo respondido";
    }

    payload() {
        const corrections = {};
        for (const cell of this.cells) {
            const { field, read, value } = cell.dataset;
            const answer = this.answers.get(field);
            const isStored = value !== read;
            if (answer && answer.how !== KEPT) {
                if (answer.how !== READ || isStored) corrections[field] = answer.sent;
            } else if (isStored) {
                const rule = this.rule(cell);
                corrections[field] = value === rule.empty && rule.blank ? rule.blank : value;
            }
        }
        return { verdict: Object.keys(corrections).length ? "correct" : "as_read", corrections };
    }

    draft() {
        return this.answers.size ? [...this.answers] : null;
    }

    restore(draft) {
        for (const [field, answer] of draft) {
            const cell = this.cell(field);
            if (!cell || !this.canAnswer) continue;
            this.answers.set(field, answer);
            this.before.push([field, undefined]);
            this.paint(cell);
        }
        this.at = this.waiting()[0] ?? this.at;
        this.draw();
    }

    // Both answers where they differ: each has to be picked anew before the card can be saved.
    clash(draft) {
        for (const [field, answer] of draft) {
            const cell = this.cell(field);
            if (!cell) continue;
            if (answer.value === cell.dataset.value) continue;
            cell.dataset.mine = answer.value;
            cell.dataset.waits = "";
            cell.tabIndex = 0;
            this.paint(cell);
        }
        this.at = this.waiting()[0] ?? this.at;
        this.draw();
    }

    told() {
        return [...this.answers].map(([field, answer]) => [this.cell(field).dataset.label, answer.value || "em branco"]);
    }

    label(field) {
        return this.cell(field)?.dataset.label ?? field;
    }

    refuse(fields) {
        const cells = Object.keys(fields).map((field) => this.cell(field)).filter(Boolean);
        for (const cell of cells) {
            this.answers.delete(cell.dataset.field);
            this.paint(cell);
            cell.dataset.waits = "";
            cell.tabIndex = 0;
            cell.querySelector(".cell-word").replaceChildren(symbol("error"), "não serve");
        }
        this.go(cells[0]);
    }
}

export function symbol(name) {
    const drawn = document.createElement("span");
    drawn.className = "material-symbols-outlined";
    drawn.ariaHidden = "true";
    drawn.textContent = name;
    return drawn;
}

function strong(text) {
    const element = document.createElement("strong");
    element.textContent = text;
    return element;
}

// Reached by its key; a pointer or a reader finds it as well, the Tab key goes from issue to issue.
function button(text, key, { press = "", trail = "", title = "", isOn = false }) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.tabIndex = -1;
    made.append(text);
    if (title) made.title = title;
    if (press) Object.assign(made.dataset, { press });
    if (trail) Object.assign(made.dataset, { trail });
    if (isOn) made.setAttribute("aria-pressed", "true");
    if (key) {
        const printed = document.createElement("kbd");
        printed.textContent = key;
        printed.ariaHidden = "true";
        made.append(" ", printed);
        made.setAttribute("aria-keyshortcuts", key);
    }
    return made;
}
