"""Taking back what was booked: a whole link at once, whatever was decided after it."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from conciliacontag.errors import Conflict
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from ingestion.models import Transaction
from reconciliation.balances import linked
from reconciliation.booking import Touched
from reconciliation.decisions import link_facts
from reconciliation.desk.models import Entry
from reconciliation.ledger import books
from reconciliation.models import (
    MATCHED,
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
)
from reconciliation.restoring import put_back
from reconciliation.statuses import settle

# "Sem nota", on a person's word.
SAID_WITHOUT = Q(status=ReconciliationStatus.UNMATCHED, performed_by__isnull=False)


def undo_match(transaction: Transaction, *, user: User, entitled: bool = False) -> bool:
    """Take back all that was decided about a line; False when nothing was.

    Links of many rows are taken back whole. Each pair stays as a proposal of this person, so that
    no later run books it again unasked; what gave way to the decision comes back.

    Args:
        entitled: a rule above the person's role asks for it, as a second reading that disagrees.

    Raises:
        NotAllowed: it is somebody else's decision and the role only allows one's own.
    """
    with books(transaction.organization_id):
        rows = Reconciliation.objects.filter(transaction=transaction)
        links = rows.filter(MATCHED | SAID_WITHOUT).values_list("link", flat=True)
        held = linked(links)
        decided = list(held.select_for_update(of=("self",)).order_by("-created_at", "-pk"))
        if not decided:
            return False
        take_back(decided, transaction.organization, user, entitled=entitled)
    return True


def undo_link(reconciliation: Reconciliation, *, user: User) -> list[Reconciliation]:
    """Take back one link, all of its rows; the same call again changes nothing.

    Raises:
        NotAllowed: it is somebody else's decision and the role only allows one's own.
        Conflict: `proposal_replaced`, a later run or decision replaced the row.
    """
    with books(reconciliation.organization_id):
        require(user, reconciliation.organization, Act.REOPEN_OWN)
        current = Reconciliation.objects.filter(pk=reconciliation.pk).first()
        if current is None:
            raise Conflict(
                "Esta conciliação não existe mais: outra decisão a substituiu. Atualize a página.",
                code="proposal_replaced",
            )
        rows = list(linked([current.link]).select_for_update(of=("self",)).order_by("pk"))
        decided = [row for row in rows if is_decided(row)]
        if decided:
            take_back(decided, reconciliation.organization, user)
        return [row for row in rows if row.status != ReconciliationStatus.UNMATCHED]


def is_decided(row: Reconciliation) -> bool:
    said = row.status == ReconciliationStatus.UNMATCHED and row.performed_by_id is not None
    return said or row.status == ReconciliationStatus.MATCHED


def take_back(
    rows: Sequence[Reconciliation],
    organization: Organization,
    user: User,
    *,
    entitled: bool = False,
) -> None:
    """Open again what these rows booked; the caller holds the books."""
    own = all(row.performed_by_id == user.pk for row in rows)
    if not entitled:
        require(user, organization, Act.REOPEN_OWN if own else Act.REOPEN)
    before, touched = link_facts(rows), Touched()
    if any(row.performed_by_id is None for row in rows):
        before |= {"by_machine": True, "line_day": rows[0].transaction and rows[0].transaction.date}
    touched.add(rows)
    withdraw(rows, user)
    warnings(touched).delete()
    back = put_back({row.link for row in rows})
    settle(touched.lines | back.lines, touched.documents | back.documents)
    subject = rows[0].transaction or rows[0]
    record(organization, "match.undone", subject, actor=user, diff=before)


def withdraw(rows: Sequence[Reconciliation], user: User) -> None:
    """Bookings become this person's proposals; a "sem nota" is gone, with its ledger entry."""
    booked = [row for row in rows if row.status == ReconciliationStatus.MATCHED]
    for row in booked:
        row.status, row.performed_by = ReconciliationStatus.PARTIAL, user
        row.decided_at, row.content_hash = timezone.now(), ""
    Reconciliation.objects.bulk_update(
        booked, ["status", "performed_by", "decided_at", "content_hash"]
    )
    said = [row for row in rows if row not in booked]
    Entry.objects.filter(link__in=[row.link for row in said]).delete()
    Reconciliation.objects.filter(pk__in=[row.pk for row in said]).delete()


def warnings(touched: Touched) -> ReconciliationQuerySet:
    """Alerts about these lines and documents: undoing the booking answers them."""
    rows = Reconciliation.objects.by_machine().exclude(alert="").exclude(MATCHED)
    return rows.filter(transaction__in=touched.lines, document__in=touched.documents)
