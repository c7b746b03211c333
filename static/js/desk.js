// The desk: line after line opens in its place. One letter acts only while the focus is inside.

import { Choice } from "./desk_choice.js";
import { Entry } from "./desk_entry.js";
import { Many } from "./desk_many.js";
import { Queue } from "./desk_queue.js";
import { DeskServer } from "./desk_server.js";
import { dropOldDrafts, findDraft, keepDraft, keepSaved, saved } from "./review_drafts.js";
import { list } from "./review_words.js";
import { Turn } from "./turn.js";

const PRESENCE = 15_000;
const SHOWN = 10_000; // milliseconds that the way back stays beside what was done
const SOON = 120; // milliseconds on a line before the ones that follow are fetched
const IDLE = 450; // … before others are told who is here
const LATER = 1500; // … before what only a slow look needs is asked
const COUNTED = 10_000; // milliseconds between two looks at the counts of the filters
const TYPING = 250; // milliseconds without a key before the words are looked for
const OVER = ["nothing_to_undo", "not_found", "line_changed"];

const root = document.querySelector("[data-desk]");
const find = (what) => root.querySelector(what);
const turn = new Turn(root);
const desk = { card: null, work: null, ahead: new Map(), timers: {}, counted: Date.now() };
let server = null;
let queue = null;
let many = null;
let entry = null;

if (root) {
    server = new DeskServer(root, tell);
    queue = new Queue(root, server);
    many = new Many(root, { preview, save: saveMany });
    entry = new Entry(root, { save: () => decide("entry"), alike: () => many.open("entry", false) });
    // Before the shell's own single-key shortcuts, which must not win here.
    addEventListener("keydown", onKey, { capture: true });
    root.addEventListener("click", onClick);
    root.addEventListener("input", onSearch);
    addEventListener("popstate", () => location.reload());
    setInterval(askOthers, PRESENCE);
    document.addEventListener("visibilitychange", askOthers);
    dropOldDrafts();
    begin();
}

const ACTS = {
    help: () => find("[data-help-text]").showModal(),
    next: () => busy(async () => open(await server.next(desk.card.dataset.card))),
    previous: () => busy(async () => open(await server.previous(desk.card.dataset.card))),
    save: () => (desk.work.value ? decide("accept") : refuse("Escolha uma nota: tecle o número de um candidato, ou / para procurar. Sem nota? Tecle X, ou C para lançar.")),
    none: () => decide("no_document"),
    enter: () => busy(async () => entry.open(desk.card, () => server.entry(desk.card.dataset.card))),
    hold: () => decide("hold"),
    alike: () => many.open(desk.work.isAlone ? "accept" : "no_document", desk.work.isAlone),
    mark: () => desk.work.mark(),
    join,
    name: () => find("[data-naming]:not([hidden]) select")?.focus(),
    ask: () => find("[data-ask]")?.click(),
    renew: () => location.reload(),
    undo,
    "take-back": takeBack,
    search: () => find("[data-search-box]")?.focus(),
    reason: () => find("#desk-reason")?.focus(),
    document: () => desk.work.radio?.closest(".choice").querySelector("[data-document]").click(),
    rule,
};
const KEYS = { "?": "help", enter: "save", " ": "mark", x: "none", n: "none", c: "enter", v: "hold", t: "alike", z: "undo", j: "next", k: "previous", "/": "search", m: "reason", d: "document", r: "rule", l: "join", f: "name", p: "ask", u: "renew" };
const STEPS = { arrowdown: 1, arrowup: -1 };
const MOVES = ["j", "k", ...Object.keys(STEPS)];
const NEED_LINE = ["next", "previous", "document", "rule", "ask"];
const NEED_ANSWER = ["save", "none", "enter", "hold", "alike", "search", "reason", "mark", "join", "name"];

function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!root.contains(event.target)) return;
    // A key that is held down says a thing once: only ways repeat, and what is typed.
    const isHeld = event.repeat && !MOVES.includes(event.key.toLowerCase());
    const act = event.target.closest("dialog") ? null : meaning(event);
    if (!act && !(isHeld && event.key === "Enter")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (act && !isHeld && !turn.isBusy) act();
}

function meaning(event) {
    const key = event.key.toLowerCase();
    if (event.target.matches("select")) return key === "enter" ? ACTS.save : key === "escape" ? () => desk.work.start() : null;
    if (event.target.matches("input:not([type=radio], [type=checkbox])")) return whileTyping(event, key);
    if (event.target.closest("a, button, summary") && (key === "enter" || key === " ")) return null;
    if (event.target.matches("[type=checkbox]") && key === " ") return null;
    if (key === "escape" && event.target.matches("[type=checkbox]")) return () => desk.work.start();
    if (desk.work && /^[1-9]$/.test(key)) return desk.work.pick(key);
    if (desk.work && key === "g") return desk.work.pickGroup() ?? (() => tell("A máquina não propôs notas juntas para este lançamento."));
    if (desk.work && key in STEPS && !event.shiftKey) return event.target.closest("[data-queue]") ? null : desk.work.step(STEPS[key]);
    const name = KEYS[key];
    if (!name || (NEED_LINE.includes(name) && !desk.card)) return null;
    if (NEED_ANSWER.includes(name) && !desk.work?.canAnswer) return null;
    if (name === "hold" && !find("[data-act=hold]")) return null;
    if (name === "undo" && find("[data-act=take-back]")) return takeBack;
    if ((name === "rule" && !find("[data-rule]")) || (name === "renew" && find("[data-renew]").hidden)) return null;
    return ACTS[name];
}

