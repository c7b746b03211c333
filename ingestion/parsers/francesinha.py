"""Francesinha: the bank's report of boletos that were paid, as XLS, XLSX or CSV.

Its columns stand at fixed places, far apart, below a title; some exports are compact and only their
header tells the columns. It is recognised by what it holds, never by the name of the file.

The interest of a late payment is booked on its own: a row with interest is followed by one of the
interest alone, whose origin is `Juros de Mora`. The row itself keeps its face value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath

from conciliacontag.brazil import fold, format_date
from ingestion.parsers.columns import decide_decimal, decide_order
from ingestion.parsers.grid import Cell, Grid, Row, is_blank, written
from ingestion.parsers.model import Parsed, ParseError, Problem, Transaction
from ingestion.parsers.table_values import CHECK, parse_cell_day, parse_money

PARSER = "francesinha/1"
INTEREST = "Juros de Mora"
SEARCHED_ROWS = 60
SUFFIX = re.compile(r"\.(?:xlsx|xlsm|xls|ods|csv|txt|html?)$", re.IGNORECASE)

# Field → (place in the fixed layout, from 0; what its header is called, folded).
COLUMNS: Mapping[str, tuple[int, str]] = {
    "Sacado": (1, r"SACADO|PAGADOR"),
    "Nosso_Numero": (5, r"NOSSO N(?:UMERO|RO|O|\.|º)?.*"),
    "Seu_Numero": (11, r"SEU N(?:UMERO|RO|O|\.|º)?.*"),
    "Dt_Previsao_Credito": (
        13,
        r"D(?:T|ATA)\.? ?(?:DE )?PREV(?:ISAO|\.)? ?(?:DE |DO )?CRED(?:ITO|\.)?",
    ),
    "Vencimento": (18, r"VENC(?:IMENTO|TO|\.)?"),
    "Dt_Limite_Pgto": (21, r"D(?:T|ATA)\.? ?LIM(?:ITE|\.)?.*"),
    "Valor_RS": (25, r"VALOR(?: ?\(?R\$\)?)?|VALOR DO TITULO"),
    "Vlr_Mora": (28, r"V(?:LR|ALOR)\.? ?(?:DE |DA )?(?:MORA|JUROS)"),
    "Vlr_Desc": (29, r"V(?:LR|ALOR)\.? ?(?:DE |DO )?DESC(?:ONTO|\.)?"),
    "Vlr_Outros_Acresc": (31, r"V(?:LR|ALOR)\.? ?OUTROS.*"),
    "Dt_Liquid": (34, r"D(?:T|ATA)\.? ?(?:DE |DA )?LIQ(?:UID(?:ACAO|\.)?|\.)?"),
    "Vlr_Cobrado": (35, r"V(?:LR|ALOR)\.? ?COBRADO"),
}
DATES = ("Dt_Previsao_Credito", "Vencimento", "Dt_Limite_Pgto", "Dt_Liquid")
AMOUNTS = ("Valor_RS", "Vlr_Mora", "Vlr_Desc", "Vlr_Outros_Acresc", "Vlr_Cobrado")
NO_PAYER = (
    "ORDENADO", "TIPO CONSULTA", "CONTA CORRENTE", "CEDENTE", "RELATORIO", "TOTAL", "DATA INICIAL",
)  # fmt: skip

_OPERATION = re.compile(r"[0-9]+-[A-Z].*")  # "1-S…": the code of an operation, not a payer
_NAMES = {name: re.compile(pattern) for name, (_, pattern) in COLUMNS.items()}


@dataclass(slots=True)
class _Report:
    """What one report has given so far."""

    origin: str
    decimal: str
    order: str
    transactions: list[Transaction] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    equals: dict[tuple[object, ...], int] = field(default_factory=dict)
    informative: int = 0
    rejected: int = 0
    uncredited: int = 0
    record: int = 0


def is_francesinha(grid: Grid) -> bool:
    """Whether a table has the header of the report."""
    return find_columns(grid) is not None


def find_columns(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The row of the header and the column of each field, None for another table.

    A header cell of the fixed layout may be merged and stand beside its column, so the fixed places
    hold when payer and number stand there; otherwise the names tell.
    """
    for place, row in enumerate(grid.rows[:SEARCHED_ROWS]):
        named = _named_columns(row)
        if not {"Sacado", "Nosso_Numero"} <= named.keys():
            continue
        if (named["Sacado"], named["Nosso_Numero"]) == (1, 5):
            return place, {name: column for name, (column, _) in COLUMNS.items()}
        if {"Dt_Previsao_Credito", "Valor_RS"} <= named.keys():
            return place, named
    return None


