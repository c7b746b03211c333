"""Bookings that stopped being right: the document was cancelled after it was paid.

What only a machine booked is open again; what a person booked stays until a person decides. Both
leave a row that waits for a person.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from conciliacontag.brazil import format_brl
from conciliacontag.organizations.audit_log import Deed, record_all
from conciliacontag.organizations.models import Organization
from ingestion.models.documents import FiscalStatus
from reconciliation.balances import linked
from reconciliation.models import (
    MATCHED,
    Alert,
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
    Run,
)
from reconciliation.periods.closed import in_closed_period
from reconciliation.statuses import settle

INVALID = Q(document__fiscal_status__in=[FiscalStatus.CANCELLED, FiscalStatus.DENIED])
CANCELLED = Alert.DOCUMENT_CANCELLED


def bookings_of_cancelled() -> ReconciliationQuerySet:
    """Bookings of documents that are not valid any more, of which nobody has been told.

    Those of a closed month stay until it is opened again.
    """
    told = Reconciliation.objects.filter(
        alert=CANCELLED, document=OuterRef("document"), transaction=OuterRef("transaction")
    )
    rows = Reconciliation.objects.matched().filter(~Exists(told), INVALID, alert="")
    return rows.exclude(in_closed_period("transaction__"))


def open_alerts() -> ReconciliationQuerySet:
    return Reconciliation.objects.exclude(alert="").exclude(MATCHED)


def has_alerts(organization_id: UUID) -> bool:
    """Whether there is something to warn of, or a warning that may have lost its reason."""
    every = (bookings_of_cancelled(), open_alerts())
    return any(rows.filter(organization=organization_id).exists() for rows in every)


def alerted_lines(run: Run) -> set[str]:
    """Lines of the run's organization about which a person was warned and has not decided."""
    rows = open_alerts().filter(organization=run.organization_id)
    return {str(pk) for pk in rows.values_list("transaction_id", flat=True)}


def raise_alerts(run: Run) -> int:
    """Warn of every booking whose document was cancelled; the same call again adds nothing.

    The caller holds the organization's books.
    """
    organization = run.organization
    withdraw_alerts(organization)
    stale = bookings_of_cancelled().filter(organization=organization)
    rows = list(stale.select_related("document", "performed_by", "transaction"))
    alerts = [warn_beside(row, run) if row.performed_by_id else reopen(row, run) for row in rows]
    settle(
        [row.transaction_id for row in rows],
        linked({row.link for row in rows}).values_list("document_id", flat=True),
    )
    deeds = (
        Deed("match.alerted", row, None, {"alert": row.alert, "reason": row.reason})
        for row in alerts
    )
    if alerts:
        record_all(organization, deeds)
    return len(alerts)


def reopen(row: Reconciliation, run: Run) -> Reconciliation:
    """Take a machine's booking back, with all that was booked together with it."""
    row.reason, row.status, row.alert = tell(row), ReconciliationStatus.PARTIAL, CANCELLED
    row.content_hash = ""
    linked([row.link]).update(
        reason=row.reason, status=row.status, alert=row.alert, content_hash="", run=run
    )
    return row


def warn_beside(row: Reconciliation, run: Run) -> Reconciliation:
    """A proposal beside a person's booking, which stays: to confirm it or to undo it."""
    return Reconciliation.objects.create(
        organization_id=row.organization_id,
        run=run,
        document_id=row.document_id,
        installment=row.installment,
        transaction_id=row.transaction_id,
        status=ReconciliationStatus.PARTIAL,
        amount=row.amount,
        difference=row.difference,
        difference_kind=row.difference_kind,
        score=row.score,
        alert=CANCELLED,
        reason=tell(row),
        evidence=row.evidence,
    )


def tell(row: Reconciliation) -> str:
    document = row.document
    state = document.get_fiscal_status_display().lower() if document else ""
    who = row.performed_by.name if row.performed_by else "a máquina"
    end = (
        "Confirme, se o pagamento é mesmo dela, ou desfaça."
        if row.performed_by
        else "O lançamento voltou a ficar em aberto: escolha a nota que a substituiu, ou confirme."
    )
    return (
        f"{document} está {state}, depois de conciliada por {who} com"
        f" {format_brl(row.amount)}. {end}"
    )


def withdraw_alerts(organization: Organization) -> None:
    """Drop warnings about documents that are valid again; the line waits for the next run."""
    open_rows = open_alerts().by_machine().filter(organization=organization)
    invalid = open_rows.filter(INVALID).values("link")
    rows = list(open_rows.exclude(link__in=invalid).exclude(in_closed_period("transaction__")))
    drop(rows)


def drop(rows: Iterable[Reconciliation]) -> None:
    gone = list(rows)
    if gone:
        Reconciliation.objects.filter(pk__in=[row.pk for row in gone]).delete()
        settle([row.transaction_id for row in gone], [row.document_id for row in gone])


def organizations_with_alerts() -> set[UUID]:
    """Organizations with a cancelled document that is booked and of which nobody was told."""
    ids = bookings_of_cancelled().order_by().values_list("organization_id", flat=True)
    return set(ids.distinct())
