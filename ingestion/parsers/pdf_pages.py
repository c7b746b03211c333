"""PDF files opened by PDFium: the text of each page, and a page as a picture.

No script is ever run and no form is loaded. PDFium is C++, so this runs only inside the limited
child process.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import PdfDocument, PdfiumError, raw

from conciliacontag.brazil import clean_text
from ingestion.parsers.model import ParseError

WIDEST = 2000  # pixels of a page's longer side
SCALE = 2.0  # 144 dots an inch, which shows the small print of a DANFE
LONGEST_PAGE = 100_000  # characters; a dense page of a ledger has 10,000
PASSWORD_ERRORS = (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
AGAIN = "Baixe o PDF de novo na origem e envie-o sem abrir."
PRINT = "Abra o PDF, escolha “imprimir em PDF” e envie o novo arquivo."
PNG = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR = (8, 2, 0, 0, 0)  # bits a channel, colour type RGB, then the only methods there are

# ISO 32000-1, 12.6.4: actions that run code, and 7.11.4: files carried along.
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?)\b")
_NO_PAGES = re.compile(rb"/Count\s+0\b")


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page holds: its text, cut at `LONGEST_PAGE`, and whether there are pictures on it."""

    number: int
    text: str
    has_picture: bool


@contextmanager
def open_pdf(content: bytes) -> Iterator[PdfDocument]:
    """Open a PDF that needs no password and brings nothing but pages.

    Raises:
        ParseError: pdf_malformed, pdf_encrypted, pdf_pages or pdf_active.
    """
    if b"%%EOF" not in content:
        raise _malformed("O PDF está cortado: falta a marca do fim.")
    try:
        document = PdfDocument(content)
    except PdfiumError as error:
        raise _refusal(error, content) from error
    try:
        _check(document, content)
        yield document
    finally:
        document.close()


def read_pages(document: PdfDocument, most: int) -> Iterator[PageText]:
    """The text of the first `most` pages.

    Raises:
        ParseError: `pdf_malformed` for a page that cannot be loaded.
    """
    for place in range(min(len(document), most)):
        with _page(document, place) as page:
            textpage = page.get_textpage()
            text = textpage.get_text_range(0, min(textpage.count_chars(), LONGEST_PAGE))
            textpage.close()
            has_picture = not text.strip() and any(page.get_objects(max_depth=1))
        yield PageText(place + 1, clean_text(text).replace("\r\n", "\n"), has_picture)


def render_page(content: bytes, number: int) -> bytes:
    """Page `number`, from 1, as a PNG whose longer side has at most 2000 pixels.

    Raises:
        ParseError: as `open_pdf`, `file_type` for what is no PDF, `pdf_pages` for another number.
    """
    if b"%PDF-" not in content[:1024]:
        raise ParseError("file_type", "O arquivo não é um PDF.", remedy=AGAIN)
    with open_pdf(content) as document:
        if not 1 <= number <= len(document):
            message = f"O PDF tem {len(document)} páginas; a página {number} não existe."
            raise ParseError("pdf_pages", message, remedy="Escolha outra página.")
        with _page(document, number - 1) as page:
            longest = max(page.get_size())
            if longest <= 0:
                raise _malformed("A página não tem tamanho.")
            return _png(page.render(scale=min(SCALE, WIDEST / longest), rev_byteorder=True))


@contextmanager
def _page(document: PdfDocument, place: int) -> Iterator[pypdfium2.PdfPage]:
    try:
        page = document[place]
    except PdfiumError as error:
        raise _malformed(f"A página {place + 1} do PDF não pode ser aberta.") from error
    try:
        yield page
    except PdfiumError as error:
        raise _malformed(f"A página {place + 1} do PDF está danificada.") from error
    finally:
        page.close()


def _check(document: PdfDocument, content: bytes) -> None:
    if len(document) == 0:
        raise _no_pages()
    scripts = raw.FPDFDoc_GetJavaScriptActionCount(document)
    if scripts > 0 or document.count_attachments() > 0 or _ACTIVE.search(content):
        message = "O PDF executa comandos ou traz outro arquivo dentro de si."
        raise ParseError("pdf_active", message, remedy=PRINT)


def _refusal(error: PdfiumError, content: bytes) -> ParseError:
    # PDFium keeps its last error when it fails without a new one: the file must agree.
    if getattr(error, "err_code", 0) in PASSWORD_ERRORS and b"/Encrypt" in content:
        message = "O PDF está protegido por senha."
        remedy = f"{PRINT} A senha não é pedida nem guardada aqui."
        return ParseError("pdf_encrypted", message, remedy=remedy)
    if _NO_PAGES.search(content):
        return _no_pages()
    return _malformed("O PDF está cortado ou danificado.")


def _no_pages() -> ParseError:
    return ParseError("pdf_pages", "O PDF não tem nenhuma página.", remedy=AGAIN)


def _malformed(message: str) -> ParseError:
    return ParseError("pdf_malformed", message, remedy=AGAIN)


def _png(bitmap: pypdfium2.PdfBitmap) -> bytes:
    """PNG of an RGB bitmap (ISO/IEC 15948): every row unfiltered, then deflated."""
    pixels = bytes(bitmap.buffer)
    width = bitmap.width * bitmap.n_channels
    starts = range(0, bitmap.stride * bitmap.height, bitmap.stride)
    rows = b"".join(b"\x00" + pixels[start : start + width] for start in starts)
    header = struct.pack(">II5B", bitmap.width, bitmap.height, *TRUE_COLOUR)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 4)), (b"IEND", b""))
    return PNG + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
