"""A note that is cancelled after it was paid comes back to a person, never silently."""

from collections.abc import Callable

import pytest

from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Document, Transaction
from reconciliation.models import Reconciliation, Run
from reconciliation.proofs import month_findings
from reconciliation.services import confirm_match, refuse_matches, sweep_runs, undo_match
from tests.data.links import make_group
from tests.data.rows import DAY, make_document, make_pair, make_transaction

Reconcile = Callable[..., Run]
Pair = tuple[Document, Transaction]


@pytest.fixture
def pair(organization: Organization, reconcile: Reconcile) -> Pair:
    document, line = make_pair(organization)
    reconcile(organization)
    return document, line


def cancel(document: Document, status: str = "cancelled") -> None:
    Document.objects.filter(pk=document.pk).update(fiscal_status=status)


def test_a_machines_booking_reopens_as_an_alert(
    organization: Organization, pair: Pair, reconcile: Reconcile
) -> None:
    document, line = pair
    cancel(document)
    assert sweep_runs() == 1
    reconcile(organization)

    row = Reconciliation.objects.get(document=document)
    line.refresh_from_db()
    assert (row.status, row.alert) == ("partial", "document_cancelled")
    assert f"{document} está cancelada" in row.reason
    assert line.is_open
    assert AuditLog.objects.filter(action="match.alerted").count() == 1


def test_a_second_run_alerts_once(
    organization: Organization, pair: Pair, reconcile: Reconcile
) -> None:
    document, _ = pair
    cancel(document)
    for _ in range(3):
        reconcile(organization)

    assert Reconciliation.objects.filter(alert="document_cancelled").count() == 1
    assert AuditLog.objects.filter(action="match.alerted").count() == 1
    assert sweep_runs() == 0


def test_a_persons_booking_stays_beside_the_alert(
    organization: Organization, pair: Pair, auditor: User, reconcile: Reconcile
) -> None:
    document, _ = pair
    booked = confirm_match(Reconciliation.objects.get(), user=auditor)
    cancel(document)
    reconcile(organization, force=True)

    booked.refresh_from_db()
    warning = Reconciliation.objects.exclude(pk=booked.pk).get()
    assert (booked.status, booked.performed_by) == ("matched", auditor)
    assert (warning.status, warning.alert) == ("partial", "document_cancelled")
    assert auditor.name in warning.reason

    assert confirm_match(warning, user=auditor) == booked
    reconcile(organization)
    assert Reconciliation.objects.get() == booked


def test_undoing_answers_the_alert(
    organization: Organization, pair: Pair, auditor: User, reconcile: Reconcile
) -> None:
    document, line = pair
    booked = confirm_match(Reconciliation.objects.get(), user=auditor)
    cancel(document)
    reconcile(organization)
    undo_match(line, user=auditor)

    assert Reconciliation.objects.get() == booked
    line.refresh_from_db()
    assert line.is_open


def test_a_note_that_took_its_place_is_proposed_not_booked(
    organization: Organization, pair: Pair, reconcile: Reconcile
) -> None:
    document, line = pair
    cancel(document)
    again = make_document(organization, number=document.number, key=f"9{document.key[1:]}")
    reconcile(organization)

    rows = Reconciliation.objects.filter(transaction=line)
    assert set(rows.values_list("document_id", "status", "alert")) == {
        (document.pk, "partial", "document_cancelled"),
        (again.pk, "partial", ""),
    }


def test_a_persons_answer_ends_the_alert(
    organization: Organization, pair: Pair, auditor: User, reconcile: Reconcile
) -> None:
    document, line = pair
    cancel(document)
    reconcile(organization)
    refuse_matches(line, user=auditor, reason="devolvido")
    reconcile(organization)

    assert Reconciliation.objects.get().status == "unmatched"


def test_a_link_with_one_cancelled_note_reopens_whole(
    organization: Organization, reconcile: Reconcile
) -> None:
    notes = [make_document(organization, "500.00") for _ in range(2)]
    line = make_transaction(organization, "1000.00")
    rows = make_group(organization, notes, line)
    cancel(notes[1])
    reconcile(organization)

    assert not Reconciliation.objects.matched().filter(link=rows[0].link).exists()
    notes[0].refresh_from_db()
    assert notes[0].is_open


def test_a_note_that_is_valid_again_is_booked_again(
    organization: Organization, pair: Pair, reconcile: Reconcile
) -> None:
    document, _ = pair
    cancel(document)
    reconcile(organization)
    cancel(document, "authorized")
    reconcile(organization)

    row = Reconciliation.objects.get()
    assert (row.status, row.alert) == ("matched", "")


def test_the_month_tells_of_it(
    organization: Organization, pair: Pair, reconcile: Reconcile
) -> None:
    document, _ = pair
    cancel(document)
    reconcile(organization)

    (found,) = [one for one in month_findings(organization, DAY.replace(day=1)) if one.documents]
    assert (found.code, found.documents) == ("cancelled_paid", (document.pk,))
