"""Closing a month and opening it again: who may, when, and what is kept."""

from collections.abc import Callable
from datetime import date

import pytest

from conciliacontag.errors import Conflict, InvalidInput, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.sentences import tell
from ingestion.models import (
    Document,
    DocumentEvent,
    Reprocessing,
    Rereading,
    SourceFile,
    Transaction,
)
from reconciliation.models import Run
from reconciliation.periods.changes import changes_after, count_late
from reconciliation.periods.models import Closing
from reconciliation.periods.services import close_period, read_month, reopen_period
from reconciliation.services import (
    confirm_match,
    propose_match,
    refuse_matches,
    start_run,
    sweep_runs,
    undo_match,
)
from tests.data.rows import make_document, make_doubt, make_transaction

Pair = tuple[Document, Transaction]


def close(organization: Organization, user: User, **named: object) -> tuple[Closing, bool]:
    values = {"reason": "Mês conferido", "accept_open": True} | named
    return close_period(organization, date(2026, 10, 1), user=user, **values)  # type: ignore[arg-type]


def test_twice_is_one_closing(pair: Pair, organization: Organization, manager: User) -> None:
    first, created = close(organization, manager)
    again, created_again = close(organization, manager, reason="Outra vez")

    assert (created, created_again) == (True, False)
    assert (again.pk, again.reason) == (first.pk, "Mês conferido")
    (act,) = AuditLog.objects.filter(action="period.closed")
    assert "fechou outubro de 2026" in tell(act)


@pytest.mark.parametrize("role", ["operator", "auditor", "viewer"])
def test_only_some_roles_close_and_reopen(
    organization: Organization, person: Callable[..., User], role: str, month: date
) -> None:
    user = person(role, organization)
    with pytest.raises(NotAllowed):
        close(organization, user)
    with pytest.raises(NotAllowed):
        reopen_period(organization, month, user=user, reason="x")


def test_a_stranger_closes_nothing(organization: Organization, stranger: User) -> None:
    with pytest.raises(NotAllowed):
        close(organization, stranger)


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 513])
def test_a_reason_is_needed(organization: Organization, manager: User, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        close(organization, manager, reason=reason)
    assert refusal.value.code == "reason_required"


def test_a_month_that_goes_on_is_not_closed(organization: Organization, manager: User) -> None:
    with pytest.raises(Conflict) as refusal:
        close_period(organization, date(2099, 12, 1), user=manager, reason="Cedo")
    assert refusal.value.code == "period_not_over"
    assert "01/01/2100" in refusal.value.message


def test_open_items_are_named_until_somebody_answers_for_them(
    organization: Organization, manager: User, reconcile: Callable[..., Run]
) -> None:
    make_doubt(organization)
    reconcile(organization)
    with pytest.raises(Conflict) as refusal:
        close(organization, manager, accept_open=False)

    assert refusal.value.code == "period_has_open_items"
    assert {"code": "proposals", "title": "Lançamentos com sugestão a decidir", "count": 1} in (
        refusal.value.details["items"]
    )
    assert close(organization, manager)[0].left_open == refusal.value.details["items"]


def test_a_clean_month_closes_without_more_ado(
    pair: Pair, organization: Organization, manager: User
) -> None:
    closing, _ = close(organization, manager, accept_open=False)

    assert closing.left_open == []
    assert closing.figures["transactions"]["reconciled"] == {"count": 1, "amount": "1500.00"}


def test_work_under_way_is_waited_for(organization: Organization, manager: User) -> None:
    start_run(organization, requested_by=None)
    sent = SourceFile.objects.create(
        organization=organization, filename="a.xml", size=1, sha256="a" * 64
    )
    job = Reprocessing.objects.create(organization=organization, total=1)
    Rereading.objects.create(organization=organization, reprocessing=job, file=sent)
    with pytest.raises(Conflict) as refusal:
        close(organization, manager)

    assert refusal.value.code == "period_busy"
    assert [one["code"] for one in refusal.value.details["items"]] == [
        "files_waiting",
        "files_reread",
        "run_active",
    ]


def test_reopening_twice_is_one_and_closing_again_is_another(
    closed: Closing, organization: Organization, manager: User, month: date
) -> None:
    first, changed = reopen_period(organization, month, user=manager, reason="Faltou nota")
    again, changed_again = reopen_period(organization, month, user=manager, reason="De novo")

    assert (changed, changed_again) == (True, False)
    assert again.reopening_reason == first.reopening_reason == "Faltou nota"
    assert AuditLog.objects.filter(action="period.reopened").count() == 1
    assert close(organization, manager)[1]
    assert Closing.objects.count() == 2


def test_what_was_never_closed_is_not_reopened(
    organization: Organization, manager: User, month: date
) -> None:
    with pytest.raises(Conflict) as refusal:
        reopen_period(organization, month, user=manager, reason="x")
    assert refusal.value.code == "period_never_closed"


@pytest.mark.parametrize("text", ["", "2026-13", "10/2026", "2026-1", "2026-10-01"])
def test_a_month_is_read_or_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_month(text)


def test_people_decide_nothing_in_a_closed_month(
    closed: Closing, pair: Pair, organization: Organization, manager: User
) -> None:
    note, line = pair
    late = make_transaction(organization, "30.00")
    acts: list[Callable[[], object]] = [
        lambda: undo_match(line, user=manager),
        lambda: refuse_matches(late, user=manager, reason=""),
        lambda: propose_match(late, note, user=manager),
        lambda: confirm_match(line.reconciliations.get(), user=manager),
    ]
    for act in acts:
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "period_closed"


def test_a_late_line_starts_no_run_without_end(closed: Closing, organization: Organization) -> None:
    make_transaction(organization, "30.00")

    assert sweep_runs() == 0


def test_what_came_late_is_told(closed: Closing, organization: Organization) -> None:
    note = make_document(organization, "88.00")
    line = make_transaction(organization, "-12.00", memo="PIX ENVIADO")
    make_document(organization, issue_date=date(2026, 11, 1))
    told = changes_after(closed)

    assert {change.code for change in told} == {"late_document", "late_transaction"}
    assert {change.document_id for change in told} == {note.pk, None}
    assert {change.transaction_id for change in told} == {line.pk, None}
    assert all(change.message.startswith("Chegou depois do fechamento") for change in told)
    assert count_late(closed) == 2


def test_a_cancellation_after_the_closing_is_told(
    closed: Closing, pair: Pair, organization: Organization
) -> None:
    DocumentEvent.objects.create(
        organization=organization,
        document_key=pair[0].key,
        event_type="110111",
        description="Cancelamento",
        sequence=1,
        natural_key="e",
        accepted=True,
    )
    Document.objects.update(fiscal_status="cancelled")
    (change,) = changes_after(closed)

    assert change.code == "document_event"
    assert "recebeu “Cancelamento” e está cancelada" in change.message


def test_what_people_did_once_it_was_open_again_is_told(
    closed: Closing, pair: Pair, organization: Organization, manager: User, month: date
) -> None:
    closing, _ = reopen_period(organization, month, user=manager, reason="Nota trocada")
    undo_match(pair[1], user=manager)
    (change,) = changes_after(closing)

    assert (change.code, change.transaction_id) == ("match", pair[1].pk)
    assert "desfez uma conciliação" in change.message
