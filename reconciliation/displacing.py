"""What gives way to a person's decision is kept beside it, for the day it is taken back."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from reconciliation.desk.models import Displaced
from reconciliation.models import Reconciliation

FIELDS = Reconciliation._meta.concrete_fields


def set_aside(rows: Iterable[Reconciliation], link: UUID) -> None:
    """Take these rows out of the table, for the decision of that link. The caller holds the books.

    Args:
        link: of the decision they give way to.
    """
    gone = {row.pk: row for row in rows}
    if not gone:
        return
    keep(gone.values(), link)
    Reconciliation.objects.filter(pk__in=gone).delete()


def keep(rows: Iterable[Reconciliation], link: UUID) -> None:
    """Remember these rows as they are now, under the decision of that link."""
    Displaced.objects.bulk_create(
        Displaced(
            organization_id=row.organization_id,
            transaction_id=row.transaction_id,
            link=link,
            row=spelled(row),
        )
        for row in rows
        if row.transaction_id
    )


def kept_for(links: Iterable[UUID]) -> "QuerySet[Displaced]":
    return Displaced.objects.filter(link__in=list(links))


def spelled(row: Reconciliation) -> dict[str, Any]:
    return {field.attname: field.value_from_object(row) for field in FIELDS}


def rebuilt(kept: Iterable[Displaced]) -> Iterator[Reconciliation]:
    """The rows as they were."""
    for one in kept:
        yield Reconciliation(
            **{field.attname: field.to_python(one.row.get(field.attname)) for field in FIELDS}
        )