def _named_columns(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, cell in enumerate(row):
        text = fold(written(cell))
        name = next((name for name, title in _NAMES.items() if title.fullmatch(text)), "")
        if text and name and name not in found:
            found[name] = column
    return found


def parse_francesinha(grid: Grid, name: str) -> Parsed:
    """Boletos paid, as transactions with source `boleto`, posted on the day of their credit.

    `amount` is the face value (Valor_RS); all twelve columns stay in `extra`.
    Rows without a day of credit were not credited: they are informative, and counted in a problem.
    """
    place, columns = find_columns(grid) or (0, {})
    body = grid.rows[place + 1 :]
    money = [_cell(row, columns, field) for row in body for field in AMOUNTS]
    days = [_cell(row, columns, field) for row in body for field in DATES]
    report = _Report(SUFFIX.sub("", PurePosixPath(name).name), decide_decimal(money), "")
    report.order = decide_order(days) or "dmy"
    for row, line in zip(body, grid.lines[place + 1 :], strict=True):
        _read_row(report, row, line, columns)
    if report.uncredited:
        count = report.uncredited
        message = f"{count} boletos sem data de crédito não entraram: ainda não foram pagos."
        remedy = "Eles entram quando vierem num relatório com a previsão de crédito."
        report.problems.append(Problem("boleto_uncredited", "info", "", message, remedy))
    return Parsed(
        "francesinha",
        PARSER,
        transactions=tuple(report.transactions),
        problems=tuple(report.problems),
        informative=report.informative,
        rejected=report.rejected,
    )


def _read_row(report: _Report, row: Row, line: int, columns: Mapping[str, int]) -> None:
    if is_blank(row):
        return
    report.record += 1
    if not _is_data(row, columns):
        report.informative += 1
    elif not written(_cell(row, columns, "Dt_Previsao_Credito")):
        report.informative += 1
        report.uncredited += 1
    else:
        try:
            _add(report, row, line, columns)
        except ParseError as error:
            report.rejected += 1
            place = f"linha {line} · {error.place}" if error.place else f"linha {line}"
            problem = Problem(error.code, "error", place, error.message, error.remedy)
            report.problems.append(problem)


def _cell(row: Row, columns: Mapping[str, int], name: str) -> Cell:
    place = columns.get(name, -1)
    return row[place] if 0 <= place < len(row) else ""


def _is_data(row: Row, columns: Mapping[str, int]) -> bool:
    payer = written(_cell(row, columns, "Sacado"))
    folded = fold(payer)
    return bool(
        len(payer) > 3
        and not (folded.startswith("SACADO") or folded == "PAGADOR")
        and written(_cell(row, columns, "Nosso_Numero"))
        and not _OPERATION.match(payer)
        and not any(words in folded for words in NO_PAYER)
    )


def _add(report: _Report, row: Row, line: int, columns: Mapping[str, int]) -> None:
    """One boleto, and the interest it brought as a transaction of its own."""
    said = {name: _said(row, columns, name) for name in COLUMNS}
    credited_on = _day(row, columns, "Dt_Previsao_Credito", report.order)
    liquidated_on = said["Dt_Liquid"] and _day(row, columns, "Dt_Liquid", report.order)
    amounts = {name: _money(row, columns, name, report.decimal) for name in AMOUNTS}
    for name, amount in amounts.items():
        said[name] = "" if amount is None else str(amount)
    for name in DATES:
        said[name] = _shown_day(_cell(row, columns, name), report.order)
    value = amounts["Valor_RS"] if amounts["Valor_RS"] is not None else amounts["Vlr_Cobrado"]
    if value is None:
        raise ParseError("value_missing", "O valor está vazio.", place="Valor_RS", remedy=CHECK)
    said["liquidated_on"] = liquidated_on.isoformat() if isinstance(liquidated_on, date) else ""
    _append(report, said | {"Arquivo_Origem": report.origin}, credited_on, value, line)
    interest = amounts["Vlr_Mora"]
    if interest and interest > 0:
        alone = dict.fromkeys(("Vlr_Mora", "Vlr_Desc", "Vlr_Outros_Acresc"), "0.00")
        alone |= {
            "Valor_RS": str(interest),
            "Vlr_Cobrado": str(interest),
            "Arquivo_Origem": INTEREST,
        }
        _append(report, said | alone, credited_on, interest, line)


def _append(report: _Report, said: dict[str, str], day: date, amount: Decimal, line: int) -> None:
    is_interest = said["Arquivo_Origem"] == INTEREST
    same = (day, amount, said["Nosso_Numero"], said["Sacado"], is_interest)
    ordinal = report.equals[same] = report.equals.get(same, 0) + 1
    report.transactions.append(
        Transaction(
            external_id=said["Nosso_Numero"],
            account="",
            posted_on=day,
            amount=amount,
            memo=INTEREST if is_interest else "",
            payee=said["Sacado"],
            kind="juros" if is_interest else "boleto",
            check_number=said["Seu_Numero"],
            ordinal=ordinal,
            record=report.record,
            extra=said | {"line": line, "identifiers": {"our_number": said["Nosso_Numero"]}},
            source="boleto",
        )
    )


def _said(row: Row, columns: Mapping[str, int], name: str) -> str:
    return written(_cell(row, columns, name))


def _day(row: Row, columns: Mapping[str, int], name: str, order: str) -> date:
    try:
        return parse_cell_day(_cell(row, columns, name), order)
    except ParseError as error:
        raise ParseError(error.code, error.message, place=name, remedy=error.remedy) from None


def _shown_day(cell: Cell, order: str) -> str:
    """A day as `dd/mm/aaaa`; what is no day stays as written."""
    try:
        return format_date(parse_cell_day(cell, order))
    except ParseError:
        return written(cell)


def _money(row: Row, columns: Mapping[str, int], name: str, decimal: str) -> Decimal | None:
    cell = _cell(row, columns, name)
    if isinstance(cell, str) and not cell.strip():
        return None
    try:
        return parse_money(cell, decimal)
    except ParseError as error:
        raise ParseError(error.code, error.message, place=name, remedy=error.remedy) from None
