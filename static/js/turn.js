// What every screen worked by keyboard does: one act at a time, and a refusal said where it is seen.

const OFFLINE = "Sem conexão. A resposta está guardada: tecle Enter para tentar de novo.";

export class Turn {
    constructor(root) {
        this.root = root;
        this.isBusy = false;
    }

    refuse(message) {
        const alert = this.root.querySelector("[data-alert]");
        alert.hidden = !message;
        alert.textContent = message;
    }

    // What is typed meanwhile belongs to nobody.
    async take(work) {
        if (this.isBusy) return;
        this.isBusy = true;
        this.root.setAttribute("aria-busy", "true");
        try {
            await work();
        } catch (refusal) {
            if (!("code" in refusal)) throw refusal;
            this.refuse(refusal.status ? refusal.message : OFFLINE);
        } finally {
            this.isBusy = false;
            this.root.removeAttribute("aria-busy");
        }
    }
}
