// Calls that do not give up: offline they wait for the line, refused for haste they wait their turn.

const PAUSES = [1, 2, 4, 8, 15, 30].map((seconds) => seconds * 1000);
const MOST_FAILURES = 8;

export class Refusal extends Error {
    constructor(status, body) {
        super(body?.message ?? "O servidor não pôde responder agora. Tente de novo em instantes.");
        this.status = status;
        this.isOurs = Boolean(body?.code); // and not of something that stands in between
        this.code = body?.code ?? `http_${status}`;
        this.details = body?.details ?? {};
    }
}

// The same key goes with every attempt: an answer that was lost on the way is given again. A body
// that `isThere` no more can never be sent and is not waited for.
export async function call(path, { csrf, body, isThere = () => true, onProgress = () => {}, onWait = () => {} }) {
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    for (let failures = 0; ; ) {
        try {
            return await once(path, { csrf, body, key, onProgress });
        } catch (refusal) {
            onProgress(0);
            const pause = pauseAfter(refusal, failures);
            if (pause === null || !(refusal.status || (await isThere()))) throw refusal;
            if (refusal.status && refusal.status !== 429) failures += 1;
            onWait(refusal.status === 429 ? "turn" : refusal.status ? "server" : "offline");
            await (refusal.status ? sleep(pause) : Promise.race([sleep(pause), online()]));
            onWait("");
        }
    }
}

function pauseAfter(refusal, failures) {
    if (!refusal.status) return 3000;
    if (refusal.status === 429 || refusal.code === "idempotency_key_in_use") {
        return (refusal.details.retry_after ?? 5) * 1000;
    }
    if (refusal.status < 500 || failures >= MOST_FAILURES) return null;
    return PAUSES[Math.min(failures, PAUSES.length - 1)];
}

export function sleep(milliseconds) {
    return new Promise((resume) => setTimeout(resume, milliseconds));
}

function online() {
    return new Promise((resume) => addEventListener("online", resume, { once: true }));
}

function once(path, { csrf, body, key, onProgress }) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("POST", path);
        request.responseType = "json";
        request.setRequestHeader("X-CSRFToken", csrf);
        request.setRequestHeader("Accept", "application/json");
        request.setRequestHeader("Idempotency-Key", key);
        request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
        request.onload = () =>
            request.status < 300
                ? resolve(request.response)
                : reject(new Refusal(request.status, request.response));
        request.onerror = () => reject(new Refusal(0, null));
        if (!(body instanceof FormData)) request.setRequestHeader("Content-Type", "application/json");
        request.send(body instanceof FormData ? body : JSON.stringify(body));
    });
}
