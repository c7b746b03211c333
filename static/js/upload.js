// Sends dropped or chosen files, a few at a time, and tells of each what became of it.

const MOST_AT_ONCE = 3;
const PAUSES = [400, 700, 1000, 1500, 2000];
const form = document.querySelector("[data-upload]");

if (form) start();

function start() {
    const input = form.querySelector("input[type=file]");
    form.querySelector("[data-choose]").addEventListener("click", () => input.click());
    input.addEventListener("change", (event) => {
        // The shell writes the name of a chosen file into a text field that this page does not have.
        event.stopImmediatePropagation();
        enqueue([...input.files]);
        input.value = "";
    });
    let depth = 0;
    const entering = (change) => {
        depth = Math.max(0, depth + change);
        document.body.classList.toggle("dragging", depth > 0);
    };
    addEventListener("dragenter", (event) => { event.preventDefault(); entering(1); });
    addEventListener("dragleave", () => entering(-1));
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
        event.preventDefault();
        entering(-depth);
        enqueue([...event.dataTransfer.files]);
    });
    addEventListener("paste", (event) => {
        if (event.clipboardData?.files.length) enqueue([...event.clipboardData.files]);
    });
    addEventListener("beforeunload", (event) => {
        if (queue.length || running) event.preventDefault();
    });
}

const queue = [];
const finished = [];
let running = 0;

function enqueue(files) {
    document.querySelector("[data-results]").hidden = false;
    for (const file of files) queue.push({ file, line: addLine(file) });
    summarize();
    work();
}

function work() {
    while (running < MOST_AT_ONCE && queue.length) {
        const job = queue.shift();
        running += 1;
        handle(job).finally(() => {
            running -= 1;
            summarize();
            work();
        });
    }
}

async function handle({ file, line }) {
    try {
        const sent = await patiently(line, () => send(file, (share) => progress(line, share)));
        if (!sent.created) return finish(line, sent, true);
        state(line, "Em leitura", "info");
        finish(line, await untilRead(sent.file_id, line), false);
    } catch (refusal) {
        fail(line, refusal, file);
    }
}

// A month of loose files is more calls than a minute allows: wait for the next one and go on.
async function patiently(line, attempt) {
    for (;;) {
        try {
            return await attempt();
        } catch (refusal) {
            if (refusal.code !== "throttled") throw refusal;
            state(line, "Aguardando a vez", "info");
            await pause((refusal.details?.retry_after ?? 5) * 1000);
        }
    }
}

function pause(milliseconds) {
    return new Promise((resume) => setTimeout(resume, milliseconds));
}

function send(file, onProgress) {
    const body = new FormData();
    body.append("organization_id", form.elements.organization_id.value);
    body.append("file", file, file.name);
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("POST", form.action);
        request.responseType = "json";
        request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
        request.setRequestHeader("Accept", "application/json");
        request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
        request.onload = () => (request.status < 300 ? resolve(request.response) : reject(refusalOf(request)));
        request.onerror = () => reject({ message: "A conexão caiu durante o envio. Nada foi gravado pela metade: tente de novo." });
        request.send(body);
    });
}

function refusalOf(request) {
    if (request.response?.message) return request.response;
    return { message: "O servidor não pôde receber o arquivo agora. Tente de novo em instantes.", code: `http_${request.status}` };
}

async function untilRead(id, line) {
    for (let turn = 0; ; turn += 1) {
        const answer = await fetch(`${form.action}/${id}`, { headers: { Accept: "application/json" } });
        if (answer.status === 429) {
            await pause(Number(answer.headers.get("Retry-After") ?? 5) * 1000);
            continue;
        }
        if (!answer.ok) throw { message: "O arquivo chegou, mas não foi possível acompanhar a leitura. Veja em Arquivos recebidos." };
        const file = await answer.json();
        if (file.status === "processed" || file.status === "failed") return file;
        if (file.waits_for_scan) state(line, "Aguarda o antivírus", "warn");
        if (file.member_count > 1) state(line, `Lendo ${file.members_read.toLocaleString("pt-BR")} de ${file.member_count.toLocaleString("pt-BR")}`, "info");
        await pause(PAUSES[Math.min(turn, PAUSES.length - 1)]);
    }
}

