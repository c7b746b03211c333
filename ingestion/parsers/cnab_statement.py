"""The current account's statement inside a CNAB 240 file: segment E.

Source: FEBRABAN, "Layout Padrão CNAB 240", 3.4 Extrato de Conta Corrente para Conciliação.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from conciliacontag.brazil import CENT
from ingestion.parsers.cnab_rows import Titles
from ingestion.parsers.cnab_values import (
    REMEDY,
    account_name,
    number_of,
    parse_cents,
    parse_day,
    piece,
)
from ingestion.parsers.model import ParseError, Statement, Transaction
from ingestion.parsers.pix import read_identifiers

BRANCH, ACCOUNT = ((53, 57), (58, 58)), ((59, 70), (71, 71))
BALANCE_DAY, BALANCE, BALANCE_SIDE = (143, 150), (151, 168), (169, 169)
CURRENCY = (171, 173)
BOOKED_ON, POSTED_ON, AMOUNT, SIDE = (135, 142), (143, 150), (151, 168), (169, 169)
CATEGORY, CODE, MEMO, DOCUMENT = (170, 172), (173, 176), (177, 201), (202, 240)
DEBITS, CREDITS = (177, 194), (195, 212)
SIDES = {"D": -1, "C": 1}


class StatementRows:
    """Statement lots of one file; rows go where the file's other rows go."""

    def __init__(self, bank: str, titles: Titles) -> None:
        self.bank = bank
        self.statements: list[Statement] = []
        self._titles = titles
        self._account = ""
        self._currency = ""
        self._opening: Decimal | None = None
        self._rows: list[Transaction] = []
        self._is_open = False
        self._seen: Counter[tuple[Any, ...]] = Counter()

    def open(self, text: str) -> None:
        """A lot begins: account and balance before its first movement."""
        self.finish()
        self._is_open = True
        self._account = account_name(self.bank, text, BRANCH, ACCOUNT)
        self._currency = piece(text, CURRENCY).strip()
        self._opening = _signed_or_none(text)

    def add(self, number: int, text: str) -> None:
        """One movement."""
        try:
            row = self._read(number, text)
        except ParseError as error:
            self._titles.refuse(error.code, number, error.message, error.remedy)
            self._titles.shifted += len(text) != self._titles.size
            return
        self._rows.append(row)
        self._titles.transactions.append(row)

    def close(self, number: int, text: str) -> None:
        """A lot ends: the final balance, and the sums of what went in and out."""
        if not self._is_open:
            return
        amounts = [row.amount for row in self._rows]
        debits = -sum((one for one in amounts if one < 0), Decimal())
        credits = sum((one for one in amounts if one > 0), Decimal())
        for span, found, what in ((DEBITS, debits, "débito"), (CREDITS, credits, "crédito")):
            told = number_of(text, span)
            if told is not None and told * CENT != found:
                message = f"A soma a {what} do extrato não é a dos seus lançamentos."
                place = f"linha {number}"
                self._titles.problem("cnab_total", "warning", place, message, REMEDY)
        self._end(_signed_or_none(text), _day_or_none(piece(text, BALANCE_DAY)))

    def finish(self) -> None:
        """Close a lot that has no end of its own."""
        if self._is_open:
            self._end(None, None)

    def _end(self, balance: Decimal | None, balance_on: date | None) -> None:
        days = [row.posted_on for row in self._rows]
        self.statements.append(
            Statement(
                account=self._account,
                currency=self._currency,
                starts_on=min(days, default=balance_on),
                ends_on=max([*days, balance_on] if balance_on else days, default=None),
                balance=balance,
                balance_on=balance_on,
                opening=self._opening,
                balances=((balance_on, balance),) if balance_on and balance is not None else (),
            )
        )
        self._rows, self._is_open = [], False

    def _read(self, number: int, text: str) -> Transaction:
        posted_on = parse_day(piece(text, POSTED_ON)) or parse_day(piece(text, BOOKED_ON))
        if posted_on is None:
            raise ParseError("cnab_date", "O lançamento do extrato veio sem data.", remedy=REMEDY)
        amount = _signed(text)
        memo, document = piece(text, MEMO).strip(), piece(text, DOCUMENT).strip()
        account = account_name(self.bank, text, BRANCH, ACCOUNT) if not self._is_open else ""
        same = (account or self._account, posted_on, amount, document, memo)
        self._seen[same] += 1
        identifiers = read_identifiers(memo, document)
        return Transaction(
            external_id=document,
            account=account or self._account,
            posted_on=posted_on,
            amount=amount,
            memo=memo,
            payee="",
            kind=piece(text, CATEGORY).strip(),
            check_number="",
            ordinal=self._seen[same],
            record=number,
            extra={
                "code": piece(text, CODE).strip(),
                "lot": text[3:7],
                "sequence": text[8:13],
                **({"identifiers": dict(identifiers)} if identifiers else {}),
            },
        )


def _signed(text: str) -> Decimal:
    """An amount with its side: C positive, D negative.

    Raises:
        ParseError: `cnab_value`.
    """
    sign = SIDES.get(piece(text, SIDE))
    digits = piece(text, AMOUNT)
    if sign is None or not digits.strip():
        message = "O valor do extrato veio vazio ou sem débito/crédito."
        raise ParseError("cnab_value", message, remedy=REMEDY)
    return sign * parse_cents(digits)


def _signed_or_none(text: str) -> Decimal | None:
    try:
        return _signed(text)
    except ParseError:
        return None


def _day_or_none(text: str) -> date | None:
    try:
        return parse_day(text)
    except ParseError:
        return None
