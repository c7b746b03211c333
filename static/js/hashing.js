// Hashes of files, from a worker; a file that cannot be hashed here is simply sent.

const LARGEST = 64 * 1024 * 1024; // what is larger would fill the memory of a small machine
let worker = null;
let isBroken = false; // a worker that could not start answers nothing, now or later
let number = 0;
const waiting = new Map();

export function hashOf(file) {
    if (isBroken || !globalThis.crypto?.subtle || file.size > LARGEST) return Promise.resolve({ sha256: "" });
    worker ??= start();
    return new Promise((resolve) => {
        number += 1;
        waiting.set(number, resolve);
        worker.postMessage({ id: number, file });
    });
}

function start() {
    const made = new Worker(new URL("./hash_worker.js", import.meta.url), { type: "module" });
    made.onmessage = ({ data }) => {
        waiting.get(data.id)?.(data);
        waiting.delete(data.id);
    };
    made.onerror = () => {
        isBroken = true;
        for (const resolve of waiting.values()) resolve({ sha256: "" });
        waiting.clear();
    };
    return made;
}