function whileTyping(event, key) {
    if (key === "escape") return () => desk.work.start();
    if (key !== "enter") return null;
    return event.target.matches("[data-search-box]") ? () => lookFor(event.target.value, { goesOn: true }) : ACTS.save;
}

function onClick(event) {
    const name = event.target.closest("[data-act]")?.dataset.act;
    if (name) {
        event.preventDefault();
        return turn.isBusy ? undefined : ACTS[name]();
    }
    const row = event.target.closest("[data-row]");
    if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        busy(async () => open(await server.part(row.dataset.row)));
    }
    return undefined;
}

// Take up the line that the page holds now.
function begin({ draft = null } = {}) {
    clearTimeout(desk.timers.soon);
    clearTimeout(desk.timers.idle);
    clearTimeout(desk.timers.later);
    const card = find("[data-card]");
    Object.assign(desk, { card, work: null });
    if (!card) {
        queue.refresh();
        return find("[data-done] h2")?.focus();
    }
    desk.work = new Choice(card, { changed });
    const kept = draft ?? findDraft(...whose());
    if (kept && desk.work.canAnswer) {
        const isWhole = desk.work.restore(kept);
        if (!isWhole) tell("Uma nota que você tinha escolhido não está entre os candidatos: procure-a de novo.");
        else if (!draft) tell("O que você tinha escolhido e não salvou está aqui de novo.");
    }
    queue.goTo(card.dataset.card);
    desk.work.start();
    desk.timers.soon = setTimeout(fetchAhead, SOON);
    desk.timers.idle = setTimeout(askOthers, IDLE);
    desk.timers.later = setTimeout(whenIdle, LATER);
    return undefined;
}

function changed() {
    const draft = desk.work.draft();
    keepDraft(...whose(), draft);
}

// Drafts of two people at one computer are two drafts.
function whose(line = desk.card.dataset.card) {
    return [root.dataset.person, line];
}

async function fetchAhead() {
    const { card } = desk;
    const found = await server.ahead(card.dataset.card, [...desk.ahead.keys()]).catch(() => null);
    for (const one of found?.lines ?? []) desk.ahead.set(one.line, { ...one, drawn: drawn(one.html) });
}

async function whenIdle() {
    const { card } = desk;
    if (Date.now() > desk.counted + COUNTED || !desk.work.canAnswer) {
        desk.counted = Date.now();
        queue.refresh();
    }
    if (!desk.work.canAnswer) return;
    const found = await preview(desk.work.isAlone ? "accept" : "no_document").catch(() => null);
    const button = card.querySelector("[data-alike]");
    if (found && desk.card === card && button) button.textContent = found.count > 1 ? `Todas iguais (${found.count})` : "Todas iguais";
}

function drawn(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
}

// Put a line in the place of the one that is there.
function open(answer, { draft = null } = {}) {
    find("[data-work]").replaceChildren(answer.is_over ? find("[data-over]").content.cloneNode(true) : answer.drawn ?? drawn(answer.html));
    desk.ahead.delete(answer.line);
    if (answer.address) history.replaceState(null, "", answer.address);
    refuse("");
    begin({ draft });
    const where = desk.card ? `${find("[data-text=memo]").textContent}, ${find("[data-fact=amount]").textContent}.` : find("[data-done] h2").textContent;
    tell([answer.told, where].filter(Boolean).join(" "), { hasWayBack: Boolean(answer.told && saved(pile()).length) });
    if (scrollY > root.offsetTop) root.scrollIntoView({ block: "start" });
}

// Said aloud by a screen reader, and shown for a while to whoever looks.
function tell(text, { hasWayBack = false } = {}) {
    const toast = find("[data-toast]");
    find("[data-told]").textContent = text;
    find("[data-take-back]").hidden = !hasWayBack;
    toast.classList.add("is-shown");
    clearTimeout(desk.timers.shown);
    desk.timers.shown = setTimeout(() => toast.classList.remove("is-shown"), SHOWN);
}

function refuse(message) {
    turn.refuse(message);
}

function busy(work) {
    return turn.take(work);
}

function decide(verdict) {
    return send("salvar", verdict, (line, answer) => {
        // Of a line that is paid in part the rest goes on waiting.
        const rests = answer.state === "waiting";
        for (const one of answer.lines) queue.tell(one, answer.word, rests && one === line, answer.word);
        queue.count(-answer.lines.length + Number(rests));
        keepSaved(pile(), [...saved(pile()), { line, version: answer.saved }]);
    });
}

