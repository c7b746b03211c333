"""Rows of a table that are no movement: balances, totals, the account of those below.

They become the statement: opening, balance at the end of each day, closing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from conciliacontag.brazil import fold
from ingestion.parsers.columns import direction
from ingestion.parsers.grid import Cell, Row, written
from ingestion.parsers.model import ParseError, Statement
from ingestion.parsers.ofx_rows import is_balance
from ingestion.parsers.table_values import money_of_ledger, parse_money

_ENGLISH = re.compile(
    r"(?:OPENING |CLOSING |ENDING |STARTING )?BALANCE(?: (?:AT|ON|OF|FORWARD)\b.*)?"
)
_TOTAL = re.compile(r"(?:SUB ?)?TOTA(?:L|IS)\b")
_OPENING = re.compile(r"\b(?:ANTERIOR|INICIAL|START|STARTING|OPENING|FORWARD)\b")
_LEDGER_ACCOUNT = re.compile(r"CONTA\s*:\s*(?:([0-9]+)\s*-\s*)?([0-9][0-9.\-]*)\s*(.*)")
_BANK_ACCOUNT = re.compile(
    r"(?:CONTA(?: CORRENTE)?|C/C|ACCOUNT(?: NUMBER)?)\s*[:;]?\s*([0-9][0-9./-]*[0-9X])\b"
)
_LABEL_LETTERS = frozenset("SsBbOoCcEe")  # what a balance row begins with, in either language


@dataclass(slots=True)
class Account:
    """What a table says of one account while its rows pass."""

    code: str = ""
    short: str = ""  # the reduced code of a ledger account
    name: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    balances: list[tuple[date, Decimal]] = field(default_factory=list)  # in the order of the rows
    first: date | None = None
    last: date | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything was told of it: a movement or a balance."""
        return self.first is not None or self.opening is not None or self.closing is not None

    def add_day(self, day: date) -> None:
        """Widen the period by the day of a movement."""
        self.first = day if self.first is None or day < self.first else self.first
        self.last = day if self.last is None or day > self.last else self.last

    def add_balance(self, label: str, amount: Decimal) -> None:
        """A balance row: before the first movement, or the last one told."""
        if _OPENING.search(fold(label)):
            self.opening = amount if self.opening is None else self.opening
        else:
            self.closing = amount

    def as_statement(self) -> Statement:
        """The statement; many exports list the newest row first, so days are put in order."""
        rows = self.balances
        if rows and rows[0][0] > rows[-1][0]:
            rows = rows[::-1]
        days = dict(rows)
        told = self.closing if self.closing is not None else (rows[-1][1] if rows else None)
        return Statement(
            account=self.code,
            currency="",
            starts_on=self.first,
            ends_on=self.last,
            balance=told,
            balance_on=self.last if told is not None else None,
            opening=self.opening,
            balances=tuple(sorted(days.items())),
        )


def is_balance_label(text: str) -> bool:
    """Whether a text only announces a balance, as `SALDO ANTERIOR` or `S A L D O`."""
    if not text or text[0] not in _LABEL_LETTERS:
        return False
    return is_balance({"MEMO": text}) or _ENGLISH.fullmatch(fold(text)) is not None


def is_total_label(text: str) -> bool:
    """Whether a text announces a sum; the row must have no day of its own to be one."""
    return text[:1] in ("T", "t", "S", "s") and _TOTAL.match(fold(text)) is not None


def find_account(row: Row, *, is_ledger: bool) -> Account | None:
    """The account that a row of its own names, as `Conta: 5 - 1.1.1.02.0001 BANCO`."""
    filled = [text for cell in row if (text := written(cell))]
    if not filled or not any(word in fold(filled[0]) for word in ("CONTA", "C/C", "ACCOUNT")):
        return None
    text = " ".join(filled)
    if is_ledger:
        found = _LEDGER_ACCOUNT.match(fold(text))
        name = text[len(text) - len(found[3]) :] if found else ""
        return Account(found[2].rstrip("."), found[1] or "", name) if found else None
    bank = _BANK_ACCOUNT.search(fold(text))
    return Account(bank[1]) if bank else None


def told_balance(
    row: Row, columns: Mapping[str, int], decimal: str, *, is_ledger: bool
) -> Decimal | None:
    """The balance of a row: in its column, as the amount, or the last number of the row.

    A mark behind it turns it: C is a credit balance in a ledger and money in a bank account. One in
    a column of its own is for `ledger_sign`.
    """
    parse = money_of_ledger if is_ledger else parse_money
    places = [columns[role] for role in ("balance", "amount") if role in columns]
    for place in [*places, *range(len(row) - 1, 0, -1)]:
        cell: Cell = row[place] if place < len(row) else ""
        if cell == "":
            continue
        try:
            return parse(cell, decimal)
        except ParseError:
            continue
    return None


def ledger_sign(row: Row, columns: Mapping[str, int], balance: Decimal) -> Decimal:
    """A ledger's balance with its sign: debit above zero, credit below."""
    place = columns.get("dc")
    mark = direction(row[place]) if place is not None and place < len(row) else 0
    return -abs(balance) if mark > 0 else abs(balance) if mark < 0 else balance
