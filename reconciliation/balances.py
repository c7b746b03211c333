"""How much of a bank line is used, and how much of a document is settled, by what is booked.

A difference with a name settles its side without money: interest uses up the line, withheld tax
settles the document. An unexplained one settles nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, DecimalField, F, Q, Sum, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Greatest

from reconciliation.models import DifferenceKind, Reconciliation, ReconciliationQuerySet

ZERO = Decimal(0)
MONEY = DecimalField(max_digits=20, decimal_places=2)
NAMELESS = Q(difference_kind=DifferenceKind.UNEXPLAINED)


class Side(NamedTuple):
    """What one allocation takes from its line, and what it settles of its document."""

    used: Decimal
    settled: Decimal


def weigh(amount: Decimal, difference: Decimal, kind: str) -> Side:
    """The two sides of an allocation, in reais."""
    if kind == DifferenceKind.UNEXPLAINED:
        return Side(amount, amount)
    return Side(amount + max(difference, ZERO), amount + max(-difference, ZERO))


def used() -> Sum:
    """What booked rows take from a line, for `aggregate` and `annotate`."""
    return Sum(F("amount") + named(F("difference")), default=ZERO, output_field=MONEY)


def settled() -> Sum:
    """What booked rows settle of a document, for `aggregate` and `annotate`."""
    return Sum(F("amount") + named(-F("difference")), default=ZERO, output_field=MONEY)


def named(difference: F | CombinedExpression) -> Case:
    above = Greatest(difference, Value(ZERO), output_field=MONEY)
    return Case(When(NAMELESS, then=Value(ZERO)), default=above, output_field=MONEY)


def used_by_line(rows: ReconciliationQuerySet) -> dict[UUID, Decimal]:
    """Used amount by line, of the booked among these rows."""
    sums = rows.matched().order_by().values_list("transaction_id").annotate(total=used())
    return {pk: total for pk, total in sums if pk}


def settled_by_part(rows: ReconciliationQuerySet) -> dict[UUID, dict[str, Decimal]]:
    """Settled amount by document and instalment ("" for the whole), of the booked of these."""
    found: defaultdict[UUID, dict[str, Decimal]] = defaultdict(dict)
    sums = rows.matched().order_by().values_list("document_id", "installment")
    for pk, name, total in sums.annotate(total=settled()):
        if pk:
            found[pk][name] = total
    return found


def linked(links: Iterable[UUID]) -> ReconciliationQuerySet:
    """Every row of these links: they are booked and taken back together."""
    return Reconciliation.objects.filter(link__in=list(links))
