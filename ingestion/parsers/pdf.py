"""PDF: its text is kept page by page, and what it prints is told: access keys and boletos.

A PDF is evidence, not a source of documents: the note itself comes as XML, the payment with the
statement. So a file counts as one informative record, and each key found is a mention.
"""

from collections.abc import Iterator
from datetime import date

from conciliacontag.brazil import format_brl, format_date
from ingestion.parsers.boleto import Boleto, find_boletos
from ingestion.parsers.mentions import find_keys, mention_of_key
from ingestion.parsers.model import Page, Parsed, Problem
from ingestion.parsers.pdf_pages import LONGEST_PAGE, PageText, open_pdf, read_pages

PARSER = "pdf/1"
MOST_PAGES = 2_000  # at 6 ms a page this stays within the time of one file
MOST_TEXT = 8_000_000  # characters of all pages together
PERSON = "Abra a página e decida o que ela diz; se for uma nota, envie o XML."
SPLIT = "Divida o PDF em partes menores e envie cada uma."


def parse_pdf(content: bytes, *, today: date) -> Parsed:
    """Read the text of a PDF.

    Raises:
        ParseError: pdf_malformed, pdf_encrypted, pdf_pages or pdf_active.
    """
    with open_pdf(content) as document:
        total = len(document)
        pages = list(_within(read_pages(document, MOST_PAGES)))
    text = "\n".join(page.text for page in pages)
    keys = dict.fromkeys(key for page in pages for key in find_keys(page.text))
    return Parsed(
        "pdf",
        PARSER,
        pages=tuple(Page(page.number, page.text) for page in pages),
        mentions=tuple(mention_of_key(key, "danfe") for key in keys),
        problems=(
            *_unread(pages, total, has_text=bool(text.strip())),
            *_boletos(pages, today),
        ),
        informative=1,
    )


def _within(pages: Iterator[PageText]) -> Iterator[PageText]:
    length = 0
    for page in pages:
        length += len(page.text)
        if length > MOST_TEXT:
            return
        yield page


def _unread(pages: list[PageText], total: int, *, has_text: bool) -> Iterator[Problem]:
    """What only a person can read, and what was too much. Blank backs of pages are no doubt."""
    for page in pages:
        if not page.text.strip() and (page.has_picture or not has_text):
            message = "A página não traz texto e precisa ser vista por uma pessoa."
            yield Problem("pdf_text", "warning", _place(page), message, PERSON)
        if len(page.text) >= LONGEST_PAGE:
            message = f"Só os primeiros {LONGEST_PAGE} caracteres da página foram lidos."
            yield Problem("pdf_too_long", "warning", _place(page), message, SPLIT)
    if len(pages) < total:
        message = f"Só as primeiras {len(pages)} das {total} páginas foram lidas."
        yield Problem("pdf_too_long", "warning", f"página {len(pages) + 1}", message, SPLIT)


def _boletos(pages: list[PageText], today: date) -> Iterator[Problem]:
    """Each boleto once, though its line stands on every part of the sheet."""
    seen: set[str] = set()
    for page in pages:
        for boleto in find_boletos(page.text, today=today):
            if boleto.line not in seen:
                seen.add(boleto.line)
                yield _told(boleto, _place(page))


def _told(boleto: Boleto, place: str) -> Problem:
    amount = f" de {format_brl(boleto.amount)}" if boleto.amount else " sem valor"
    due = f", com vencimento em {format_date(boleto.due_on)}" if boleto.due_on else ""
    message = f"O PDF traz um boleto{amount}{due}: linha digitável {boleto.line}."
    remedy = "O pagamento é conciliado pelo extrato ou pelo retorno do banco."
    return Problem("pdf_boleto", "info", place, message, remedy)


def _place(page: PageText) -> str:
    return f"página {page.number}"
