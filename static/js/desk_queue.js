// The queue beside the line in hand: where one is, what became of the others, more at its end.

const NEAR_THE_END = 10;

export class Queue {
    constructor(root, server) {
        this.list = root.querySelector("[data-queue]");
        this.left = root.querySelector("[data-left]");
        this.root = root;
        this.server = server;
        this.isAsking = false;
    }

    row(line) {
        return this.list?.querySelector(`[data-row="${line}"]`);
    }

    goTo(line) {
        const row = this.row(line);
        this.list?.querySelector("[aria-current]")?.removeAttribute("aria-current");
        if (!row) return;
        row.firstElementChild.setAttribute("aria-current", "true");
        // A row is kept in sight by moving the queue alone, never the page.
        const above = row.offsetTop; // from the top of the list
        const { scrollTop, clientHeight } = this.list;
        if (above < scrollTop || above + row.offsetHeight > scrollTop + clientHeight) this.list.scrollTop = above - clientHeight / 3;
        this.extend(row);
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
        for (const place of places) if (place) place.textContent = Math.max(Number(place.textContent.replaceAll(".", "")) + change, 0);
    }

    async refresh() {
        const told = await this.server.counts().catch(() => null);
        this.announce(told?.fresh ?? 0);
        for (const [state, count] of Object.entries(told?.counts ?? {})) {
            const place = this.root.querySelector(`[data-count="${state}"]`);
            if (place) place.textContent = count;
            if (this.left && place?.parentElement.hasAttribute("aria-current")) this.left.textContent = count;
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
        if (rest >= NEAR_THE_END || this.isAsking || !("more" in this.list.dataset)) return;
        this.isAsking = true;
        const found = await this.server.rows(this.list.lastElementChild.dataset.row).catch(() => null);
        this.isAsking = false;
        if (!found) return;
        this.list.insertAdjacentHTML("beforeend", found.html);
        if (!found.has_more) delete this.list.dataset.more;
    }
}