function saveMany(verdict) {
    return send("salvar-iguais", verdict, (line, answer) => {
        for (const one of answer.lines) queue.tell(one, answer.word, false);
        queue.count(-answer.lines.length);
        desk.ahead.clear();
        if (answer.together) keepSaved(pile(), [...saved(pile()), { line, together: answer.together }]);
    });
}

function send(word, verdict, settle) {
    const { card: line, version } = desk.card.dataset;
    return busy(async () => {
        try {
            const ahead = Object.fromEntries([...desk.ahead].map(([key, one]) => [key, one.version]));
            const answer = await server.post(line, word, { ...said(verdict), version, ahead });
            keepDraft(...whose(line), null);
            const held = answer.is_held ? desk.ahead.get(answer.line) : null;
            settle(line, answer);
            open(held ? { ...held, ...answer } : answer);
        } catch (refusal) {
            if (refusal.code === "line_changed") return clash(line, refusal, verdict);
            if (verdict === "entry") return entry.refuse(refusal);
            throw refusal;
        }
        return undefined;
    });
}

function said(verdict) {
    return { ...desk.work.payload(verdict), ...(verdict === "entry" ? { posting: entry.posting } : {}) };
}

// A colleague or a run was faster: what stands now is shown, and what one had chosen beside it.
async function clash(line, refusal, verdict) {
    const mine = { told: verdict === "entry" ? entry.told() : desk.work.told(), draft: desk.work.draft() };
    desk.ahead.clear();
    open(await server.part(line), { draft: mine.draft });
    const panel = find("[data-clash]");
    panel.replaceChildren(list("Sua escolha, não gravada", mine.told.length ? mine.told : [["Escolha", "nenhuma nota"]]));
    panel.hidden = false;
    refuse(refusal.message);
}

function pile() {
    return `mesa:${root.dataset.person}:${root.dataset.place}`;
}

function preview(verdict) {
    return server.post(desk.card.dataset.card, "salvar-iguais", { ...said(verdict), dry_run: true });
}

function undo() {
    const last = saved(pile()).at(-1);
    if (!last) return tell("Não há decisão desta sessão para desfazer. O registro de ações guarda as anteriores.");
    const { line, version, together } = last;
    const forget = () => keepSaved(pile(), saved(pile()).slice(0, -1));
    return busy(async () => {
        try {
            const answer = await (together ? server.post(line, "desfazer-iguais", { together }) : server.post(line, "desfazer", { version }));
            forget();
            released(answer.lines ?? [line], answer);
        } catch (refusal) {
            if (OVER.includes(refusal.code)) forget(); // it can never be taken back from here
            throw refusal;
        }
    });
}

// The decision that stands on the line in hand, whoever took it.
function takeBack() {
    const { card: line, version } = desk.card.dataset;
    return busy(async () => {
        const answer = await server.post(line, "desfazer", { version });
        keepSaved(pile(), saved(pile()).filter((one) => one.line !== line || one.together));
        released(answer.lines ?? [line], answer);
    });
}

function released(lines, answer) {
    for (const line of lines) queue.tell(line, "", true);
    queue.count(lines.length);
    desk.ahead.clear();
    open(answer);
}

function onSearch(event) {
    if (!event.target.matches("[data-search-box]")) return;
    clearTimeout(desk.timers.search);
    desk.timers.search = setTimeout(() => lookFor(event.target.value), TYPING);
}

async function lookFor(words, { goesOn = false } = {}) {
    clearTimeout(desk.timers.search);
    const { card, work } = desk;
    desk.words = words;
    const found = words.trim() ? await server.search(card.dataset.card, words, work.count + 1).catch(() => null) : { html: "", count: 0 };
    if (!found || desk.card !== card || desk.words !== words) return; // a later search has the word
    const first = work.add(found.html);
    if (words.trim()) tell(found.count ? `${found.count} nota${found.count > 1 ? "s" : ""} em aberto.` : "Nenhuma nota em aberto com estas palavras.");
    if (goesOn && first) work.pick(first.dataset.key)?.();
}

// Other lines that pay the same notes, those that the machine would join first.
function join() {
    const { card, work } = desk;
    if (!work.value) return refuse("Escolha a nota primeiro: os lançamentos se juntam para pagá-la.");
    return busy(async () => {
        const found = await server.join(card.dataset.card, work.notes, Math.max(work.lacking, 0));
        work.join(found.html);
        tell(found.count ? "Espaço marca um lançamento; Enter concilia." : "Nenhum outro lançamento em aberto serve.");
    });
}

// The rule's form is filled in from the line and from the note that is chosen; it leads back here.
function rule() {
    const place = find("[data-rule]");
    if (!place) return;
    const asked = new URLSearchParams({ voltar: location.pathname + location.search });
    const [note] = desk.work.value ? desk.work.notes : [];
    if (note) asked.set("nota", note);
    location.assign(`${place.getAttribute("href")}&${asked}`);
}

async function askOthers() {
    if (document.hidden || !desk.card) return;
    const { card } = desk;
    const others = await server.others(card.dataset.card).catch(() => []);
    const verb = others.length > 1 ? "também estão" : "também está";
    card.querySelector("[data-others]").textContent = others.length ? `${others.join(" e ")} ${verb} nesta linha` : "";
}
