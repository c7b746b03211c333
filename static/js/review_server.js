// What the review asks of the server, and what it says while it waits for it.

import { Refusal, call } from "./calls.js";

const WAITS = {
    offline: "Sem conexão: a resposta está guardada e segue quando a rede voltar.",
    server: "O servidor não respondeu: tentando de novo.",
    turn: "Muitos pedidos de uma vez: aguardando a vez.",
};
const GONE = "Sua sessão terminou. Entre de novo em outra aba e tecle Enter aqui: a resposta está guardada.";

export class Server {
    constructor(root, tell) {
        this.cards = root.dataset.cards;
        this.lines = root.dataset.lines;
        this.csrf = root.querySelector("[name=csrfmiddlewaretoken]").value;
        this.tell = tell;
    }

    address(card, word) {
        return `${this.cards}${card}/${word}/`;
    }

    async post(card, word, body) {
        const onWait = (why) => why && this.tell(WAITS[why]);
        return whole(await call(this.address(card, word), { csrf: this.csrf, body, onWait }));
    }

    part(card, { isClash = false } = {}) {
        return this.get(`${this.address(card, "parte")}${isClash ? "?conflito=1" : ""}`);
    }

    line(number) {
        return this.get(`${this.lines}?n=${encodeURIComponent(number)}`);
    }

    // What is not urgent: how many are alike, the next image, similar names, who else is here.
    beside(card) {
        return this.get(this.address(card, "ao-lado"));
    }

    next(card) {
        return this.get(this.address(card, "proximo"));
    }

    previous(card) {
        return this.get(this.address(card, "anterior"));
    }

    async get(address) {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        const body = await answer.json().catch(() => null);
        if (!answer.ok) throw new Refusal(answer.status, body);
        return whole(body);
    }

    // Asked in the background: whoever does not answer is not waited for.
    async others(card) {
        const headers = { Accept: "application/json", "X-CSRFToken": this.csrf };
        const answer = await fetch(this.address(card, "presenca"), { method: "POST", headers });
        return answer.ok ? (await answer.json()).others : [];
    }
}

// The login page answers in the place of whoever is logged in no more.
function whole(body) {
    if (body) return body;
    throw new Refusal(401, { code: "logged_out", message: GONE });
}
