"""What the desk offers for a line: each link, of one or many documents and lines, as one choice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.models import Transaction
from reconciliation.balances import ZERO, Side, weigh
from reconciliation.desk.balance import Balance, Named, Part, proven
from reconciliation.desk.owing import Debt, debts_of
from reconciliation.desk.standing import Standing
from reconciliation.models import Reconciliation

NAMELESS = ("", "unexplained")


@dataclass(frozen=True, slots=True)
class Offer:
    """Documents that the line may settle, alone or together with other lines.

    rows: the proposal or booking, the line's own first; none for what a person looked for.
    left: what is still open of the line.
    """

    debts: tuple[Debt, ...]
    line: Transaction
    left: Decimal
    rows: tuple[Reconciliation, ...] = ()

    @property
    def first(self) -> Reconciliation | None:
        return self.rows[0] if self.rows else None

    @property
    def others(self) -> list[Reconciliation]:
        """The rows of other lines that pay together with this one."""
        return [row for row in self.rows if row.transaction_id != self.line.pk]

    @property
    def other_lines(self) -> list[Any]:
        """Those lines, each once."""
        return list({row.transaction_id: row.transaction for row in self.others}.values())

    @property
    def is_group(self) -> bool:
        return len(self.debts) > 1 or bool(self.others)

    @property
    def is_booked(self) -> bool:
        return self.first is not None and not self.first.is_open

    @property
    def is_taken(self) -> bool:
        """Whether another line has settled one of the documents meanwhile."""
        return not self.is_booked and any(debt.amount <= 0 for debt in self.debts)

    @property
    def balance(self) -> Balance:
        if self.is_booked:
            parts = [Part(str(row.document), side_of(row).settled) for row in self.rows]
            return Balance(used_by(self.rows), parts, named_in(self.rows))
        whole = [debt.part for debt in self.debts]
        paid = self.left + used_by(self.others)
        return Balance(paid, whole, named_in(self.rows) or proven(paid, whole))


def side_of(row: Reconciliation) -> Side:
    return weigh(row.amount, row.difference, row.difference_kind)


def used_by(rows: Iterable[Reconciliation]) -> Decimal:
    return sum((side_of(row).used for row in rows), ZERO)


def named_in(rows: Iterable[Reconciliation]) -> Named:
    """The differences that the rows name, summed by kind."""
    found: dict[str, Decimal] = {}
    for row in rows:
        if row.difference_kind not in NAMELESS:
            found[row.difference_kind] = found.get(row.difference_kind, ZERO) + row.difference
    return tuple(found.items())


def offers_of(stands: Standing) -> list[Offer]:
    """What is proposed for a line that waits, or what it is booked to, the best first."""
    if not stands.links and not stands.booked:
        return []
    everything = [*stands.rows, *stands.others]
    debts = debts_of(everything)
    links = stands.links if stands.left else []
    return [*made(stands, links, debts), *made(stands, booked_links(stands), debts)]


def booked_links(stands: Standing) -> list[list[Reconciliation]]:
    found: dict[Any, list[Reconciliation]] = {row.link: [] for row in stands.booked}
    for row in (*stands.rows, *stands.others):
        if row.link in found:
            found[row.link].append(row)
    return list(found.values())


def made(
    stands: Standing, links: Iterable[Sequence[Reconciliation]], debts: Mapping[Any, Debt]
) -> Iterable[Offer]:
    for link in links:
        rows = [row for row in link if row.pk in debts]
        owed = {(row.document_id, row.installment): debts[row.pk] for row in rows}
        if rows:
            yield Offer(tuple(owed.values()), stands.line, stands.left, tuple(rows))
