"""Rows of the engine's columns, with everything a test does not care about filled in."""

from datetime import date
from typing import Any

import polars as pl

from reconciliation.engine.columns import LINES, PAYABLES

DAY = date(2026, 10, 5).toordinal()  # a Monday
PAYABLE: dict[str, Any] = {
    "organization": 0,
    "document": 0,
    "installment": 0,
    "receivable": True,
    "declared": True,
    "issued": DAY - 30,
    "due": DAY,
    "amount": 100_000,
    "net": None,
    "kind": "nfe",
    "means": "",
    "number": 0,
    "key": "",
    "party": "",
    "party_name": "",
    "our_number": "",
    "txid": "",
}
LINE: dict[str, Any] = {
    "organization": 0,
    "line": 0,
    "receivable": True,
    "day": DAY,
    "amount": 100_000,
    "memo": "",
    "payer": "",
    "our_number": "",
    "txid": "",
}


def payables(*rows: dict[str, Any]) -> pl.DataFrame:
    """Payables, numbered in their order; `net` is the amount unless told."""
    whole = [PAYABLE | {"document": place} | row for place, row in enumerate(rows)]
    told = [row | {"net": row["net"] or row["amount"]} for row in whole]
    return pl.DataFrame(told, schema=PAYABLES)


def lines(*rows: dict[str, Any]) -> pl.DataFrame:
    """Lines, numbered in their order."""
    return pl.DataFrame(
        [LINE | {"line": place} | row for place, row in enumerate(rows)], schema=LINES
    )
