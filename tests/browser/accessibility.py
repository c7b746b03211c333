"""What axe says of a page, after WCAG 2.2 AA; of rows that are built alike it looks at two.

Contrast costs some milliseconds an element, and a list repeats the same row a hundred times.
"""

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

AA = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # all that passed would be described element by element
}
# A shape is all that a rule may judge: elements, attributes, colours, whether there is a text.
MARK_REPEATED = """() => {
    const shape = (one) => {
        const look = getComputedStyle(one);
        const attributes = [...one.attributes].map((said) => said.name + (said.value ? "=" : ""));
        return [
            one.localName, one.className, one.getAttribute("style"), attributes,
            look.color, look.backgroundColor, look.display, look.fontSize, look.opacity,
            one.textContent.trim() === "", [...one.children].map(shape),
        ];
    };
    const seen = new Map();
    for (const row of document.querySelectorAll("tr, li")) {
        const told = JSON.stringify([row.parentElement.closest("[class]")?.className, shape(row)]);
        seen.set(told, (seen.get(told) ?? 0) + 1);
        row.toggleAttribute("data-repeated", seen.get(told) > 2);
    }
}"""
# In the dark nothing is different but colours; the same page in the light is asked for the rest.
IN_THE_DARK = AA | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
REPEATED = {"exclude": [["[data-repeated]"]]}


def look_over(page: Page) -> AxeResults:
    """All violations on the page, with their report.

    A click returns before the page it leads to has come: what axe says of a page that is being left
    is nothing, and is asked of the one that came.
    """
    try:
        return judged(page)
    except Error:
        page.wait_for_timeout(1_000)
        return judged(page)


def judged(page: Page) -> AxeResults:
    page.wait_for_load_state()
    page.evaluate(MARK_REPEATED)
    options = IN_THE_DARK if page.evaluate(IS_DARK) else AA
    return Axe().run(page, context=REPEATED, options=options)
