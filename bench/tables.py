"""A workbook as a bank exports it, read into rows by calamine alone and by our checked reader."""

import io
from datetime import date, timedelta
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from ingestion.parsers.workbook import read_workbook

ROWS_A_DOCUMENT = 50
TIMES_CALAMINE = 1.5  # checks of every reference and formula included
HEADER = (
    "Data",
    "Histórico",
    "Documento",
    "Valor",
    "Saldo",
    "Tipo",
    "Agência",
    "CNPJ",
    "Obs",
    "Id",
)
FIRST = date(2026, 1, 1)


def workbook(rows: int) -> bytes:
    """Ten columns: a day, two numbers and seven texts."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Extrato")
        sheet.write_row(0, 0, HEADER)
        for row in range(1, rows + 1):
            sheet.write_datetime(row, 0, FIRST + timedelta(days=row % 300))
            sheet.write_row(row, 1, (f"PIX RECEBIDO {row}", str(row)))
            sheet.write_row(row, 3, (row * 37 % 1_000_003 / 100, row / 100))
            sheet.write_row(row, 5, ("C", "0001", "11222333000181", "", f"id{row}"))
    return content.getvalue()


def bare_rows(content: bytes) -> None:
    """Every cell of the first sheet, as calamine gives it."""
    CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def read_rows(content: bytes) -> None:
    """The same cells, once every part of the workbook was checked."""
    grids, _ = read_workbook(content)
    assert len(grids) == 1


def figures(rows: int, bare: float, ours: float) -> dict[str, Any]:
    return {
        "rows": rows,
        "bare_a_second": round(rows / bare),
        "ours_a_second": round(rows / ours),
        "times_calamine": round(ours / bare, 2),
        "limit": TIMES_CALAMINE,
        "kept": ours <= bare * TIMES_CALAMINE,
    }
