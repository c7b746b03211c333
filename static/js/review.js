// The review: card after card opens in its place. One letter acts only while the focus is inside.

import { dropOldDrafts, findDraft, keepDraft, keepSaved, saved } from "./review_drafts.js";
import { Grid } from "./review_grid.js";
import { Pictures, fetchAhead } from "./review_images.js";
import { Match } from "./review_match.js";
import { Server } from "./review_server.js";
import { list, sentenceOf } from "./review_words.js";
import { Turn } from "./turn.js";

const PRESENCE = 15_000;
const OVER = ["card_changed", "nothing_to_undo", "not_found", "match_changed", "undo_impossible"];
const CHANGED = "O cartão mudou desde que você respondeu: confira as suas respostas antes de salvar.";
const SHOWN = 8000; // milliseconds that what was said stays to be read
const IDLE = 700; // milliseconds on a card before what is not urgent is asked

const root = document.querySelector("[data-review]");
const find = (what) => root.querySelector(what);
const turn = new Turn(root);
const desk = { card: null, work: null, pictures: null, idle: 0, ahead: null };
let server = null;

if (root) {
    server = new Server(root, tell);
    // Before the shell's own single-key shortcuts, which must not win here.
    addEventListener("keydown", onKey, { capture: true });
    root.addEventListener("click", (event) => {
        const name = event.target.closest("[data-act]")?.dataset.act;
        if (name) ACTS[name]();
    });
    root.addEventListener("change", sendImage, { capture: true });
    find("[data-go] form")?.addEventListener("submit", goToLine);
    find("[data-many] form")?.addEventListener("submit", saveMany);
    addEventListener("popstate", () => location.reload());
    setInterval(askOthers, PRESENCE);
    document.addEventListener("visibilitychange", askOthers);
    dropOldDrafts();
    begin();
}

const ACTS = {
    help: () => {
        for (const part of root.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== desk.card?.dataset.kind;
        find("[data-help-text]").showModal();
    },
    next: () => busy(async () => open(await server.next(desk.card.dataset.card))),
    previous: () => busy(async () => open(await server.previous(desk.card.dataset.card))),
    line: () => {
        find("[data-go-problem]").textContent = "";
        find("[data-go]").showModal();
        find("#go-line").select();
    },
    pause: () => {
        const form = find("[data-pause]");
        form.elements.cartao.value = desk.card?.dataset.card ?? "";
        form.submit();
    },
    save,
    skip: () => act("pular", { note: "" }, { forgets: false }),
    undo,
    note: () => find("#note").focus(),
    "keep-note": () => about("anotar", { note: find("#note").value }),
    "take-back": () => about("desfazer", {}),
    reopen: () => about("reabrir", {}),
    alike: () => previewMany(desk.work.obstacle(), {
        title: "A mesma resposta para todas iguais",
        word: "salvar-iguais",
        body: answerNow(),
        becomes: ["recebe esta resposta", "recebem esta resposta"],
        button: "Salvar",
    }),
    "take-all-back": () => previewMany(null, {
        title: "Desfazer em todos os cartões",
        word: "desfazer-iguais",
        body: { together: find("[data-together]").dataset.together },
        becomes: ["volta a como estava", "voltam a como estavam"],
        button: "Desfazer em",
    }),
};
const KEYS = { "?": "help", z: "undo", s: "skip", n: "note", g: "line", j: "next", k: "previous", t: "alike", escape: "pause", enter: "save" };

function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!root.contains(event.target) || event.target.closest("dialog")) return;
    const act = meaning(event);
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!turn.isBusy) act();
}

function meaning(event) {
    const key = event.key.toLowerCase();
    if (event.target.matches("input:not([type=radio]):not([type=file]), textarea")) return whileTyping(event, key);
    const isControl = event.target.closest("a, button, summary, [type=file]");
    if (isControl && (key === "enter" || key === " ")) return null;
    if (event.target.closest("[data-sheet]") && key.startsWith("arrow") && !event.shiftKey) return null;
    if (event.target.matches("[type=radio]") && key.startsWith("arrow")) return null;
    const ours = desk.pictures?.act(key) ?? desk.work?.act(event);
    if (ours) return ours;
    const name = KEYS[key];
    if (root.dataset.lacks?.split(" ").includes(name)) return null; // the second reading has fewer acts
    const goesOn = desk.card && "othersWait" in desk.card.dataset;
    if (key === "z" && !desk.work?.canAnswer) return find("[data-act=take-back]") ? ACTS["take-back"] : undo;
    if (key === "enter" && !desk.work?.canAnswer) return goesOn ? ACTS.next : null;
    const needsCard = ["next", "previous", "skip", "note", "save"].includes(name);
    if (!name || (needsCard && !desk.card)) return null;
    if (name === "skip" && !desk.work.canAnswer) return null;
    if (name === "alike" && (find("[data-act=alike]")?.disabled ?? true)) return null;
    return (name === "next" || name === "previous") && !goesOn ? null : ACTS[name];
}

function whileTyping(event, key) {
    if (event.target.closest("[data-grid]")) return null; // the grid listens itself
    if (key === "escape") return () => desk.work.start();
    return key === "enter" && desk.work.canAnswer ? save : null;
}

