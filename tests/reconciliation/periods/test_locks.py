"""What the database refuses while a month is closed, whoever asks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from django.db.transaction import atomic

from conciliacontag.organizations.models import Organization, User
from conciliacontag.postgres.refusals import refusal_of
from ingestion.models import Document, Transaction
from reconciliation.models import Reconciliation, ReconciliationStatus, Run
from reconciliation.periods.models import Closing
from reconciliation.periods.services import reopen_period
from tests.data.rows import make_document, make_transaction

Pair = tuple[Document, Transaction]


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(DatabaseError) as caught, atomic():
        yield
    refusal = refusal_of(caught.value)
    assert refusal is not None
    assert (refusal.code, refusal.status) == ("period_closed", 409)
    assert "10/2026 está fechado" in refusal.message
    assert refusal.details["period"] == "2026-10"


def test_a_booking_can_neither_change_nor_go(closed: Closing) -> None:
    with refused():
        Reconciliation.objects.update(amount=Decimal("1.00"))
    with refused():
        Reconciliation.objects.all().delete()
    assert Reconciliation.objects.get().amount == Decimal("1500.00")


def test_no_booking_is_added(closed: Closing, organization: Organization) -> None:
    late = make_transaction(organization, "20.00")
    with refused():
        Reconciliation.objects.create(
            organization=organization,
            transaction=late,
            status=ReconciliationStatus.UNMATCHED,
            amount=20,
            score=0,
            reason="Sem nota",
        )


@pytest.mark.parametrize(
    "change",
    [{"amount": Decimal(1)}, {"date": date(2026, 11, 1)}, {"memo": "x"}, {"status": "pending"}],
)
def test_a_line_stays_as_it_was(closed: Closing, change: dict[str, object]) -> None:
    with refused():
        Transaction.objects.update(**change)


@pytest.mark.parametrize(
    "change", [{"total_amount": Decimal(1)}, {"issue_date": date(2026, 9, 1)}, {"number": "9"}]
)
def test_a_document_says_what_it_said(closed: Closing, change: dict[str, object]) -> None:
    with refused():
        Document.objects.update(**change)


def test_lines_and_documents_are_not_removed(closed: Closing, organization: Organization) -> None:
    line, document = make_transaction(organization, "1.00"), make_document(organization)
    with refused():
        line.delete()
    with refused():
        document.delete()


def test_nothing_moves_into_a_closed_month(closed: Closing, organization: Organization) -> None:
    line = make_transaction(organization, "9.00", date=date(2026, 11, 3))
    with refused():
        Transaction.objects.filter(pk=line.pk).update(date=date(2026, 10, 31))


def test_a_note_may_be_cancelled_and_lose_its_file(closed: Closing) -> None:
    Document.objects.update(fiscal_status="cancelled", file=None, status="pending")

    assert Document.objects.get().fiscal_status == "cancelled"


def test_other_months_and_other_companies_go_on(
    closed: Closing, organization: Organization, other_organization: Organization
) -> None:
    make_transaction(organization, "9.00", date=date(2026, 11, 1))
    make_transaction(organization, "9.00", date=date(2026, 9, 30))
    make_transaction(other_organization, "9.00")

    assert (
        Transaction.objects.exclude(
            organization=organization, date__range=(date(2026, 10, 1), date(2026, 10, 31))
        ).update(memo="outro")
        == 3
    )


def test_an_open_month_changes_again(
    closed: Closing, organization: Organization, manager: User, month: date
) -> None:
    reopen_period(organization, month, user=manager, reason="Faltou uma nota")

    assert Transaction.objects.update(memo="mudou") == 1


def test_a_note_of_a_closed_month_is_paid_in_a_later_one(
    closed: Closing, organization: Organization, reconcile: Callable[..., Run]
) -> None:
    note = make_document(organization, "777.00")
    memo = f"PIX RECEBIDO NF {note.number} CNPJ {note.receiver_cnpj}"
    make_transaction(organization, "777.00", memo=memo, date=date(2026, 11, 3))
    reconcile(organization)

    note.refresh_from_db()
    assert note.status == "reconciled"


@pytest.mark.parametrize("force", [False, True])
def test_runs_leave_a_closed_month_as_it_was(
    closed: Closing, organization: Organization, reconcile: Callable[..., Run], force: bool
) -> None:
    before = list(Reconciliation.objects.values())
    make_transaction(organization, "20.00")
    run = reconcile(organization, force=force)

    assert (run.status, run.transactions) == ("done", 0)
    assert list(Reconciliation.objects.values()) == before


def test_a_closing_is_neither_rewritten_nor_removed(closed: Closing) -> None:
    for change in (
        lambda: Closing.objects.update(reason="outro"),
        lambda: Closing.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="only made and opened again"), atomic():
            change()


def test_a_status_is_written_without_deriving_the_document_anew(db: None) -> None:
    """With any trigger before each changed row, PostgreSQL computes what it generates again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 19 = 19"
            " AND tgrelid IN ('ingestion_document'::regclass, 'ingestion_transaction'::regclass)"
        )
        assert cursor.fetchall() == []


def test_one_statement_over_many_lines_is_refused_for_the_one_that_is_closed(
    closed: Closing, organization: Organization
) -> None:
    open_lines = [make_transaction(organization, "10.00", date="2026-11-05") for _ in range(3)]

    with refused():
        Transaction.objects.update(status="unmatched")
    Transaction.objects.filter(pk__in=[line.pk for line in open_lines]).update(status="unmatched")

    assert Transaction.objects.filter(status="unmatched").count() == 3
