"""What an OFX file says, gathered while its tags pass: accounts, periods, balances, movements."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.parsers.model import ParseError, Problem, Statement, Transaction
from ingestion.parsers.ofx_balances import BalanceRows
from ingestion.parsers.ofx_rows import (
    Fields,
    RowReader,
    is_balance,
    parse_amount,
    parse_date,
    require_date,
)
from ingestion.parsers.pix import read_identifiers
from ingestion.parsers.values import shown

ACCOUNT_GROUPS = {"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"}
OLDEST_YEAR = 1990
SHORTEST = 10  # characters of a text that holds no identifier: a CPF has eleven
COLUMNS = {"TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "CHECKNUM", "NAME", "MEMO"}
CHECK = "Confira o lançamento no extrato do banco."


@dataclass(slots=True)
class _Open:
    """The statement being read."""

    values: dict[tuple[str, str], str] = field(default_factory=dict)
    account: str | None = None
    first_row: int = 0
    lines: int = 0
    with_point: bool = False
    is_doubtful: bool = False  # the final balance
    told: BalanceRows = field(default_factory=BalanceRows)
    ids: dict[str, int] = field(default_factory=dict)  # FITID → place of its first transaction
    equals: dict[tuple[Any, ...], int] = field(default_factory=dict)


class StatementReader:
    """Receives tags and movements of one file; `finish` closes the last statement."""

    def __init__(self, today: date, problems: list[Problem]) -> None:
        self.today = today
        self.problems = problems
        self.transactions: list[Transaction] = []
        self.statements: list[Statement] = []
        self.informative = 0
        self.rejected = 0
        self.records = 0
        self._rows = RowReader()
        self._open: _Open | None = None

    def start_statement(self) -> _Open:
        """A new account begins; the one before it ends."""
        self.finish()
        opened = self._open = _Open(first_row=len(self.transactions))
        return opened

    def set_value(self, group: str, name: str, value: str) -> None:
        """A value outside the movements: account, period, currency, balance."""
        if self._open is not None:
            self._open.values.setdefault((group, name), value)

    def add_row(self, row: str) -> None:
        """One movement: a transaction, a balance row, or a refusal with its number."""
        self.records += 1
        opened = self._open or self.start_statement()
        opened.lines += 1
        leaves = self._rows.read(row)
        posted_on = parse_date(leaves.get("DTPOSTED", ""))
        try:
            if is_balance(leaves):
                opened.told.add(leaves, posted_on)
                self.informative += 1
            elif posted_on is not None and posted_on > self.today:
                self._tell_future(posted_on)
            else:
                self._add(leaves, opened, posted_on or require_date(leaves.get("DTPOSTED", "")))
        except ParseError as error:
            place = f"registro {self.records}"
            self.problems.append(Problem(error.code, "error", place, error.message, error.remedy))
            self.rejected += 1

    def add_investment(self) -> None:
        """A purchase, a sale or a position of papers: counted, no movement of cash."""
        self.informative += 1
        if self._open is not None:
            self._open.lines += 1

    def finish(self) -> None:
        """Close the open statement and say what is odd about its period and balance."""
        opened, self._open = self._open, None
        if opened is None:
            return
        if not opened.lines:
            message = "O extrato não traz nenhum lançamento."
            remedy = "Se houve movimento no período, exporte de novo."
            self._warn("row_none", "BANKTRANLIST", message, remedy)
        starts_on, ends_on = self._period(opened)
        balance = self._balance(opened)
        balance_on = parse_date(opened.values.get(("LEDGERBAL", "DTASOF"), ""))
        self.statements.append(
            Statement(
                account=_account(opened),
                currency=_currency(opened),
                starts_on=starts_on,
                ends_on=ends_on,
                balance=balance,
                balance_on=balance_on,
                opening=opened.told.opening,
                balances=opened.told.by_day(None if opened.is_doubtful else balance, balance_on),
            )
        )

    def _tell_future(self, posted_on: date) -> None:
        message = f"O lançamento é futuro ({posted_on:%d/%m/%Y}) e não entrou."
        remedy = "Ele entra quando vier num extrato posterior à data."
        place = f"registro {self.records}"
        self.problems.append(Problem("ofx_future", "info", place, message, remedy))
        self.informative += 1

    def _add(self, leaves: Fields, opened: _Open, posted_on: date) -> None:
        get = leaves.get
        amount = parse_amount(get("TRNAMT", ""))
        identity, memo, payee = get("FITID", ""), get("MEMO", ""), get("NAME", "")
        if not opened.with_point:
            opened.with_point = "." in leaves["TRNAMT"] or "," in leaves["TRNAMT"]
        if opened.account is None:
            opened.account = _account(opened)
        ordinal = 1
        if not identity or identity in opened.ids:
            ordinal = self._ordinal(opened, (posted_on, amount, identity, memo, payee))
        else:
            opened.ids[identity] = len(self.transactions)
        self.transactions.append(
            Transaction(
                identity,
                opened.account,
                posted_on,
                amount,
                memo,
                payee,
                get("TRNTYPE", ""),
                get("CHECKNUM", ""),
                ordinal,
                self.records,
                _extra(leaves, memo, payee),
            )
        )

    def _ordinal(self, opened: _Open, row: tuple[date, Decimal, str, str, str]) -> int:
        """The count of rows that are equal in all that identifies a movement, up to this one."""
        place, identity = f"registro {self.records}", row[2]
        if identity:
            message = f"O FITID {shown(identity)} se repete; os dois lançamentos foram mantidos."
            self._warn("ofx_fitid_repeated", place, message, CHECK)
            first = self.transactions[opened.ids[identity]]
            same = (first.posted_on, first.amount, identity, first.memo, first.payee)
            opened.equals.setdefault(same, 1)
        else:
            message = "O lançamento veio sem FITID; ele é reconhecido pelo seu conteúdo."
            self._warn("ofx_fitid_missing", place, message, CHECK)
        ordinal = opened.equals[row] = opened.equals.get(row, 0) + 1
        return ordinal

    def _period(self, opened: _Open) -> tuple[date | None, date | None]:
        written = [opened.values.get(("BANKTRANLIST", name), "") for name in ("DTSTART", "DTEND")]
        starts_on, ends_on = (parse_date(text) for text in written)
        sensible = starts_on and ends_on and starts_on.year >= OLDEST_YEAR and starts_on <= ends_on
        if sensible:
            return starts_on, ends_on
        if any(written):
            place = "DTEND" if starts_on and starts_on.year >= OLDEST_YEAR else "DTSTART"
            message = "O período do extrato está vazio ou é absurdo; vale o dos lançamentos."
            self._warn("ofx_period", place, message, "Confira se o extrato cobre o mês inteiro.")
        days = [row.posted_on for row in self.transactions[opened.first_row :]]
        return (min(days), max(days)) if days else (None, None)

    def _balance(self, opened: _Open) -> Decimal | None:
        text = opened.values.get(("LEDGERBAL", "BALAMT"), "")
        if not text:
            return None
        remedy = "Confira o saldo final no extrato do banco."
        try:
            balance = parse_amount(text)
        except ParseError as error:
            self._warn("ofx_balance", "LEDGERBAL/BALAMT", error.message, remedy)
            return None
        if opened.with_point and balance and not {".", ","} & set(text):
            message = f"O saldo “{shown(text)}” veio sem centavos, ao contrário dos lançamentos."
            self._warn("ofx_balance", "LEDGERBAL/BALAMT", message, remedy)
            opened.is_doubtful = True
        return balance

    def _warn(self, code: str, place: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(code, "warning", place, message, remedy))


def _account(opened: _Open) -> str:
    """Bank, branch and account as written, for a card only its number."""
    values = opened.values
    parts = [
        values.get((group, name), "")
        for group in sorted(ACCOUNT_GROUPS)
        for name in ("BROKERID", "BANKID", "BRANCHID", "ACCTID")
    ]
    return "/".join(part for part in parts if part)


def _currency(opened: _Open) -> str:
    groups = ("STMTRS", "CCSTMTRS", "INVSTMTRS")
    written = (opened.values.get((group, "CURDEF"), "") for group in groups)
    return next((currency for currency in written if currency), "")


def _extra(leaves: Fields, memo: str, payee: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if not leaves.keys() <= COLUMNS:
        extra = {name: leaves[name] for name in leaves if leaves[name] and name not in COLUMNS}
    if len(memo) > SHORTEST or len(payee) > SHORTEST:
        identifiers = read_identifiers(memo, payee)
        if identifiers:
            extra["identifiers"] = dict(identifiers)
    return extra
