// The order of rules: a row is dragged to another place, which the server is asked for; the arrows
// of each row do the same without a pointer. Afterwards the moved row has the focus.

let dragged = null;

for (const row of document.querySelectorAll("[data-rule]")) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
        dragged = row;
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", row.id);
    });
    row.addEventListener("dragover", (event) => {
        if (isSibling(row)) event.preventDefault();
    });
    row.addEventListener("drop", (event) => {
        if (!isSibling(row)) return;
        event.preventDefault();
        move(dragged.querySelector("[data-move]"), row.querySelector("[data-move]").dataset.move);
    });
    row.addEventListener("dragend", () => (dragged = null));
}

function isSibling(row) {
    return dragged !== null && dragged !== row && dragged.parentElement === row.parentElement;
}

function move(form, place) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "place", value: place });
    form.append(field);
    form.submit();
}

// Going to the row's address takes the focus from whatever had it: ours comes after.
addEventListener("load", () => setTimeout(focusMoved, 0));

function focusMoved() {
    const row = location.hash.startsWith("#regra-") && document.getElementById(location.hash.slice(1));
    if (row) row.querySelector("button:not([disabled])")?.focus();
}
