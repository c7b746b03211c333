"""PURE  Money of one or many bank lines given to one or many documents, cent by cent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from conciliacontag.errors import Conflict
from reconciliation.desk.balance import WITHHELD, ZERO, Named, Part


@dataclass(frozen=True, slots=True)
class Purse:
    """A bank line with what is still open of it."""

    line: UUID
    left: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """A document (or instalment) with what it still expects."""

    document: UUID
    installment: str
    part: Part


@dataclass(frozen=True, slots=True)
class Slice:
    """What one line gives to one document."""

    line: UUID
    document: UUID
    installment: str
    amount: Decimal
    difference: Decimal = ZERO
    kind: str = ""


def spread(purses: Sequence[Purse], bills: Sequence[Bill], named: Named) -> list[Slice]:
    """Pay the documents in order with the lines in order, differences set aside first.

    Tax is withheld from each document that declares it; another difference belongs to the largest
    document, or to the largest line when it is paid on top.

    Raises:
        Conflict: `nothing_left_to_allocate`, a line or a document would get nothing.
    """
    kind, gap = named[0] if named else ("", ZERO)
    short = list(shortened(bills, kind, gap))
    extra = max(gap, ZERO)
    biggest = max(purses, key=lambda one: one.left)
    cash = [replace(one, left=one.left - extra) if one is biggest else one for one in purses]
    due = [bill.part.owed - lacking for bill, lacking in zip(bills, short, strict=True)]
    slices = list(poured(cash, bills, due))
    refuse_empty(slices, purses, bills)
    for bill, lacking in zip(bills, short, strict=True):
        explain(slices, bill, -lacking, kind)
    if extra:
        place = next(n for n, one in enumerate(slices) if one.line == biggest.line)
        slices[place] = replace(slices[place], difference=extra, kind=kind)
    return slices


def shortened(bills: Sequence[Bill], kind: str, gap: Decimal) -> Iterator[Decimal]:
    """How much less than owed each document is paid, of a named difference."""
    largest = max(bills, key=lambda bill: bill.part.owed)
    is_declared = kind == WITHHELD and -gap == sum(bill.part.withheld for bill in bills)
    for bill in bills:
        if is_declared:
            yield bill.part.withheld
        else:
            yield -min(gap, ZERO) if bill is largest else ZERO


def poured(
    purses: Iterable[Purse], bills: Sequence[Bill], due: Sequence[Decimal]
) -> Iterator[Slice]:
    """Each line's money into the documents that still lack some, both in their order."""
    lacks = list(due)
    for purse in purses:
        left = purse.left
        for place, bill in enumerate(bills):
            amount = min(left, lacks[place])
            if amount > 0:
                yield Slice(purse.line, bill.document, bill.installment, amount)
                left, lacks[place] = left - amount, lacks[place] - amount


def refuse_empty(slices: Sequence[Slice], purses: Sequence[Purse], bills: Sequence[Bill]) -> None:
    paid = {(one.document, one.installment) for one in slices}
    for bill in bills:
        if (bill.document, bill.installment) not in paid:
            raise Conflict(
                f"Não resta valor para {bill.part.name}: o que foi marcado antes já usa o"
                " pagamento inteiro. Desmarque esta nota ou outra.",
                code="nothing_left_to_allocate",
                details={"document_id": str(bill.document)},
            )
    used = {one.line for one in slices}
    for purse in purses:
        if purse.line not in used:
            raise Conflict(
                "As notas marcadas já ficam pagas sem um dos lançamentos. Desmarque-o.",
                code="nothing_left_to_allocate",
                details={"transaction_id": str(purse.line)},
            )


def explain(slices: list[Slice], bill: Bill, difference: Decimal, kind: str) -> None:
    """Put a document's difference on the first slice that pays it."""
    if not difference:
        return
    for place, one in enumerate(slices):
        if (one.document, one.installment) == (bill.document, bill.installment):
            slices[place] = replace(one, difference=difference, kind=kind)
            return
