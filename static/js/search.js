// Ctrl+K (⌘K) goes to the search box of the top bar; Escape gives the focus back.

let before = null;

addEventListener("keydown", (event) => {
    const box = document.querySelector("[data-search] input");
    if (!box) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        // The shell has a palette of its own under the same keys; it must not open as well.
        event.stopImmediatePropagation();
        before = document.activeElement;
        box.focus();
        box.select();
    } else if (event.key === "Escape" && event.target === box) {
        box.value = "";
        (before ?? box).focus();
        if (document.activeElement === box) box.blur();
    }
}, { capture: true });
