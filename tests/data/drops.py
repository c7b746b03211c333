"""What an accountant drops: hundreds of loose files of all kinds, and packages of notes."""

from base64 import b64encode

from playwright.sync_api import Page

from tests.data.files import archive, invoices, xml
from tests.data.ofx import move, statement

Contents = dict[str, bytes]
# A drop as a browser makes it; whether the page said so meanwhile is left in the window.
DROP = """(files) => {
    const transfer = new DataTransfer();
    for (const [name, text] of files) {
        const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
    }
    const settings = { dataTransfer: transfer, bubbles: true, cancelable: true };
    for (const kind of ["dragenter", "dragover"]) {
        document.body.dispatchEvent(new DragEvent(kind, settings));
    }
    window.wasInvited = !document.querySelector("[data-overlay]").hidden;
    document.body.dispatchEvent(new DragEvent("drop", settings));
}"""


def drop(page: Page, contents: Contents) -> None:
    files = [[name, b64encode(content).decode()] for name, content in contents.items()]
    page.evaluate(DROP, files)


def notes(count: int, first: int) -> Contents:
    """Notes from the one with this number on; each test takes its own."""
    return {f"{note.number}.xml": xml(note) for note in invoices(first + count)[first:]}


def mixed(count: int, first: int) -> Contents:
    """Of ten files seven are notes, and one each a statement, a table and nothing readable."""
    found: Contents = {}
    for number, content in enumerate(notes(count, first).values()):
        day = f"data;valor;histórico\n05/10/2026;-{number + 1},00;T{first}\n"
        others = {
            7: ("ofx", statement([move(identity=f"S{first}-{number}")])),
            8: ("csv", day.encode()),
            9: ("txt", f"nada que se leia {first} {number}".encode()),
        }
        ending, made = others.get(number % 10, ("xml", content))
        found[f"{number:03}.{ending}"] = made
    return found


def packages(size: int, first: int) -> Contents:
    """Two archives of so many notes each."""
    halves = {"um.zip": notes(size, first), "dois.zip": notes(size, first + size)}
    return {name: archive(half) for name, half in halves.items()}
