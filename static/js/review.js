// Keyboard work on a card. Single letters act only outside of text fields, so typing is never lost.

const review = document.querySelector("[data-review]");
const form = document.querySelector("form[data-card]");
const help = document.querySelector("[data-help-text]");

if (review && form) {
    // Before the shell's own single-key shortcuts, which must not win here.
    addEventListener("keydown", onKey, { capture: true });
    document.querySelector("[data-help]")?.addEventListener("click", () => help.showModal());
    form.addEventListener("submit", () => form.querySelector("[data-save]")?.setAttribute("aria-busy", "true"));
    form.querySelector("input[name=choice]:checked:not(:disabled)")?.focus({ preventScroll: true });
}

function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const typing = event.target.matches("input:not([type=radio]), textarea, select");
    if (typing) {
        if (event.key === "Escape") event.target.blur();
        return;
    }
    if (event.target.matches("summary, a, button") && event.key === "Enter") return;
    const act = actOf(event.key.toLowerCase());
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
}

function actOf(key) {
    if (key === "?") return () => help.showModal();
    if (key === "j" && review.dataset.next) return () => location.assign(review.dataset.next);
    if (key === "k" && review.dataset.previous) return () => location.assign(review.dataset.previous);
    if (key === "enter" && form.querySelector("[data-save]")) return () => form.requestSubmit(form.querySelector("[data-save]"));
    const choice = /^[1-9xc]$/.test(key) && form.querySelector(`[data-key="${key}"]:not(:disabled)`);
    return choice ? () => choose(choice) : null;
}

function choose(choice) {
    choice.checked = true;
    choice.focus();
    choice.closest(".choice").scrollIntoView({ block: "nearest" });
    if (choice.value === "correct") form.querySelector(".fields input")?.focus();
}
