"""Small tables for tests, in every format they arrive in."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
import xlwt

Rows = Sequence[Sequence[Any]]

STATEMENT: Rows = (
    ("Data", "Histórico", "Documento", "Valor"),
    ("01/09/2026", "PIX RECEBIDO", "000123", "1.234,56"),
    ("02/09/2026", "TARIFA COBRANÇA", "000124", "-3,35"),
)
ANSWERS: Rows = (
    ("file_id", "input_path", "output_path", "score", "matricula", "lingua", "q1", "q2"),
    ("file1.png", "in/file1.png", "out/file1.png", "0", "123", "PT", "AB", ""),
    ("file2.png", "in/file2.png", "out/file2.png", "2", "124", "PT", "A", "b"),
)
FRANCESINHA_PLACES = (1, 5, 11, 13, 18, 21, 25, 28, 29, 31, 34, 35)
FRANCESINHA_TITLES = (
    "Sacado", "Nosso Número", "Seu Número", "Dt. Previsão Crédito", "Vencimento", "Dt. Limite Pgto",
    "Valor R$", "Vlr. Mora", "Vlr. Desc.", "Vlr. Outros Acresc.", "Dt. Liquid.", "Vlr. Cobrado",
)  # fmt: skip
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>'
    "</manifest:manifest>"
)


def as_csv(
    rows: Rows, *, delimiter: str = ";", encoding: str = "utf-8", end: str = "\r\n"
) -> bytes:
    """Fields joined as they are: quotes are up to the test."""
    return "".join(delimiter.join(map(str, row)) + end for row in rows).encode(encoding)


def as_xlsx(
    rows: Rows,
    *,
    name: str = "Extrato",
    hidden: Mapping[str, Rows] | None = None,
    more: Mapping[str, Rows] | None = None,
) -> bytes:
    """A workbook; numbers stay numbers, days become days, `=…` becomes a formula without result."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheets = {name: rows, **(more or {}), **(hidden or {})}
        for title, lines in sheets.items():
            sheet = book.add_worksheet(title)
            for place, row in enumerate(lines):
                _write_row(sheet, place, row)
            if title in (hidden or {}):
                sheet.hide()
    return content.getvalue()


def _write_row(sheet: Any, place: int, row: Sequence[Any]) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, (date, datetime)):
            sheet.write_datetime(place, column, cell)
        elif isinstance(cell, (int, float)):
            sheet.write_number(place, column, cell)
        elif str(cell).startswith("="):
            sheet.write_formula(place, column, cell, value="")
        elif cell != "":
            sheet.write_string(place, column, cell)


def as_xls(rows: Rows) -> bytes:
    """A workbook of the format before 2007."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Extrato")
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write(place, column, cell, day)
            elif cell != "":
                sheet.write(place, column, cell)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def as_ods(rows: Rows, *, prolog: str = "", repeat: int = 1) -> bytes:
    """An OpenDocument sheet of texts; the last row may be repeated."""
    namespace = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{one}="{namespace}:{one}:1.0"' for one in ("office", "table", "text"))
    lines = ["".join(ODS_CELL.format(cell) for cell in row) for row in rows]
    body = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines[:-1])
    last = f'<table:table-row table:number-rows-repeated="{repeat}">{lines[-1]}</table:table-row>'
    content = (
        f"{prolog}<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="Extrato">{body}{last}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return parts(
        {"mimetype": ODS_TYPE, "content.xml": content, "META-INF/manifest.xml": ODS_MANIFEST}
    )


def as_html(rows: Rows) -> bytes:
    """A table of a page, as portals save it under the name of a workbook."""
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<html><body><table>{lines}</table></body></html>".encode()


def parts(files: Mapping[str, str | bytes]) -> bytes:
    """An archive of parts, in their order."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in files.items():
            archive.writestr(name, part)
    return content.getvalue()


def changed_part(book: bytes, name: str, old: str, new: str) -> bytes:
    """A workbook with a text of one part replaced."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    assert old.encode() in files[name]
    return parts(files | {name: files[name].replace(old.encode(), new.encode(), 1)})


def boleto(
    payer: str = "Padaria Aurora Ltda",
    *,
    number: str = "14000000123",
    credited: Any = "06/05/2025",
    value: Any = 100.0,
    interest: Any = 0.0,
    charged: Any = None,
) -> tuple[Any, ...]:
    """The twelve fields of a boleto, in the order of the report."""
    paid = charged if charged is not None else value + interest
    return (
        payer, number, "NF 10", credited, "02/05/2025", "30/06/2025", value, interest, 0.0, 0.0,
        "05/05/2025", paid,
    )  # fmt: skip


def spread(fields: Sequence[Any]) -> list[Any]:
    """The fields at the fixed places of the report."""
    row: list[Any] = [""] * (max(FRANCESINHA_PLACES) + 1)
    for place, field in zip(FRANCESINHA_PLACES, fields, strict=True):
        row[place] = field
    return row


def francesinha(boletos: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The rows of a report: titles, boletos at their places, lines of operations and totals."""
    return [
        ["", "RELATÓRIO DE TÍTULOS LIQUIDADOS"],
        ["", "CEDENTE: COMÉRCIO BOM PREÇO LTDA"],
        spread(FRANCESINHA_TITLES),
        ["", "1-SIMPLES", "", "", "", "1"],
        *map(spread, boletos),
        ["", "TOTAL DE TÍTULOS", "", "", "", str(len(boletos))],
    ]
