"""The movements of a table: one transaction for each row that is complete, a problem for the rest.

Money in is positive, money out negative; in a ledger a debit is positive, a credit negative, as the
account sees it. Records count the rows below the header that say something, from 1; lines are those
of the file.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.parsers.grid import Cell, Row, is_blank, written
from ingestion.parsers.model import Options, ParseError, Problem, Source, Transaction
from ingestion.parsers.pix import read_identifiers
from ingestion.parsers.table_balances import (
    Account,
    find_account,
    is_balance_label,
    is_total_label,
    ledger_sign,
    told_balance,
)
from ingestion.parsers.table_checks import FLAWS, check_cells, check_flaws, check_width
from ingestion.parsers.table_columns import decide_columns
from ingestion.parsers.table_headers import fingerprint
from ingestion.parsers.table_values import is_day_shaped, parse_key, parse_tax_id
from ingestion.parsers.tables import Table

KEPT_ROLES = ("counter_account", "history", "due")
SHOWN_FORMULAS = 20


class TableReader:
    """Reads the rows of one table; the results are its fields."""

    def __init__(
        self, table: Table, options: Options, problems: list[Problem], *, sheet: str = ""
    ) -> None:
        self.grid, self.header, self.options = table.grid, table.header, options
        self.titles = table.titles
        self.problems = problems
        self.sheet = sheet
        self.source: Source = table.layout.source if table.layout else "bank"
        self.source = "ledger" if table.is_ledger else self.source
        self.columns = decide_columns(table)
        self.transactions: list[Transaction] = []
        self.accounts = [Account(table.layout.account if table.layout else "")]
        self.informative = self.rejected = self.records = self.formulas = 0
        self.equals: dict[tuple[Any, ...], int] = {}  # as all that identifies a movement
        self._width = max((n + 1 for n, cell in enumerate(self.titles) if written(cell)), default=0)
        self._header_print = fingerprint(self.titles)

    def read(self) -> None:
        """Read every row below the header."""
        self._say_doubts()
        for row in self.grid.rows[: max(self.header, 0)]:
            self._read_preamble(row)
        start = self.header + 1
        if start < len(self.grid.rows) and self._continues_header(self.grid.rows[start]):
            start += 1
        before = self.records
        for place in range(start, len(self.grid.rows)):
            self._read_row(self.grid.rows[place], self.grid.lines[place])
        for line in self.grid.strays:
            self.informative += 1
            message = "Há uma célula isolada muito fora da tabela; ela não foi lida."
            self._warn("row_width", line, message, "Apague-a na planilha se ela não faz falta.")
        if self.records == before:
            message = "A tabela tem cabeçalho, mas nenhum lançamento."
            remedy = "Se houve movimento, exporte de novo."
            self._warn("row_none", self._header_line(), message, remedy)

    def _say_doubts(self) -> None:
        if self.columns.doubts_order:
            message = "Nenhuma data da coluna mostra se o dia vem antes do mês; foi lido dia/mês."
            remedy = "Confira as datas e, se preciso, corrija a ordem na tela de mapeamento."
            self._warn("table_date_order", self._header_line(), message, remedy, "date")

    def _header_line(self) -> int:
        return self.grid.lines[self.header] if self.header >= 0 else 1

    def _read_preamble(self, row: Row) -> None:
        label = _first_text(row)
        account = find_account(row, is_ledger=self.source == "ledger")
        if account is not None and not self.accounts[0].code:
            self.accounts = [account]
        elif is_balance_label(label):
            self._balance(row, label)

    def _read_row(self, row: Row, line: int) -> None:
        if is_blank(row):
            self.informative += 1
            return
        self.records += 1
        try:
            if self._is_informative(row, line):
                self.informative += 1
            else:
                self._movement(row, line)
        except ParseError as error:
            self.rejected += 1
            place = self._place(line, error.place)
            self.problems.append(Problem(error.code, "error", place, error.message, error.remedy))

    def _is_informative(self, row: Row, line: int) -> bool:
        """A balance, a total, the header again, or the name of an account."""
        label = self.columns.text(row, "memo") or _first_text(row)
        if is_balance_label(label):
            check_width(self.grid, row, self._width)
            self._balance(row, label)
            return True
        if self._has_day(row):
            return False
        account = find_account(row, is_ledger=self.source == "ledger")
        if account is not None:
            self.accounts.append(account)
        return (
            account is not None
            or self._is_total(row, line, label)
            or fingerprint(row) == self._header_print
        )

    def _is_total(self, row: Row, line: int, label: str) -> bool:
        if not (is_total_label(label) or is_total_label(_first_text(row))):
            return False
        if self.grid.is_text and len(row) < self._width:
            message = "A linha de totais tem menos campos que o cabeçalho; não é lançamento."
            self._warn("row_width", line, message, "Nada a fazer.")
        return True

    def _continues_header(self, row: Row) -> bool:
        """A second row of titles, below merged cells: units, never a number or a day."""
        texts = [written(cell) for cell in row]
        is_numbered = any(char.isdigit() for text in texts for char in text)
        return not self.grid.is_text and any(texts) and not is_numbered and not self._has_day(row)

    def _has_day(self, row: Row) -> bool:
        place = self.columns.places["date"]
        cell: Cell = row[place] if place < len(row) else ""
        return is_day_shaped(cell)

    def _balance(self, row: Row, label: str) -> None:
        columns, is_ledger = self.columns, self.source == "ledger"
        amount = told_balance(row, columns.places, columns.decimal, is_ledger=is_ledger)
        if amount is not None:
            self.accounts[-1].add_balance(label, self._signed(row, amount))

    def _signed(self, row: Row, balance: Decimal) -> Decimal:
        is_ledger = self.source == "ledger"
        return ledger_sign(row, self.columns.places, balance) if is_ledger else balance

    def _movement(self, row: Row, line: int) -> None:
        check_width(self.grid, row, self._width)
        check_cells(self.grid, row, self.columns)
        calculated = check_flaws(self.grid, line, self.columns)
        if calculated:
            self._say_formula(line, calculated)
        posted_on, amount = self.columns.day(row), self.columns.amount(row)
        if posted_on > self.options.today and self.source == "bank":
            message = f"O lançamento é futuro ({posted_on:%d/%m/%Y}) e não entrou."
            remedy = "Ele entra quando vier num extrato posterior à data."
            place = self._place(line)
            self.problems.append(Problem("table_future", "info", place, message, remedy))
            self.informative += 1
            return
        account = self.accounts[-1]
        account.add_day(posted_on)
        balance = self.columns.balance(row)
        if balance is not None:
            account.balances.append((posted_on, self._signed(row, balance)))
        self._add(row, line, posted_on, amount)

    def _say_formula(self, line: int, role: str) -> None:
        """The first ones one by one; a column of formulas would bury every other doubt."""
        self.formulas += 1
        if self.formulas <= SHOWN_FORMULAS:
            remedy = "Confira se a planilha foi calculada antes de salvar."
            if self.formulas == SHOWN_FORMULAS:
                remedy += " As demais fórmulas da tabela não são listadas."
            self._warn("xlsx_formula", line, FLAWS["xlsx_formula"], remedy, role)

    def _add(self, row: Row, line: int, posted_on: date, amount: Decimal) -> None:
        text = self.columns.text
        memo, payee, identity = text(row, "memo"), text(row, "payee"), text(row, "external_id")
        account = text(row, "account") or self.accounts[-1].code
        same = (account, posted_on, amount, identity, memo, payee)
        ordinal = self.equals[same] = self.equals.get(same, 0) + 1
        kind = self.columns.kind
        self.transactions.append(
            Transaction(
                identity,
                account,
                posted_on,
                amount,
                memo,
                payee,
                written(row[kind]) if 0 <= kind < len(row) else "",
                text(row, "document"),
                ordinal,
                self.records,
                self._extra(row, line, memo),
                self.source,
            )
        )

    def _extra(self, row: Row, line: int, memo: str) -> dict[str, Any]:
        extra: dict[str, Any] = {"line": line}
        identifiers = self._identifiers(row, line, memo)
        if identifiers:
            extra["identifiers"] = identifiers
        for role in KEPT_ROLES:
            if role in self.columns.places and (kept := self.columns.text(row, role)):
                extra[role] = kept
        if self.accounts[-1].name:
            extra["account_name"] = self.accounts[-1].name
        if self.columns.others:
            others = ((name, row[n]) for n, name in self.columns.others if n < len(row))
            found = {name: kept for name, cell in others if (kept := written(cell))}
            extra |= {"columns": found} if found else {}
        return extra

    def _identifiers(self, row: Row, line: int, memo: str) -> dict[str, str]:
        found = dict(read_identifiers(memo))
        tax_id, key = (self.columns.places.get(role, -1) for role in ("tax_id", "key"))
        if 0 <= tax_id < len(row) and written(row[tax_id]):
            found["tax_id"] = parse_tax_id(row[tax_id], self.columns.title("tax_id"))
        if 0 <= key < len(row) and written(row[key]):
            whole = parse_key(row[key])
            if whole is None:
                message = "A chave foi guardada como número e perdeu dígitos; ela ficou de fora."
                remedy = "Formate a coluna como texto na origem e exporte de novo."
                self._warn("value_key", line, message, remedy, "key")
            else:
                found["key"] = whole
        return found

    def _place(self, line: int, column: str = "") -> str:
        parts = (f"linha {line}", column, f"aba {self.sheet}" if self.sheet else "")
        return " · ".join(part for part in parts if part)

    def _warn(self, code: str, line: int, message: str, remedy: str, role: str = "") -> None:
        place = self._place(line, self.columns.title(role) if role else "")
        self.problems.append(Problem(code, "warning", place, message, remedy))


def _first_text(row: Row) -> str:
    return next((text for cell in row if (text := written(cell))), "")
