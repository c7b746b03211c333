"""The original bytes of what arrived: as text on a page, and as files that can do no harm."""

import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from zipfile import ZipFile

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from conciliacontag.storage import harmless, open_stored
from ingestion.models import SourceFile
from ingestion.parsers.sniff import HEAD, sniff
from ingestion.services.stored import is_kept, original_bytes
from ingestion.zips import add

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Decimal | date | None
LONGEST_TEXT = 512 * 1024
IMAGES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
TYPES = {
    "xml": "application/xml",
    "ofx": "application/x-ofx",
    "pdf": "application/pdf",
    "gzip": "application/gzip",
    "zip": "application/zip",
}
TEXTS = {"cnab", "sped", "table"}
FORMULAS = ("=", "@", "\t", "\r")
SIGNED = re.compile(r"[+-].*[(=|!@+*]")  # a sign opens a formula too; amounts hold none of these
# Nothing inside may run, load or send; what strangers wrote is only ever looked at.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'self'"
# Chromium opens no PDF in a sandbox; its reader runs apart from the page, without scripts of ours.
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def original_text(file: SourceFile | None) -> str:
    """The original as text, one element a line; empty when its bytes are gone or are no text."""
    content = original_bytes(file)
    return "" if content is None else readable(content[:LONGEST_TEXT])


def readable(content: bytes) -> str:
    if content[:2] == b"PK":
        return ""
    declared = re.match(rb"<\?xml[^>]*encoding=.(iso-8859-1|windows-1252)", content, re.IGNORECASE)
    text = content.decode("cp1252" if declared else "utf-8", "replace")
    return re.sub(r">\s*<", ">\n<", text)


def image_type(content: bytes) -> str:
    """The type of a picture that a browser shows, "" for anything else."""
    return next((kind for head, kind in IMAGES.items() if content.startswith(head)), "")


def content_type(content: bytes) -> str:
    """What the bytes are, by themselves and not by what their sender called them."""
    kind = sniff(content)
    if kind in TEXTS:
        return "text/plain"
    return TYPES.get(kind) or image_type(content) or "application/octet-stream"


def download(file: SourceFile | None) -> HttpResponseBase | None:
    """A file as it arrived, or one member of a package, as an attachment; None when it is gone."""
    if file is None or not is_kept(file):
        return None
    name = harmless(PurePosixPath(file.filename.replace("\\", "/")).name) or "arquivo"
    answer: HttpResponseBase
    if file.container_id:
        content = original_bytes(file)
        if content is None:
            return None
        answer = HttpResponse(content, content_type=content_type(content))
    else:
        stored = open_stored(file.storage_path)
        kind = content_type(stored.read(HEAD))
        stored.seek(0)
        answer = FileResponse(stored, content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return guarded(answer, SANDBOX)


def guarded(answer: HttpResponseBase, policy: str) -> HttpResponseBase:
    """Keep what strangers wrote away from caches and from everything around it."""
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def as_pdf(content: bytes, name: str) -> HttpResponseBase:
    """A PDF of ours, shown where it is asked for."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return guarded(answer, PDF_POLICY)


def as_csv(rows: Sequence[Sequence[str]], name: str) -> HttpResponseBase:
    """Rows as a spreadsheet opens them here: semicolons, UTF-8 with its mark, no live formulas."""
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerows(
        [[harmless_cell(cell) for cell in row] for row in rows]
    )
    answer = HttpResponse(written.getvalue().encode("utf-8-sig"), content_type="text/csv")
    name = f"{harmless(name).rpartition('.')[0] or 'linhas'}.csv"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return guarded(answer, SANDBOX)


def as_xlsx(sheets: Mapping[str, Sequence[Sequence[Cell]]], name: str) -> HttpResponseBase:
    """Sheets by their titles, the first row of each its header; amounts stay amounts, days days.

    Args:
        sheets: titles of at most 31 characters.
    """
    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for row in rows:
            sheet.append([sheet_cell(sheet, cell) for cell in row])
    written = io.BytesIO()
    book.save(written)
    answer = HttpResponse(written.getvalue(), content_type=XLSX)
    name = f"{harmless(name).rpartition('.')[0] or 'linhas'}.xlsx"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return guarded(answer, SANDBOX)


def sheet_cell(sheet: Any, cell: Cell) -> Any:
    if isinstance(cell, str):
        return ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", harmless_cell(cell))
    made = WriteOnlyCell(sheet, value=cell)
    if isinstance(cell, Decimal):
        made.number_format = "#,##0.00"
    elif isinstance(cell, date):
        made.number_format = "dd/mm/yyyy"
    return made


def as_zip(members: Iterable[tuple[str, bytes]], name: str) -> HttpResponseBase:
    """Files by their names, packed on the disk; one name twice is told apart by a number."""
    # The answer closes it when it has been sent.
    target = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
    times: Counter[str] = Counter()
    with ZipFile(target, "w") as archive:
        for told, content in members:
            times[told] += 1
            add(archive, told if times[told] == 1 else f"{times[told]}-{told}", content)
    target.seek(0)
    answer = FileResponse(target, content_type="application/zip")
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return guarded(answer, SANDBOX)


def as_text(text: str, name: str) -> HttpResponseBase:
    """A text of ours to keep, with the line ends and the mark that every editor here reads."""
    content = text.replace("\n", "\r\n").encode("utf-8-sig")
    answer = HttpResponse(content, content_type="text/plain; charset=utf-8")
    name = f"{harmless(name).rpartition('.')[0] or 'texto'}.txt"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return guarded(answer, SANDBOX)


def harmless_cell(cell: str) -> str:
    """A cell that a spreadsheet would calculate is kept as text; amounts below zero stay."""
    return f"'{cell}" if cell[:1] in FORMULAS or SIGNED.match(cell) else cell
