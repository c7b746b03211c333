// Sends many files as one delivery: known ones are skipped, the rest goes in slices, a few at once.

import { call, sleep } from "./calls.js";
import { hashOf } from "./hashing.js";

const MOST_FILES = 50;
const MOST_BYTES = 8 * 1024 * 1024;
const AT_ONCE = 3;
const ASKED_AT_ONCE = 200;
const MOST_TURNS = 5;
const GONE = "O arquivo mudou ou foi removido depois de escolhido. Escolha-o de novo.";
const TOO_LARGE = "O servidor não aceita um arquivo deste tamanho. Divida-o ou fale com quem administra o sistema.";

export class Sending {
    // files: [{file, path}]; told(this) is called whenever a number changes.
    constructor(files, { organization, csrf, delivery = "", title = "", told = () => {} }) {
        Object.assign(this, { files, organization, csrf, delivery, title, told });
        this.bytes = files.reduce((sum, { file }) => sum + file.size, 0);
        this.done = 0;
        this.doneBytes = 0;
        this.wait = "";
        this.faults = [];
        this.isOver = false;
        this.ready = [];
        this.flying = new Map();
        this.isPrepared = false;
    }

    get share() {
        let bytes = this.doneBytes;
        for (const [slice, share] of this.flying) bytes += share * weigh(slice);
        return this.bytes ? Math.min(bytes / this.bytes, 1) : this.done / this.files.length;
    }

    async run() {
        try {
            if (!this.delivery) await this.announce();
            await Promise.all([this.prepare(), ...Array.from({ length: AT_ONCE }, () => this.work())]);
            if (!this.faults.length) await this.post(`/v1/deliveries/${this.delivery}/close`, {});
        } catch (refusal) {
            this.fault("", refusal.message);
        }
        this.isOver = true;
        this.told(this);
    }

    async announce() {
        const { files, bytes, title, organization } = this;
        const body = { files: files.length, bytes, title, organization_id: organization };
        this.delivery = (await this.post("/v1/deliveries", body)).id;
        this.told(this);
    }

    async prepare() {
        try {
            for (let first = 0; first < this.files.length; first += ASKED_AT_ONCE) {
                await this.sift(this.files.slice(first, first + ASKED_AT_ONCE));
            }
        } finally {
            this.isPrepared = true;
        }
    }

    // What the company already has is written down by the server and not sent.
    async sift(batch) {
        const found = await Promise.all(batch.map(({ file }) => hashOf(file)));
        const there = [];
        batch.forEach((one, index) => {
            if (found[index].fault) return this.lose(one);
            if (found[index].sha256) there.push({ sha256: found[index].sha256, filename: one.path });
            one.sha256 = found[index].sha256;
        });
        const whole = batch.filter((one) => one.sha256 !== undefined);
        const known = there.length ? await this.known(there) : new Set();
        for (const one of whole) {
            if (known.has(one.sha256)) this.finish([one]);
            else this.ready.push(one);
        }
        this.told(this);
    }

    async known(files) {
        const answer = await this.post(`/v1/deliveries/${this.delivery}/known`, { files });
        return new Set(answer.known.map((one) => one.sha256));
    }

    async work() {
        for (;;) {
            const slice = this.take();
            if (slice.length) await this.sendSlice(slice);
            else if (this.isPrepared) return;
            else await sleep(50);
        }
    }

    take() {
        const slice = [];
        let bytes = 0;
        while (this.ready.length && slice.length < MOST_FILES) {
            bytes += this.ready[0].file.size;
            if (slice.length && bytes > MOST_BYTES) break;
            slice.push(this.ready.shift());
        }
        return slice;
    }

    async sendSlice(slice, turn = 1) {
        const body = new FormData();
        body.append("organization_id", this.organization);
        body.append("delivery_id", this.delivery);
        for (const { file, path } of slice) body.append("file", file, path);
        this.flying.set(slice, 0);
        try {
            const answer = await this.post("/v1/uploads", body, {
                onProgress: (share) => this.flying.set(slice, share),
                isThere: async () => (await gone(slice)).length === 0,
            });
            await this.settle(slice, answer.files ?? [answer], turn);
        } catch (refusal) {
            if (refusal.status) this.refuse(slice, refusal);
            else await this.part(slice, turn);
        }
        this.flying.delete(slice);
        this.told(this);
    }

    // A file that could not be kept for want of room is sent again after a while.
    async settle(slice, answers, turn) {
        const again = slice.filter((one, index) => answers[index]?.status === "waiting");
        this.finish(slice.filter((one) => !again.includes(one)));
        if (!again.length) return;
        if (turn >= MOST_TURNS) {
            for (const { path } of again) this.fault(path, "O servidor está sem espaço. Solte o arquivo de novo mais tarde.");
            return;
        }
        await sleep(turn * 3000);
        await this.sendSlice(again, turn + 1);
    }

    // Files that changed on the sender's disk are told; the others of their slice go on.
    async part(slice, turn) {
        const lost = await gone(slice);
        for (const one of lost) this.lose(one);
        const rest = slice.filter((one) => !lost.includes(one));
        if (rest.length) await this.sendSlice(rest, turn);
    }

    // One file that is refused alone was written down by the server; anything else is told here.
    refuse(slice, refusal) {
        const isItsOwn = slice.length === 1 && refusal.isOurs && [400, 413, 422].includes(refusal.status);
        if (isItsOwn) return this.finish(slice);
        const message = !refusal.isOurs && refusal.status === 413 ? TOO_LARGE : refusal.message;
        for (const { path } of slice) this.fault(path, message);
    }

    finish(slice) {
        this.done += slice.length;
        this.doneBytes += weigh(slice);
    }

    lose({ path }) {
        this.fault(path, GONE);
    }

    fault(path, message) {
        this.faults.push({ path, message });
        this.told(this);
    }

    post(path, body, { onProgress, isThere } = {}) {
        const onWait = (why) => {
            this.wait = why;
            this.told(this);
        };
        const progress = (share) => {
            onProgress?.(share);
            if (onProgress) this.told(this);
        };
        return call(path, { csrf: this.csrf, body, isThere, onProgress: progress, onWait });
    }
}

// The files of a slice that can no longer be read.
async function gone(slice) {
    const read = ({ file }) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);
    const found = await Promise.all(slice.map(read));
    return slice.filter((one, index) => !found[index]);
}

function weigh(slice) {
    return slice.reduce((sum, { file }) => sum + file.size, 0);
}
