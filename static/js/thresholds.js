// A slider, its number, and what follows from them: every place of the slider came with the page.
// And forms that take a while: sent once, with a word of what goes on.

const PAUSE = 400; // before a moved slider is read aloud and kept in the address
const LOOK = 500; // between two questions of how far a slow form has come

const places = JSON.parse(document.getElementById("places")?.textContent ?? "[]");

for (const part of document.querySelectorAll("[data-limit]")) follow(part);
for (const form of document.querySelectorAll("[data-slow]")) form.addEventListener("submit", (event) => begin(event, form));

function follow(part) {
    const range = part.querySelector("[data-range]");
    const number = part.querySelector("[data-number]");
    let waiting = 0;
    const moved = (value) => {
        const place = placeAt(Number(value));
        for (const told of part.querySelectorAll("[data-told]")) told.textContent = place[told.dataset.told];
        clearTimeout(waiting);
        waiting = setTimeout(() => settle(part, number, place), PAUSE);
    };
    range.addEventListener("input", () => {
        number.value = range.value;
        moved(range.value);
    });
    number.addEventListener("input", () => {
        if (!number.value || !number.validity.valid) return;
        range.value = number.value;
        moved(number.value);
    });
    range.setAttribute("aria-valuetext", `${range.value} pontos`);
}

function begin(event, form) {
    if (form.hasAttribute("aria-busy")) return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    const told = Object.assign(document.createElement("p"), { className: "quiet" });
    const bar = Object.assign(document.createElement("progress"), { className: "wide-bar" });
    bar.setAttribute("aria-label", form.dataset.slow);
    const word = Object.assign(document.createElement("span"), { textContent: form.dataset.slow });
    word.setAttribute("role", "status");
    const count = document.createElement("span"); // the bar says it to whoever listens
    count.setAttribute("aria-hidden", "true");
    told.dataset.going = "";
    told.append(bar, word, " ", count);
    form.append(told);
    if (form.dataset.progress) look(form, bar, count);
}

// How far the server has come, until its answer replaces the page.
async function look(form, bar, count) {
    while (form.hasAttribute("aria-busy")) {
        await new Promise((resolve) => setTimeout(resolve, LOOK));
        const answer = await fetch(form.dataset.progress, { headers: { Accept: "application/json" } }).catch(() => null);
        const now = answer?.ok ? await answer.json() : {};
        if (!now.total || now.done < (bar.value || 0)) continue;
        bar.max = now.total;
        bar.value = now.done;
        count.textContent = now.told;
    }
}

// Shown again from the browser's memory, a page is not busy any more.
addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-slow][aria-busy]")) {
        form.removeAttribute("aria-busy");
        form.querySelector("[data-going]")?.remove();
    }
});

function placeAt(points) {
    return places.findLast((place) => Number(place.at) <= points) ?? places[0];
}

function settle(part, number, place) {
    const points = number.value.replace(".", ",");
    part.querySelector("[data-range]").setAttribute("aria-valuetext", `${points} pontos`);
    const close = place.close === "0" ? "" : `; ${place.close} com segundo candidato próximo ficam de fora`;
    const said = number.dataset.address === undefined ? place.alone : `${place.lines} linhas, ${place.amount}${close}`;
    part.querySelector("[data-said]").textContent = `A partir de ${points} pontos: ${said}. Erro medido: ${place.rate}.`;
    if (number.dataset.address === undefined) return;
    const address = new URL(location.href);
    address.searchParams.set("limite", number.value);
    history.replaceState(null, "", address);
}