// Take up the card that the page holds now.
function begin({ draft = null, isClash = false } = {}) {
    clearTimeout(desk.idle);
    const card = find("[data-card]");
    Object.assign(desk, { card, work: null, pictures: null, ahead: null });
    if (!card) return find("[data-done] h2")?.focus();
    const parts = { changed, history: find("[data-history]") ? fieldHistory : null };
    desk.work = card.dataset.kind === "grid" ? new Grid(card, parts) : new Match(card, parts);
    desk.pictures = new Pictures(card);
    const kept = draft ?? findDraft(...whose());
    const isOlder = kept?.version !== undefined && kept.version !== card.dataset.version;
    if (kept?.answers && (isClash || desk.work.canAnswer)) isClash || isOlder ? desk.work.clash(kept.answers) : desk.work.restore(kept.answers);
    if (kept?.note) find("#note").value = kept.note;
    find("#note").addEventListener("input", changed);
    if (kept && !isClash && desk.work.canAnswer) tell(isOlder ? CHANGED : "Suas respostas que não tinham sido salvas estão aqui de novo.");
    showLeft();
    desk.work.start();
    desk.idle = setTimeout(whenIdle, IDLE);
    return undefined;
}

function changed() {
    const draft = draftNow();
    keepDraft(...whose(), draft && { ...draft, version: desk.card.dataset.version });
    showLeft();
}

// Drafts of two people at one computer are two drafts.
function whose(card = desk.card.dataset.card) {
    return [root.dataset.person, card];
}

function draftNow() {
    const note = find("#note");
    const answers = desk.work.draft();
    const own = note.value === note.dataset.stored ? "" : note.value;
    return answers || own ? { answers, note: own } : null;
}

function showLeft() {
    const place = find("[data-left]");
    if (place) place.textContent = desk.work.left();
}

async function whenIdle() {
    const { card } = desk;
    const found = await server.beside(card.dataset.card).catch(() => null);
    if (!found || desk.card !== card) return;
    desk.ahead = found.ahead && { ...found.ahead, drawn: drawn(found.ahead.html) };
    fetchAhead(found.ahead?.image);
    showOthers(card, found.others);
    const button = card.querySelector("[data-act=alike]");
    if (button) {
        button.disabled = found.alike < 2;
        if (found.alike > 1) button.querySelector("[data-alike]").textContent = `Todas iguais (${found.alike})`;
    }
    for (const [which, names] of Object.entries(found.similar)) suggest(card.querySelector(`[data-similar="${which}"]`), names);
}

function suggest(place, names) {
    if (!place) return;
    const links = names.map(([name, href]) => Object.assign(document.createElement("a"), { textContent: name, href, target: "_blank", rel: "noopener", className: "link mono" }));
    place.replaceChildren("Com nome parecido no pacote: ", ...links.flatMap((link, at) => (at ? [", ", link] : [link])), ".");
    place.hidden = false;
}

function drawn(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
}

// Put a card in the place of the one that is there.
function open(answer, { draft = null, isClash = false } = {}) {
    find("[data-work]").replaceChildren(answer.drawn ?? drawn(answer.html));
    const folded = find("[data-history]");
    if (folded) globalThis.htmx?.process(folded);
    if (answer.address) history.replaceState(null, "", answer.address);
    refuse("");
    begin({ draft, isClash });
    const { place, total, line } = desk.card?.dataset ?? {};
    if (answer.told || !isClash) {
        const where = place ? `Cartão ${place} de ${total}, linha ${line}.` : find("[data-done] h2").textContent;
        tell([answer.told, where].filter(Boolean).join(" "));
    }
    if (scrollY > root.offsetTop) root.scrollIntoView({ block: "start" });
}

// Said aloud by a screen reader, and shown for a while to whoever looks.
function tell(text) {
    const place = find("[data-told]");
    place.textContent = text;
    place.classList.add("is-shown");
    clearTimeout(desk.shown);
    desk.shown = setTimeout(() => place.classList.remove("is-shown"), SHOWN);
}

function refuse(message) {
    turn.refuse(message);
}

function busy(work) {
    return turn.take(work);
}

function save() {
    const obstacle = desk.work.obstacle();
    if (obstacle) return refuse(obstacle);
    const { card, version } = desk.ahead ?? {};
    const ahead = card && { card, version };
    return act("salvar", { ...desk.work.payload(), note: find("#note").value, ahead }, { forgets: true });
}

function act(word, body, { forgets }) {
    const { card, version } = desk.card.dataset;
    return busy(async () => {
        try {
            const answer = await server.post(card, word, { ...body, version: Number(version) });
            if (forgets) settle(card, answer);
            open(answer.is_held ? { ...desk.ahead, ...answer } : answer);
        } catch (refusal) {
            if (refusal.code === "card_changed") return clash(card, refusal);
            if (refusal.details?.fields) return explain(refusal);
            throw refusal;
        }
        return undefined;
    });
}

