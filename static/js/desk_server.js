// What the desk asks of the server: every address carries company, month, state and order.

import { Server } from "./review_server.js";

export class DeskServer extends Server {
    constructor(root, tell) {
        super(root, tell);
        this.query = root.dataset.query;
        this.countsAddress = root.dataset.counts;
        this.since = root.dataset.since;
    }

    address(line, word) {
        return `${super.address(line, word)}${this.query}`;
    }

    // `side`: the rows "depois" of a line, "antes" of it, or those with it "em" the middle.
    rows(side, line) {
        return this.get(`${this.lines}${this.query}&${side}=${line}`);
    }

    counts() {
        return this.get(`${this.countsAddress}${this.query}&desde=${this.since}`);
    }

    ahead(line, held) {
        return this.get(`${this.address(line, "adiante")}&tem=${held.join(",")}`);
    }

    entry(line) {
        return this.get(this.address(line, "lancar"));
    }

    join(line, notes, lacking) {
        return this.get(`${this.address(line, "juntar")}&notas=${notes.join(",")}&faltam=${lacking}`);
    }

    search(line, words, from) {
        return this.get(`${this.address(line, "procurar")}&q=${encodeURIComponent(words)}&de=${from}`);
    }
}
