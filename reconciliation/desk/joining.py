"""Other lines that could pay the same documents together with the one in hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Abs

from ingestion.models import Transaction
from ingestion.search.query import understand
from reconciliation.balances import ZERO, used_by_line
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.periods.closed import in_closed_period

MOST_FOUND = 8
NEAR = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Open:
    """A line with what is still open of it, in reais, without sign."""

    line: Any
    left: Decimal


def lines_to_join(
    line: Transaction, documents: Sequence[UUID], lacking: Decimal, typed: str = ""
) -> list[Open]:
    """Open lines of the same sign within four months, those most likely meant first.

    First those to which one of the documents is proposed, then by how near the amount is to what
    the documents still lack.

    Args:
        lacking: in reais, beyond what the line itself pays.
        typed: words of the bank, or an amount, to look for.
    """
    sign = Q(amount__gt=0) if line.amount > 0 else Q(amount__lt=0)
    rows = Transaction.objects.open().filter(
        sign, organization=line.organization_id,
        date__range=(line.date - NEAR, line.date + NEAR),
    )  # fmt: skip
    proposed = Reconciliation.objects.filter(
        transaction=OuterRef("pk"), document__in=documents, status=ReconciliationStatus.PARTIAL
    )
    found = rows.filter(fits(typed)).exclude(pk=line.pk).exclude(in_closed_period())
    near = Abs(Abs("amount") - max(lacking, ZERO))
    ordered = found.annotate(is_meant=Exists(proposed), near=near).order_by(
        F("is_meant").desc(), "near", "date", "id"
    )
    lines = list(ordered[:MOST_FOUND])
    used = used_by_line(Reconciliation.objects.filter(transaction__in=lines))
    return [Open(one, abs(one.amount) - used.get(one.pk, ZERO)) for one in lines]


def fits(typed: str) -> Q:
    query = understand(typed)
    if query.amount is not None:
        return Q(amount=query.amount) | Q(amount=-query.amount)
    told = Q()
    for word in typed.split()[:8]:
        told &= Q(memo__icontains=word) | Q(payee__icontains=word)
    return told