function settle(card, { saved: version, together }) {
    keepDraft(...whose(card), null);
    if (version) keepSaved(pile(), [...saved(pile()), { card, version, together }]);
}

function explain(refusal) {
    const problems = Object.values(refusal.details.fields).flat();
    refuse(problems.map((one) => one.message).join(" ") || refusal.message);
    desk.work.refuse(refusal.details.fields);
}

// A colleague was faster: both answers are shown, and mine stays until one is picked.
async function clash(card, refusal) {
    const mine = { told: desk.work.told(), draft: draftNow() };
    open(await server.part(card, { isClash: true }), { draft: mine.draft ?? {}, isClash: true });
    if (!desk.card) return refuse(refusal.message); // what stands is not this person's to know yet
    const theirs = Object.entries(refusal.details.after ?? {}).map(([field, value]) => [desk.work.label(field), value || "vazio"]);
    const panel = find("[data-clash]");
    panel.replaceChildren(list(`Gravado agora${refusal.details.who ? `, por ${refusal.details.who}` : ""}`, theirs), list("Sua escolha, não gravada", mine.told));
    panel.hidden = false;
    refuse(`${refusal.message}${desk.work.canAnswer ? " Para manter a sua resposta, escolha-a e salve de novo." : ""}`);
    return undefined;
}

function pile() {
    return `${root.dataset.person}:${root.dataset.batch}`;
}

// First the last answer on this card, then the card that was saved last.
function undo() {
    if (desk.work?.canAnswer && desk.work.undo()) return tell("Última resposta desfeita.");
    const last = saved(pile()).at(-1);
    if (!last) return tell("Não há resposta nem decisão desta sessão para desfazer.");
    const forget = () => keepSaved(pile(), saved(pile()).slice(0, -1));
    return busy(async () => {
        const { card, version, together } = last;
        try {
            const answer = await (together ? server.post(card, "desfazer-iguais", { together }) : server.post(card, "desfazer", { version }));
            forget();
            open(answer);
        } catch (refusal) {
            if (OVER.includes(refusal.code)) forget(); // it can never be taken back from here
            throw refusal;
        }
    });
}

// An act after which the same card is shown again; what was answered and not saved stays.
function about(word, body) {
    const { card, version } = desk.card.dataset;
    return busy(async () => {
        const draft = draftNow();
        const answer = await server.post(card, word, { ...body, version: Number(version) });
        keepDraft(...whose(card), null);
        open(answer, { draft: draft && { ...draft, note: "" } });
        if (draft?.answers) changed();
    });
}

async function goToLine(event) {
    if (event.submitter?.value !== "go") return;
    event.preventDefault();
    try {
        const answer = await server.line(find("#go-line").value.trim());
        find("[data-go]").close();
        open(answer);
    } catch (refusal) {
        find("[data-go-problem]").textContent = refusal.message;
    }
}

function fieldHistory(field) {
    const details = find("[data-history]");
    const address = `${server.address(desk.card.dataset.card, "historico")}?campo=${encodeURIComponent(field)}`;
    details.open = true;
    htmx.ajax("GET", address, { target: details.querySelector(".review-told") });
}

async function askOthers() {
    if (document.hidden || !desk.card) return;
    const { card } = desk;
    showOthers(card, await server.others(card.dataset.card).catch(() => []));
}

function showOthers(card, others) {
    const verb = others.length > 1 ? "também estão" : "também está";
    card.querySelector("[data-others]").textContent = others.length ? `${others.join(" e ")} ${verb} neste cartão` : "";
}

function answerNow() {
    const version = Number(desk.card.dataset.version);
    return { ...desk.work.payload(), note: find("#note").value, version };
}

// Nothing is done to many cards before it was said what would be.
function previewMany(obstacle, many) {
    if (obstacle) return refuse(obstacle);
    const told = find("[data-many-told]");
    const button = find("[data-many-save]");
    desk.many = many;
    find("[data-many-title]").textContent = many.title;
    told.textContent = "Contando o que mudaria…";
    button.hidden = true;
    find("[data-many]").showModal();
    return busy(async () => {
        try {
            const found = await server.post(desk.card.dataset.card, many.word, { ...many.body, dry_run: true });
            told.textContent = sentenceOf(found, many.becomes);
            button.hidden = !found.decided;
            button.textContent = `${many.button} ${found.decided} cart${found.decided > 1 ? "ões" : "ão"}`;
            button.focus();
        } catch (refusal) {
            told.textContent = refusal.message;
        }
    });
}

function saveMany(event) {
    if (event.submitter?.value === "save") act(desk.many.word, desk.many.body, { forgets: true });
}

function sendImage(event) {
    const input = event.target.closest("[data-send-image]");
    if (!input?.files.length) return;
    // The shell writes the name of a chosen file into a text field that this page does not have.
    event.stopImmediatePropagation();
    const { card } = desk.card.dataset;
    const body = new FormData();
    body.append("which", input.dataset.sendImage);
    body.append("image", input.files[0]);
    busy(async () => {
        const { told } = await server.post(card, "enviar-imagem", body);
        const draft = draftNow();
        open({ ...(await server.part(card)), told }, { draft });
    });
}
