"""Suggestions accepted many at once: what is seen is booked, once, and taken back as one."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import MatchStatus, Transaction
from reconciliation.desk.deciding import HOLD, NO_DOCUMENT, Decision, decide_line
from reconciliation.desk.standing import standing_of
from reconciliation.desk.together import Reached, undo_together
from reconciliation.models import Reconciliation, Run
from reconciliation.periods.services import close_period
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.models import Acceptance
from tests.data.rows import DAY, make_document, make_transaction

OCTOBER = date(2026, 10, 1)
Suggest = Callable[..., Transaction]
Reconcile = Callable[..., Run]


def preview(user: User, points: str = "90", month: date | None = OCTOBER) -> Acceptance:
    organization = next(iter(user.roles))
    found = Organization.objects.get(pk=organization)
    return preview_acceptance(found, points=Decimal(points), user=user, month=month)


def accept(user: User, points: str = "90", month: date | None = OCTOBER) -> Acceptance:
    return carry_out_acceptance(preview(user, points, month).pk, user=user)


def undo(done: Acceptance, user: User) -> Reached:
    assert done.together is not None
    return undo_together(done.together, author=user)


def decide(line: Transaction, user: User, verdict: str) -> None:
    version = standing_of(line).version
    decide_line(line.pk, author=user, version=version, decision=Decision(verdict))


def rows_now() -> list[tuple[Any, ...]]:
    columns = ("transaction_id", "document_id", "status", "score", "link", "performed_by",
               "content_hash", "decided_at")  # fmt: skip
    return sorted(Reconciliation.objects.values_list(*columns), key=str)


def test_the_preview_counts_and_books_nothing(suggest: Suggest, auditor: User) -> None:
    suggest("100.00", "99")
    suggest("50.10", "90", "75.01")
    suggest("10.00", "89.99")
    seen = preview(auditor)

    assert (len(seen.lines), seen.amount, seen.left_out) == (1, Decimal("100.00"), {"close": 1})
    assert not Reconciliation.objects.matched().exists()


def test_what_was_seen_is_booked_as_one_act(suggest: Suggest, auditor: User) -> None:
    lines = [suggest("100.00", "99"), suggest("50.00", "90")]
    done = accept(auditor)

    assert {standing_of(line).state for line in lines} == {"matched"}
    assert (done.booked, done.booked_amount, done.refused["count"]) == (2, Decimal("150.00"), 0)
    entry = AuditLog.objects.get(action="lines.decided")
    assert entry.pk == done.together
    assert (entry.action, entry.diff["count"], entry.diff["amount"]) == (
        "lines.decided",
        2,
        "150.00",
    )
    assert AuditLog.objects.filter(action="match.confirmed").count() == 2
    statuses = Transaction.objects.values_list("status", flat=True)
    assert set(statuses) == {MatchStatus.RECONCILED}


def test_undone_everything_is_as_it_was(suggest: Suggest, auditor: User) -> None:
    lines = [suggest("100.00", "99", "40.00"), suggest("50.00", "90")]
    before = rows_now()
    done = accept(auditor)
    undone, again = undo(done, auditor), undo(done, auditor)

    assert rows_now() == before
    assert (len(undone.decided), len(again.decided), len(again.refused)) == (2, 0, 2)
    assert {standing_of(line).state for line in lines} == {"waiting"}
    assert {line.status for line in Transaction.objects.all()} == {MatchStatus.PENDING}
    assert accept(auditor, "95").booked == 1


def test_twice_is_once(suggest: Suggest, auditor: User, manager: User) -> None:
    suggest("100.00", "99")
    seen = preview(auditor)
    first = carry_out_acceptance(seen.pk, user=auditor)
    second = carry_out_acceptance(seen.pk, user=manager)

    assert (second.booked, second.together) == (1, first.together)
    assert second.carried_out_by == auditor
    assert AuditLog.objects.filter(action="lines.decided").count() == 1


def test_of_two_people_the_second_is_told_what_the_first_did(
    suggest: Suggest, auditor: User, manager: User
) -> None:
    suggest("100.00", "99")
    mine, theirs = preview(auditor), preview(manager)
    carry_out_acceptance(mine.pk, user=auditor)
    done = carry_out_acceptance(theirs.pk, user=manager)

    assert (done.booked, done.together, done.refused["count"]) == (0, None, 1)
    assert done.refused["lines"][0]["message"].startswith("Auditor 1 conciliou")


def test_what_changed_since_is_told_and_not_booked(
    suggest: Suggest, auditor: User, manager: User
) -> None:
    kept, held, refused = (suggest("100.00", "99") for _ in range(3))
    seen = preview(auditor)
    decide(held, manager, HOLD)
    decide(refused, manager, NO_DOCUMENT)
    suggest("70.00", "99")
    done = carry_out_acceptance(seen.pk, user=auditor)

    assert (done.booked, done.refused["count"]) == (1, 2)
    told = " ".join(one["message"] for one in done.refused["lines"])
    assert "a verificar" in told
    assert "não há nota" in told
    assert standing_of(kept).state == "matched"


def test_another_run_that_says_otherwise_counts_as_a_change(
    suggest: Suggest, auditor: User
) -> None:
    line = suggest("100.00", "99")
    seen = preview(auditor)
    Reconciliation.objects.filter(transaction=line).update(score=Decimal("98.00"))
    done = carry_out_acceptance(seen.pk, user=auditor)

    assert (done.booked, done.refused["count"]) == (0, 1)


def test_two_lines_never_settle_one_note_twice(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    note = make_document(organization, "100.00")
    suggest("100.00", "99", document=note)
    suggest("100.00", "98", document=note)
    seen = preview(auditor)

    assert (len(seen.lines), seen.left_out) == (1, {"taken": 1})


def test_an_instalment_holds_no_more_than_its_own_amount(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    parts = [{"number": f"00{n}", "due_date": "2026-10-05", "amount": "50.00"} for n in (1, 2)]
    note = make_document(organization, "100.00", installments=parts)
    suggest("50.00", "99", document=note, installment="001")
    suggest("50.00", "98", document=note, installment="001")
    suggest("50.00", "97", document=note, installment="002")
    accept(auditor)

    booked = Reconciliation.objects.matched().values_list("installment", "score")
    assert sorted(booked) == [("001", Decimal(99)), ("002", Decimal(97))]


def test_lines_that_a_person_reopened_are_left_to_people(suggest: Suggest, auditor: User) -> None:
    line = suggest("100.00", "99")
    row = Reconciliation.objects.get(transaction=line)
    row.performed_by = auditor
    row.save()
    held = suggest("100.00", "99")
    decide(held, auditor, HOLD)

    assert preview(auditor).left_out == {"reopened": 1, "held": 1}


def test_a_warned_line_is_left_to_people(suggest: Suggest, auditor: User) -> None:
    suggest("100.00", "99")
    Reconciliation.objects.update(alert="document_cancelled")

    assert preview(auditor).left_out == {"warned": 1}


def test_a_cancelled_note_is_not_accepted_unseen(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    note = make_document(organization, "100.00", fiscal_status="cancelled")
    suggest("100.00", "99", document=note)

    assert preview(auditor).left_out == {"taken": 1}


def test_a_closed_month_is_refused(suggest: Suggest, auditor: User, manager: User) -> None:
    line = suggest("100.00", "99")
    seen, everything = preview(auditor), preview(auditor, month=None)
    close_period(line.organization, OCTOBER, user=manager, reason="fim", accept_open=True)
    with pytest.raises(Conflict) as refused:
        preview(auditor)
    with pytest.raises(Conflict) as late:
        carry_out_acceptance(seen.pk, user=auditor)
    done = carry_out_acceptance(everything.pk, user=auditor)

    assert refused.value.code == late.value.code == "period_closed"
    assert (done.booked, done.refused["count"]) == (0, 1)
    assert preview(auditor, month=None).left_out == {"closed": 1}


def test_undoing_leaves_lines_of_a_month_that_was_closed(
    suggest: Suggest, auditor: User, manager: User
) -> None:
    line = suggest("100.00", "99")
    later = suggest("30.00", "99", date=DAY + timedelta(days=40))
    done = accept(auditor, month=None)
    close_period(line.organization, OCTOBER, user=manager, reason="fim", accept_open=True)
    undone = undo(done, auditor)

    assert undone.decided == [later]
    assert [one.code for one in undone.refused] == ["period_closed"]


def test_undoing_leaves_what_was_decided_since(suggest: Suggest, auditor: User) -> None:
    lines = [suggest("100.00", "99"), suggest("50.00", "99")]
    done = accept(auditor)
    Reconciliation.objects.filter(transaction=lines[0]).update(
        decided_at=F("decided_at") - timedelta(hours=1)
    )
    undone = undo(done, auditor)

    assert undone.decided == [lines[1]]
    assert "de outro modo" in undone.refused[0].message


def test_without_a_month_lines_of_all_time_are_accepted(suggest: Suggest, auditor: User) -> None:
    suggest("100.00", "99")
    suggest("30.00", "99", date=DAY + timedelta(days=40))

    assert (len(preview(auditor).lines), len(preview(auditor, month=None).lines)) == (1, 2)


def test_a_run_s_own_suggestion_is_accepted_and_stays(
    organization: Organization, reconcile: Reconcile, auditor: User
) -> None:
    make_document(organization, "777.00")
    line = make_transaction(organization, "777.00", memo="TED RECEBIDA")
    reconcile(organization)
    done = accept(auditor)
    reconcile(organization, force=True)

    assert done.booked == 1
    assert Reconciliation.objects.get(transaction=line).performed_by == auditor


def test_undone_a_run_finds_nothing_to_write(
    organization: Organization, reconcile: Reconcile, auditor: User
) -> None:
    make_document(organization, "777.00")
    make_transaction(organization, "777.00", memo="TED RECEBIDA")
    reconcile(organization)
    done = accept(auditor)
    undo(done, auditor)

    assert reconcile(organization).written == 0


def test_what_nobody_accepted_in_a_day_is_forgotten(suggest: Suggest, auditor: User) -> None:
    suggest("100.00", "99")
    old, done = preview(auditor), accept(auditor)
    long_ago = old.asked_at - timedelta(days=2)
    Acceptance.objects.update(asked_at=long_ago)
    preview(auditor)

    assert set(Acceptance.objects.filter(asked_at=long_ago)) == {done}


def test_nothing_to_accept_is_no_act(auditor: User) -> None:
    done = accept(auditor)

    assert (done.booked, done.together, done.refused) == (0, None, {"count": 0, "lines": []})
    assert not AuditLog.objects.filter(action="lines.decided").exists()
