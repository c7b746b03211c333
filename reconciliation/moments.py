"""How an organization's rows stand at a moment, so that two looks tell whether anything changed."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from conciliacontag.organizations.models import AuditLog
from ingestion.models import Document, Transaction
from reconciliation.models import Run
from reconciliation.news import READ

# A row that was written again has another xmin. What is open, and with `force` all, is read.
READ_ROWS = """
SELECT count(*), sum(hash_record_extended(ROW(id, xmin), 0)), max(created_at) FROM {table}
WHERE organization_id = %(organization)s AND (%(force)s OR status <> 'reconciled')
  AND created_at <= %(until)s::timestamptz
"""
# A pair that a person has only chosen is in no trail yet.
CHOSEN = """
SELECT count(*), sum(hash_record_extended(ROW(id, xmin), 0)), NULL::timestamptz
FROM reconciliation_reconciliation
WHERE organization_id = %(organization)s AND status = 'partial' AND performed_by_id IS NOT NULL
"""
LOOKS = (
    READ_ROWS.format(table=Document._meta.db_table),
    READ_ROWS.format(table=Transaction._meta.db_table),
    CHOSEN,
)


class Versions(NamedTuple):
    """Which versions of a table's rows stand, as their number and a sum of hashes."""

    rows: int
    total: Decimal | None
    newest: datetime | None


class Moment(NamedTuple):
    """How an organization's rows stood: two looks that agree saw the same ones."""

    act: int  # the last link of the trail, for bookings, decisions and closings
    rows: tuple[Versions, ...]


def moment(run: Run) -> Moment:
    """What stands now of all that the run may read; to be taken before it reads."""
    trail = AuditLog.objects.filter(organization=run.organization_id).order_by("-sequence")
    act = trail.values_list("sequence", flat=True).first() or 0
    return Moment(act, tuple(versions(run, look, "infinity") for look in LOOKS))


def versions(run: Run, look: str, until: datetime | str) -> Versions:
    with connection.cursor() as cursor:
        cursor.execute(
            look, {"organization": run.organization_id, "force": run.force, "until": until}
        )
        return Versions(*cursor.fetchall()[0])


def is_quiet_since(run: Run, before: Moment) -> bool:
    """Whether nothing that the run read has changed; files that bring new rows do not count."""
    acts = AuditLog.objects.filter(organization=run.organization_id, sequence__gt=before.act)
    if acts.exclude(action__in=READ).exists():
        return False
    return all(
        versions(run, look, old.newest or "-infinity") == old
        for look, old in zip(LOOKS, before.rows, strict=True)
    )
