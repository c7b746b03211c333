"""The columns of one table, once decided: cells by role, as text, money and days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingestion.parsers.columns import (
    carries_signs,
    decide_decimal,
    decide_order,
    direction,
    is_undecided,
    tells_direction,
)
from ingestion.parsers.grid import Cell, Row, written
from ingestion.parsers.model import ParseError
from ingestion.parsers.table_headers import plain
from ingestion.parsers.table_values import (
    CHECK,
    is_day_shaped,
    money_of_ledger,
    parse_cell_day,
    parse_money,
)
from ingestion.parsers.tables import Table

MONEY_ROLES = ("amount", "debit", "credit", "balance")
KEPT_COLUMNS = 30  # without a role, kept as they stand


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each role stands, and how its cells are written."""

    places: Mapping[str, int]
    titles: Row
    decimal: str  # proven mark before the cents, "" when a number such as 1.234 stays a guess
    order: str  # dmy, mdy or ymd
    doubts_order: bool  # no day of an English table tells the order
    kind: int  # the column that tells the kind of a movement, -1 for none
    debits_signed: bool  # debits carry their own sign
    is_ledger: bool
    others: Sequence[tuple[int, str]]  # columns without a role: place and title

    def text(self, row: Row, role: str) -> str:
        """The text of a role, "" when the table has no such column."""
        place = self.places.get(role, -1)
        return written(row[place]) if 0 <= place < len(row) else ""

    def title(self, role: str) -> str:
        """What the header calls a role."""
        return self.name(self.places.get(role, -1))

    def name(self, column: int) -> str:
        """What the header calls a column, or its number."""
        named = written(self.titles[column]) if 0 <= column < len(self.titles) else ""
        return named[:60] or (f"coluna {column + 1}" if column >= 0 else "")

    def day(self, row: Row) -> date:
        """The day of a movement.

        Raises:
            ParseError: value_missing or value_date, with the column as its place.
        """
        place = self.places["date"]
        try:
            return parse_cell_day(row[place] if place < len(row) else "", self.order)
        except ParseError as error:
            raise self._at(error, "date") from None

    def amount(self, row: Row) -> Decimal:
        """The amount with its sign: money in and, in a ledger, debits are positive.

        Raises:
            ParseError: value_missing or value_amount, with the column as its place.
        """
        amount = self._money(row, "amount")
        if amount is not None:
            mark = -self.direction(row) if self.is_ledger else self.direction(row)
            return -amount if mark < 0 < amount else amount
        debit, credit = self._money(row, "debit"), self._money(row, "credit")
        if debit is None and credit is None:
            role = "amount" if "amount" in self.places else "debit"
            raise self._at(ParseError("value_missing", "O valor está vazio.", remedy=CHECK), role)
        if debit and credit:
            message = "A linha traz débito e crédito ao mesmo tempo."
            raise self._at(ParseError("value_amount", message, remedy=CHECK), "debit")
        out, into = debit or Decimal("0.00"), credit or Decimal("0.00")
        if self.is_ledger:
            return out - into
        return into + out if self.debits_signed else into - out

    def direction(self, row: Row) -> int:
        """-1 for a debit, 1 for a credit, 0 when no column tells."""
        place = self.places.get("dc", -1)
        return direction(row[place]) if 0 <= place < len(row) else 0

    def balance(self, row: Row) -> Decimal | None:
        """The balance after a movement; one that cannot be read proves nothing."""
        try:
            return self._money(row, "balance")
        except ParseError:
            return None

    def _money(self, row: Row, role: str) -> Decimal | None:
        place = self.places.get(role, -1)
        cell: Cell = row[place] if 0 <= place < len(row) else ""
        if isinstance(cell, str) and not cell.strip():
            return None
        is_of_account = self.is_ledger and role != "credit"
        try:
            return (money_of_ledger if is_of_account else parse_money)(cell, self.decimal)
        except ParseError as error:
            raise self._at(error, role) from None

    def _at(self, error: ParseError, role: str) -> ParseError:
        return ParseError(error.code, error.message, place=self.title(role), remedy=error.remedy)


def decide_columns(table: Table) -> Columns:
    """Decide over whole columns, where a person has not: marks, order of dates, what a mark is."""
    layout, titles = table.layout, table.titles
    cells = {role: _cells(table, place) for role, place in table.columns.items()}
    money = [cell for role in MONEY_ROLES for cell in cells.get(role, ())]
    decimal = (layout.decimal if layout else "") or decide_decimal(money)
    days = cells.get("date", [])
    order = (layout.day_order if layout else "") or decide_order(days)
    marks_only = "dc" in cells and tells_direction(_marks(table))
    used = set(table.columns.values())
    named = enumerate(map(written, titles))
    return Columns(
        places={role: n for role, n in table.columns.items() if role != "dc" or marks_only},
        titles=titles,
        decimal=decimal,
        order=order or "dmy",
        doubts_order=not order and _is_english(table) and is_undecided(days),
        kind=table.columns.get("dc", -1) if "amount" in table.columns else -1,
        debits_signed=not table.is_ledger and carries_signs(cells.get("debit", []), decimal),
        is_ledger=table.is_ledger,
        others=[(n, title) for n, title in named if title and n not in used][:KEPT_COLUMNS],
    )


def _cells(table: Table, place: int) -> list[Cell]:
    """The cells below a title, also below the same title further down."""
    title = table.titles[place] if place < len(table.titles) else ""
    below = table.grid.rows[table.header + 1 :]
    return [row[place] for row in below if place < len(row) and row[place] != title]


def _marks(table: Table) -> list[Cell]:
    """What stands for debit or credit in the rows that have a day; below them stand other texts."""
    day, mark = table.columns["date"], table.columns["dc"]
    below = table.grid.rows[table.header + 1 :]
    return [row[mark] for row in below if max(day, mark) < len(row) and is_day_shaped(row[day])]


def _is_english(table: Table) -> bool:
    """In a table with Portuguese titles the day comes first, as everywhere in Brazil."""
    place = table.columns["date"]
    return place < len(table.titles) and "DATE" in plain(table.titles[place])
