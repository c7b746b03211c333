"""How long exported batches stay: set by a person for an organization, applied every day.

Without a period nothing is removed by itself, and a batch that waits for people never is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.db import DatabaseError
from django.utils import timezone
from structlog import get_logger

from audits.exports.cleanup import Reason, close_batch
from audits.models import Batch, BatchStatus, ClosingRecord, Retention
from conciliacontag.database import EVERY, session
from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from reconciliation.ledger import books

MOST_DAYS = 36_500
FAULTS = (DomainError, DatabaseError, OSError, BotoCoreError, ClientError)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A batch whose period has run out, and whose period it is."""

    organization_id: UUID
    batch_id: UUID
    name: str
    exported_at: datetime


@dataclass(slots=True)
class Applied:
    """What one application of the periods came to."""

    cleaned: int = 0
    failed: int = 0


def retention_of(organization: Organization) -> Retention | None:
    """The organization's period; None when its batches stay until somebody cleans them up."""
    rows = Retention.objects.select_related("changed_by", "organization")
    return rows.filter(organization=organization).first()


def set_retention(
    organization: Organization, *, days: int | None, user: User
) -> tuple[Retention | None, bool]:
    """Let exported batches go after so many days, or with None only when somebody says so.

    The second value is False when it was so already: whoever said it first stays named.

    Raises:
        NotAllowed: the role may not clean up.
        InvalidInput: `retention_days`: fewer than 1 or more than a hundred years.
    """
    require(user, organization, Act.CLEAN)
    if days is not None:
        refuse_days(days)
    with books(organization.pk):
        known = retention_of(organization)
        before = known.days if known else None
        if before == days:
            return known, False
        if days is None:
            forget(organization, user, before)
            return None, True
        kept, _ = Retention.objects.update_or_create(
            organization=organization, defaults={"days": days, "changed_by": user}
        )
        record(organization, "retention.set", kept, actor=user, diff={"days": [before, days]})
    return kept, True


def refuse_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        message = f"O prazo de guarda vai de 1 a {MOST_DAYS} dias depois da exportação."
        problem = {"code": "retention_days", "message": message}
        raise InvalidInput(message, code="retention_days", details={"fields": {"days": [problem]}})


def forget(organization: Organization, user: User, before: int | None) -> None:
    rows = Retention.objects.filter(organization=organization)
    kept = rows.get()
    rows.delete()
    record(organization, "retention.removed", kept, actor=user, diff={"days": [before, None]})


def due_batches(organization: Organization) -> list[Due]:
    """Exported batches of an organization that its period no longer keeps, oldest first."""
    kept = retention_of(organization)
    return due_since(organization.pk, limit_of(kept)) if kept else []


def limit_of(kept: Retention) -> datetime:
    """What was exported before this moment may go."""
    return timezone.now() - timedelta(days=kept.days)


def due_since(organization_id: UUID, limit: datetime) -> list[Due]:
    old = Batch.objects.filter(
        organization=organization_id, status=BatchStatus.EXPORTED, exported_at__lt=limit
    )
    columns = ("organization_id", "pk", "name", "exported_at")
    rows = old.order_by("exported_at", "pk").values_list(*columns)
    return [Due(place, pk, name, at) for place, pk, name, at in rows if at]


def apply_retention(organization: Organization | None = None) -> Applied:
    """Clean up what the periods no longer keep, one batch at a time; a failing one is left.

    Done again it finds nothing; cut short, the next call goes on.
    """
    applied = Applied()
    for due in all_due(organization):
        try:
            applied.cleaned += clean_due(due.organization_id, due.batch_id) is not None
        except FAULTS as fault:
            applied.failed += 1
            reason = getattr(fault, "code", type(fault).__name__)
            log.warning("retention_failed", batch=str(due.batch_id), reason=reason)
    return applied


def all_due(organization: Organization | None = None) -> list[Due]:
    """What the next application takes, of one organization or of all."""
    with session(EVERY):
        rows = Retention.objects.select_related("organization").order_by("organization__name")
        if organization is not None:
            rows = rows.filter(organization=organization)
        return [due for kept in rows for due in due_since(kept.organization_id, limit_of(kept))]


def clean_due(organization_id: UUID, batch_id: UUID) -> ClosingRecord | None:
    """Clean up one batch if its organization's period has run out; None when it has not.

    The record names the person who set the period; the trail says that it was the period.

    Raises:
        Busy: the batch is being exported.
    """
    with books(organization_id):
        rows = Retention.objects.select_related("changed_by")
        kept = rows.filter(organization=organization_id).first()
        if kept is None:
            return None
        facts = {"days": kept.days, "set_by": kept.changed_by.name}
        reason = Reason(kept.changed_by, None, "batch.cleaned_by_retention", facts)
        return close_batch(organization_id, batch_id, reason, exported_before=limit_of(kept))
