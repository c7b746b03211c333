// Behaviour of the shell that every page has: the choosers of the top bar, the filters' menus.

// The theme writes a chosen file's name into a text field that our pages do not have: marked as done.
HTMLInputElement.prototype.hasChangeListener = true;

document.addEventListener("change", (event) => {
    const chooser = event.target.closest("[data-scope] select");
    if (chooser) chooser.form.requestSubmit();
});

document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.facet[open]")) {
        if (!menu.contains(event.target)) menu.open = false;
    }
    const copied = event.target.closest("[data-copy]");
    if (copied) navigator.clipboard?.writeText(copied.dataset.copy);
});

document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.facet[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
    }
});

// A page that comes while a key is down may be shown without the focus it asks for.
addEventListener("load", () => {
    if (document.activeElement === document.body && !location.hash) document.querySelector("[autofocus]")?.focus();
});
