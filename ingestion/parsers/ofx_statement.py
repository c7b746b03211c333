"""What an OFX file says, gathered while its tags pass: accounts, periods, balances, movements."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.parsers.model import ParseError, Problem, Statement, Transaction
from ingestion.parsers.ofx_rows import (
    Fields,
    is_balance,
    parse_amount,
    parse_date,
    read_leaves,
    require_date,
)
from ingestion.parsers.values import shown

ACCOUNT_GROUPS = {"BANKACCTFROM", "CCACCTFROM"}
OLDEST_YEAR = 1990
COLUMNS = {"TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "CHECKNUM", "NAME", "MEMO"}
CHECK = "Confira o lançamento no extrato do banco."

# EndToEndId of a PIX: E, ISPB of the payer's bank, moment to the minute, eleven characters.
_END_TO_END = re.compile(r"\bE[0-9]{20}[0-9A-Za-z]{11}\b")


@dataclass(slots=True)
class _Open:
    """The statement being read."""

    values: dict[tuple[str, str], str] = field(default_factory=dict)
    account: str | None = None
    first_row: int = 0
    lines: int = 0
    with_point: bool = False
    ids: set[str] = field(default_factory=set)
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
        self._open: _Open | None = None

    def start_statement(self) -> None:
        """A new account begins; the one before it ends."""
        self.finish()
        self._open = _Open(first_row=len(self.transactions))

    def set_value(self, group: str, name: str, value: str) -> None:
        """A value outside the movements: account, period, currency, balance."""
        if self._open is not None:
            self._open.values.setdefault((group, name), value)

    def add_row(self, row: str) -> None:
        """One movement: a transaction, a balance row, or a refusal with its number."""
        self.records += 1
        if self._open is None:
            self.start_statement()
        leaves = read_leaves(row)
        if self._open is None or self._is_informative(leaves):
            return
        try:
            self._add(leaves, self._open)
        except ParseError as error:
            place = f"registro {self.records}"
            self.problems.append(Problem(error.code, "error", place, error.message, error.remedy))
            self.rejected += 1

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
        self.statements.append(
            Statement(
                account=_account(opened),
                currency=opened.values.get(("STMTRS", "CURDEF"))
                or opened.values.get(("CCSTMTRS", "CURDEF"), ""),
                starts_on=starts_on,
                ends_on=ends_on,
                balance=self._balance(opened),
                balance_on=parse_date(opened.values.get(("LEDGERBAL", "DTASOF"), "")),
            )
        )

    def _is_informative(self, leaves: Fields) -> bool:
        if self._open is not None:
            self._open.lines += 1
        if is_balance(leaves):
            self.informative += 1
            return True
        posted_on = parse_date(leaves.get("DTPOSTED", ""))
        if posted_on is not None and posted_on > self.today:
            message = f"O lançamento é futuro ({posted_on:%d/%m/%Y}) e não entrou."
            remedy = "Ele entra quando vier num extrato posterior à data."
            place = f"registro {self.records}"
            self.problems.append(Problem("ofx_future", "info", place, message, remedy))
            self.informative += 1
            return True
        return False

    def _add(self, leaves: Fields, opened: _Open) -> None:
        get = leaves.get
        posted_on = require_date(get("DTPOSTED", ""))
        amount = parse_amount(get("TRNAMT", ""))
        identity, memo, payee = get("FITID", ""), get("MEMO", ""), get("NAME", "")
        opened.with_point = opened.with_point or "." in leaves["TRNAMT"] or "," in leaves["TRNAMT"]
        self._check_identity(identity, opened)
        if opened.account is None:
            opened.account = _account(opened)
        same = (posted_on, amount, identity, memo, payee, get("CHECKNUM", ""), get("TRNTYPE", ""))
        ordinal = opened.equals[same] = opened.equals.get(same, 0) + 1
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
                _extra(leaves, memo),
            )
        )

    def _check_identity(self, identity: str, opened: _Open) -> None:
        place = f"registro {self.records}"
        if not identity:
            message = "O lançamento veio sem FITID; ele é reconhecido pelo seu conteúdo."
            self._warn("ofx_fitid_missing", place, message, CHECK)
        elif identity in opened.ids:
            message = f"O FITID {shown(identity)} se repete; os dois lançamentos foram mantidos."
            self._warn("ofx_fitid_repeated", place, message, CHECK)
        opened.ids.add(identity)

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
        return balance

    def _warn(self, code: str, place: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(code, "warning", place, message, remedy))


def _account(opened: _Open) -> str:
    """Bank, branch and account as written, for a card only its number."""
    values = opened.values
    parts = [
        values.get((group, name), "")
        for group in sorted(ACCOUNT_GROUPS)
        for name in ("BANKID", "BRANCHID", "ACCTID")
    ]
    return "/".join(part for part in parts if part)


def _extra(leaves: Fields, memo: str) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if not leaves.keys() <= COLUMNS:
        extra = {name: leaves[name] for name in leaves if leaves[name] and name not in COLUMNS}
    if len(memo) > 31:
        found = _END_TO_END.search(memo)
        if found:
            extra["pix_end_to_end"] = found[0]
    return extra
