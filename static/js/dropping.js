// Files may be dropped on any page. What is told while they go is the same everywhere.

import { filesOf } from "./folders.js";
import { Sending } from "./sending.js";

const root = document.querySelector("[data-dropping]");
const overlay = root.querySelector("[data-overlay]");
const which = root.querySelector("[data-which]");
const running = new Set();
const WAITS = {
    offline: "Sem conexão: o envio continua sozinho quando ela voltar.",
    turn: "Aguardando a vez: há pedidos demais neste minuto.",
    server: "O servidor não respondeu; tentando de novo.",
};
const SHOWN_FAULTS = 20;
// A page that sends puts its own region and its own choice of company here.
export const place = { region: root.querySelector("[data-panel]"), choose: null, started: null };

let depth = 0;

addEventListener("dragenter", (event) => hover(event, 1));
addEventListener("dragleave", (event) => hover(event, -1));
addEventListener("dragover", (event) => bringsFiles(event) && event.preventDefault());
addEventListener("drop", async (event) => {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    hover(event, -depth);
    const card = event.target.closest?.("[data-unfinished]");
    begin(await filesOf(event.dataTransfer), card);
});
addEventListener("beforeunload", (event) => {
    if (running.size) event.preventDefault();
});

function bringsFiles(event) {
    return event.dataTransfer?.types.includes("Files");
}

function hover(event, change) {
    if (!bringsFiles(event)) return;
    event.preventDefault();
    depth = Math.max(0, depth + change);
    overlay.hidden = depth === 0;
    document.body.classList.toggle("dragging", depth > 0);
}

// `card` is an unfinished delivery that these files continue; as many files as one of them
// announced are taken for it as well.
export async function begin(files, card = null) {
    if (!files.length) return;
    const alike = document.querySelector(`[data-unfinished][data-files="${files.length}"]`);
    const continued = card ?? alike;
    const organization = continued?.dataset.company ?? (await company());
    if (!organization) return;
    const sending = new Sending(files, {
        organization,
        csrf: root.dataset.csrf,
        delivery: continued?.dataset.unfinished ?? "",
        title: titleOf(files),
        told: (state) => tell(place.region, state),
    });
    continued?.remove();
    running.add(sending);
    place.region.hidden = false;
    tell(place.region, sending);
    await sending.run();
    running.delete(sending);
}

async function company() {
    if (place.choose) return place.choose();
    const choice = which.querySelector("[data-companies]");
    if (choice.options.length === 1) return choice.value;
    which.returnValue = "";
    which.showModal();
    await new Promise((resume) => which.addEventListener("close", resume, { once: true }));
    return which.returnValue ? choice.value : "";
}

function titleOf(files) {
    if (files.length === 1) return files[0].file.name.slice(0, 200);
    const folders = new Set(files.map(({ path }) => (path.includes("/") ? path.split("/")[0] : "")));
    const folder = folders.size === 1 ? [...folders][0] : "";
    const named = folder || files[0].file.name;
    const rest = files.length - (folder ? 0 : 1);
    const count = `${rest.toLocaleString("pt-BR")} ${rest === 1 ? "arquivo" : "arquivos"}`;
    return folder ? `${named.slice(0, 150)} · ${count}` : `${named.slice(0, 150)} e mais ${count}`;
}

function tell(region, sending) {
    const bar = region.querySelector("progress");
    bar.value = sending.share;
    bar.hidden = sending.isOver;
    const told = region.querySelector("[data-told]");
    const text = sentence(sending);
    if (told.textContent !== text) told.textContent = text;
    tellFaults(region.querySelector("[data-faults]"), sending.faults);
    const link = region.querySelector("[data-follow]");
    if (link && sending.delivery) link.href = `${root.dataset.delivery}${sending.delivery}/change/`;
    if (link && sending.isOver) link.removeAttribute("target");
    if (sending.delivery) place.started?.(sending);
}

function sentence(sending) {
    const { files, done, wait, isOver, faults } = sending;
    const count = `${done.toLocaleString("pt-BR")} de ${files.length.toLocaleString("pt-BR")}`;
    if (isOver && !faults.length) return "Tudo entregue. A leitura continua no servidor, mesmo com esta página fechada.";
    if (isOver) return `${count} arquivos entregues. O que faltou está abaixo.`;
    return WAITS[wait] ? `${count} arquivos entregues. ${WAITS[wait]}` : `Enviando: ${count} arquivos entregues.`;
}

function tellFaults(list, faults) {
    if (Number(list.dataset.count ?? 0) === faults.length) return;
    list.dataset.count = faults.length;
    const lines = faults.slice(0, SHOWN_FAULTS).map(({ path, message }) => (path ? `${path}: ${message}` : message));
    if (faults.length > SHOWN_FAULTS) lines.push(`e mais ${faults.length - SHOWN_FAULTS}`);
    list.replaceChildren(...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}