function addLine(file) {
    const line = element("li");
    const row = element("div", "sent-row");
    const name = element("span", "sent-name", file.name);
    const mark = element("span", "chip chip-plain", "Na fila");
    mark.dataset.state = "";
    row.append(name, mark);
    const bar = element("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Envio de ${file.name}`);
    line.append(row, bar);
    document.querySelector("[data-sent]").prepend(line);
    return line;
}

function progress(line, share) {
    line.querySelector("progress").value = share;
    state(line, share < 1 ? `Enviando ${Math.floor(share * 100)}%` : "Guardando", "info");
}

function state(line, text, tone) {
    const mark = line.querySelector("[data-state]");
    mark.className = `chip chip-${tone}`;
    mark.textContent = text;
}

function finish(line, file, already) {
    line.querySelector("progress")?.remove();
    const counts = file.counts ?? file;
    finished.push({ counts: already ? {} : counts, already, failed: file.status === "failed" });
    if (already) {
        state(line, "Já existia", "good");
        line.append(element("p", "quiet", "Estes mesmos bytes já tinham chegado. Nada foi duplicado."));
    } else if (file.status === "failed") {
        state(line, "Recusado", "bad");
    } else {
        state(line, counts.rejected ? "Lido com recusas" : "Lido", counts.rejected ? "warn" : "good");
    }
    if (!already && counts.read !== undefined) line.append(element("p", "quiet", told(counts)));
    addProblems(line, file.problems ?? []);
    const link = element("a", "link", "Ver o arquivo");
    link.href = `${form.dataset.list}${file.file_id ?? file.id}/change/`;
    line.append(link);
}

const WORDS = [["new", "novo", "novos"], ["known", "já conhecido", "já conhecidos"], ["informative", "informativo", "informativos"], ["rejected", "recusado", "recusados"]];

function counted(number, one, many) {
    return `${number.toLocaleString("pt-BR")} ${number === 1 ? one : many}`;
}

function inWords(counts) {
    return WORDS.filter(([name]) => counts[name]).map(([name, one, many]) => counted(counts[name], one, many));
}

function told(counts) {
    return `${counted(counts.read, "registro lido", "registros lidos")}: ${inWords(counts).join(", ") || "nenhum"}.`;
}

function addProblems(line, problems) {
    if (!problems.length) return;
    const list = element("ul");
    for (const problem of problems.slice(0, 5)) {
        const place = problem.place ? ` (${problem.place})` : "";
        const item = element("li", "", `${problem.message}${place} `);
        item.append(element("span", "quiet", problem.remedy ?? ""));
        list.append(item);
    }
    if (problems.length > 5) list.append(element("li", "quiet", `e mais ${problems.length - 5}: veja na página do arquivo.`));
    line.append(list);
}

function fail(line, refusal, file) {
    line.querySelector("progress")?.remove();
    state(line, "Não enviado", "bad");
    finished.push({ counts: {}, failed: true });
    line.append(element("p", "", refusal.message ?? "Não foi possível enviar. Tente de novo."));
    const again = element("button", "button", "Tentar de novo");
    again.type = "button";
    again.addEventListener("click", () => {
        line.remove();
        enqueue([file]);
    });
    line.append(again);
}

function summarize() {
    const waiting = queue.length + running;
    const sum = (name) => finished.reduce((total, one) => total + (one.counts[name] ?? 0), 0);
    const already = finished.filter((one) => one.already).length;
    const failed = finished.filter((one) => one.failed).length;
    const parts = inWords(Object.fromEntries(WORDS.map(([name]) => [name, sum(name)])));
    if (already) parts.push(counted(already, "arquivo já existia", "arquivos já existiam"));
    if (failed) parts.push(`${failed} com problema`);
    document.querySelector("[data-summary]").textContent = waiting
        ? `${finished.length} de ${finished.length + waiting} arquivos · ${parts.join(" · ")}`
        : `Pronto: ${parts.join(" · ") || "nada novo"}.`;
    document.querySelector("[data-ready]").hidden = waiting > 0 || finished.length === failed;
}

function element(tag, className = "", text = "") {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
}
