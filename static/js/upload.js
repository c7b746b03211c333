// The page that sends: choosing and pasting besides dropping, and each delivery as the server sees it.

import { begin, place } from "./dropping.js";
import { plain } from "./folders.js";

const form = document.querySelector("[data-upload]");
const EVERY = 1000;
let shown = "";
let lastAsked = 0;

if (form) start();

function start() {
    const input = form.querySelector("input[type=file]");
    let continued = null;
    place.region = document.querySelector("[data-sending]");
    place.choose = () => form.elements.organization_id.value;
    place.started = follow;
    const open = (card) => {
        continued = card;
        input.click();
    };
    form.querySelector("[data-choose]").addEventListener("click", () => open(null));
    for (const button of document.querySelectorAll("[data-continue]")) {
        button.addEventListener("click", () => open(button.closest("[data-unfinished]")));
    }
    input.addEventListener("change", (event) => {
        // The shell writes the name of a chosen file into a text field that this page does not have.
        event.stopImmediatePropagation();
        begin(plain(input.files), continued);
        input.value = "";
    });
    addEventListener("paste", (event) => {
        if (event.clipboardData?.files.length) begin(plain(event.clipboardData.files));
    });
}

// The part asks by itself while the server has work; the page asks when it has brought some.
function follow(sending) {
    const now = Date.now();
    if (!sending.isOver && sending.delivery === shown && now - lastAsked < EVERY) return;
    lastAsked = now;
    const url = `${form.dataset.delivery}${sending.delivery}/andamento/`;
    const parts = document.querySelector("[data-parts]");
    if (sending.delivery !== shown) {
        shown = sending.delivery;
        const part = document.createElement("div");
        part.id = `delivery-${shown}`;
        parts.prepend(part);
    }
    htmx.ajax("GET", url, { target: `#delivery-${shown}`, swap: "outerHTML" });
}
