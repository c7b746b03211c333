// The queue beside the line in hand: where one is, what became of the others, more at its end.

const NEAR_THE_END = 10; // rows
const NEAR_IN_PIXELS = 400;

export class Queue {
    constructor(root, server) {
        this.list = root.querySelector("[data-queue]");
        this.left = root.querySelector("[data-left]");
        this.root = root;
        this.server = server;
        this.isAsking = false;
        this.list?.addEventListener("scroll", () => this.onScroll(), { passive: true });
    }

    row(line) {
        return this.list?.querySelector(`[data-row="${line}"]`);
    }

    goTo(line) {
        const row = this.row(line);
        this.list?.querySelector("[aria-current]")?.removeAttribute("aria-current");
        if (!row) return this.list && this.jump(line);
        row.firstElementChild.setAttribute("aria-current", "true");
        // A row is kept in sight by moving the queue alone, never the page.
        const above = row.offsetTop; // from the top of the list
        const { scrollTop, clientHeight } = this.list;
        if (above < scrollTop || above + row.offsetHeight > scrollTop + clientHeight) this.list.scrollTop = above - clientHeight / 3;
        this.extend(row);
        return undefined;
    }

    // Decided lines stay where they are, with a word: nothing moves under the eyes.
    tell(line, word, isOpen, wordWhenOpen = null) {
        const row = this.row(line);
        if (!row) return;
        const place = row.querySelector("[data-word]");
        row.dataset.was ??= place.textContent;
        place.textContent = isOpen ? wordWhenOpen ?? row.dataset.was : word;
        row.toggleAttribute("data-gone", !isOpen);
    }

    count(change) {
        const places = [this.left, this.root.querySelector("[data-states] [aria-current] [data-count]")];
        for (const place of places) if (place) place.textContent = spelled(Math.max(Number(place.textContent.replaceAll(".", "")) + change, 0));
    }

    async refresh() {
        const told = await this.server.counts().catch(() => null);
        this.announce(told?.fresh ?? 0);
        for (const [state, count] of Object.entries(told?.counts ?? {})) {
            const place = this.root.querySelector(`[data-count="${state}"]`);
            if (place) place.textContent = spelled(count);
            if (this.left && place?.parentElement.hasAttribute("aria-current")) this.left.textContent = spelled(count);
        }
    }

    // What came meanwhile waits for a word: nothing is sorted anew under the eyes.
    announce(count) {
        const place = this.root.querySelector("[data-renew]");
        if (!place || !count) return;
        place.hidden = false;
        place.querySelector("[data-fresh]").textContent = `${count} nova${count > 1 ? "s" : ""} · atualizar`;
    }

    async extend(row) {
        let rest = 0;
        for (let next = row.nextElementSibling; next && rest < NEAR_THE_END; next = next.nextElementSibling) rest += 1;
        if (rest < NEAR_THE_END) await this.fetch("depois");
    }

    onScroll() {
        const { scrollTop, clientHeight, scrollHeight } = this.list;
        if (scrollTop + clientHeight > scrollHeight - NEAR_IN_PIXELS) return this.fetch("depois");
        return scrollTop < NEAR_IN_PIXELS ? this.fetch("antes") : undefined;
    }

    // The rows that follow the last one shown, or come before the first.
    async fetch(side) {
        const isAfter = side === "depois";
        if (this.isAsking || !((isAfter ? "more" : "earlier") in this.list.dataset)) return;
        this.isAsking = true;
        const edge = isAfter ? this.list.lastElementChild : this.list.firstElementChild;
        const found = await this.server.rows(side, edge.dataset.row).catch(() => null);
        this.isAsking = false;
        if (!found) return;
        const height = this.list.scrollHeight;
        this.list.insertAdjacentHTML(isAfter ? "beforeend" : "afterbegin", found.html);
        if (!isAfter) this.list.scrollTop += this.list.scrollHeight - height; // nothing moves under the eyes
        this.list.toggleAttribute(isAfter ? "data-more" : "data-earlier", found.has_more);
    }

    // A line far from what the queue shows: the rows around it take the place of those.
    async jump(line) {
        const found = await this.server.rows("em", line).catch(() => null);
        if (!found) return;
        this.list.innerHTML = found.html;
        this.list.toggleAttribute("data-more", found.has_more);
        this.list.toggleAttribute("data-earlier", found.has_earlier);
        if (this.row(line)) this.goTo(line);
    }
}

// As the server writes it: 4.999.
function spelled(count) {
    return count.toLocaleString("pt-BR");
}
