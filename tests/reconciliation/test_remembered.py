"""What a run left open is not read again for a statement."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.database import session
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from ingestion.models import Document
from reconciliation.engine import Papers
from reconciliation.models import Reconciliation, Remembered, Run
from reconciliation.open_rows import open_documents
from reconciliation.remembered import recall
from tests.conftest import make_organization
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

Reconcile = Callable[..., Run]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a dozen rows were many."""
    monkeypatch.setattr("reconciliation.remembered.LEAST", 5)
    monkeypatch.setattr("reconciliation.reach.MOST", 0.9)


@pytest.fixture
def first(organization: Organization, reconcile: Reconcile) -> Run:
    """Notes in one and in two parts, of which some are paid; looked at once."""
    due = {"2026-10-05": "70.00", "2026-11-05": "50.00"}
    parts = [{"due_on": day, "amount": amount} for day, amount in due.items()]
    for number in range(4):
        make_pair(organization, f"{100 + number}.10")
        make_transaction(organization, f"-{40 + number}.33")
        make_doubt(organization, f"{800 + number}.00")
    note = make_document(organization, "120.00", installments=parts)
    memo = f"PIX RECEBIDO NF {note.number} CNPJ {note.receiver_cnpj}"
    make_transaction(organization, "70.00", memo=memo)
    return reconcile(organization)


def read(organization: Organization) -> Papers:
    return open_documents(organization, force=False)


def is_told_again(run: Run) -> bool:
    """Whether what is recalled is what would be read."""
    recalled = recall(run)
    return recalled is not None and list(recalled.documents) == list(read(run.organization))


def test_what_is_open_after_a_run_is_remembered(first: Run) -> None:
    assert first.matched == 5
    assert is_told_again(first)
    left = next(note for note in read(first.organization) if note.total == Decimal("120.00"))
    assert [part.amount for part in left.payables] == [Decimal("50.00")]


def test_a_statement_is_compared_with_it(first: Run, reconcile: Reconcile) -> None:
    note = Document.objects.get(total_amount=Decimal("120.00"))
    memo = f"PIX RECEBIDO NF {note.number} CNPJ {note.receiver_cnpj}"
    make_transaction(first.organization, "50.00", memo=memo, date=date(2026, 11, 5))
    written = Remembered.objects.values_list("content", flat=True).get()

    run = reconcile(first.organization)

    kept = Remembered.objects.get()
    assert run.matched == 1
    assert (kept.moved, bytes(kept.content)) == ([str(note.pk)], bytes(written))
    assert is_told_again(run)


def test_statement_after_statement_books_each_note_once(first: Run, reconcile: Reconcile) -> None:
    waiting = list(Document.objects.filter(total_amount__gte=800).order_by("pk"))
    for note in waiting:
        memo = f"PIX RECEBIDO NF {note.number} CNPJ {note.receiver_cnpj}"
        make_transaction(first.organization, str(note.total_amount), memo=memo)
        run = reconcile(first.organization)
        assert is_told_again(run) or not Remembered.objects.exists()

    booked = Reconciliation.objects.matched().filter(document__in=waiting)
    assert booked.values("document").distinct().count() == booked.count() == len(waiting)


def test_with_much_moved_it_is_written_anew(
    first: Run, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.remembered.MOST_MOVED", 0)
    note = Document.objects.filter(total_amount=Decimal("800.00"))[0]
    memo = f"PIX RECEBIDO NF {note.number} CNPJ {note.receiver_cnpj}"
    make_transaction(first.organization, "800.00", memo=memo)

    run = reconcile(first.organization)

    assert Remembered.objects.get().moved == []
    assert is_told_again(run)


@pytest.mark.parametrize(
    "happened",
    [
        lambda organization: make_document(organization, "55.00"),
        lambda organization: record(organization, "match.undone", organization, actor=None),
        lambda organization: Remembered.objects.update(reader="another"),
        lambda organization: Remembered.objects.all().delete(),
    ],
)
def test_what_else_happened_is_read(
    first: Run, reconcile: Reconcile, happened: Callable[[Organization], Any]
) -> None:
    make_transaction(first.organization, "800.00")
    happened(first.organization)

    run = reconcile(first.organization)

    assert run.documents == len(read(first.organization))
    assert is_told_again(run)


def test_what_changed_without_a_word_is_not_booked_and_read_the_next_time(
    first: Run, reconcile: Reconcile
) -> None:
    note = Document.objects.filter(total_amount=Decimal("800.00"))[0]
    memo = f"PIX RECEBIDO NF {note.number} CNPJ {note.receiver_cnpj}"
    line = make_transaction(first.organization, "800.00", memo=memo)
    Document.objects.filter(pk=note.pk).update(total_amount=Decimal("950.00"))

    run = reconcile(first.organization)
    line.refresh_from_db()
    assert (run.matched, line.status) == (0, "pending")
    assert not Remembered.objects.exists()

    assert is_told_again(reconcile(first.organization))
    assert not Reconciliation.objects.matched().filter(document=note).exists()


def test_few_documents_are_not_remembered(
    first: Run, reconcile: Reconcile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciliation.remembered.LEAST", 500)
    make_pair(first.organization)

    reconcile(first.organization)

    assert not Remembered.objects.exists()


def test_a_run_from_scratch_remembers_what_it_leaves(first: Run, reconcile: Reconcile) -> None:
    run = reconcile(first.organization, force=True)

    assert is_told_again(run)


def test_nobody_recalls_what_another_company_left_open(first: Run) -> None:
    other = make_organization("Padaria Aurora Ltda", 9)
    run = Run(organization=other)

    assert recall(run) is None
    with session([other.pk]):
        assert not Remembered.objects.exists()
