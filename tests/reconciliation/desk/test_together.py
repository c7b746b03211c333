"""One answer for many lines: which it fits, what it leaves, how it is taken back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from conciliacontag.errors import Conflict, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Document, Transaction
from reconciliation.desk.alike import alike
from reconciliation.desk.deciding import ACCEPT, NO_DOCUMENT, Choice, Decision, decide_line
from reconciliation.desk.queue import Queue
from reconciliation.desk.standing import standing_of
from reconciliation.desk.together import Reached, decide_alike, undo_together
from reconciliation.models import Reconciliation, ReconciliationStatus, Run
from tests.data.identity import cnpj
from tests.data.rows import make_document, make_transaction

Reconcile = Callable[..., Run]
FEE = Decision(NO_DOCUMENT, reason="tarifa")


@pytest.fixture
def queue(organization: Organization) -> Queue:
    return Queue(organization, date(2026, 10, 1))


def fees(organization: Organization, count: int = 3) -> list[Transaction]:
    memos = [f"TARIFA PACOTE {number:03}/2026" for number in range(count)]
    return [make_transaction(organization, "-12.50", memo=memo) for memo in memos]


def decide(queue: Queue, line: Transaction, user: User, decision: Decision) -> Reached:
    seen = standing_of(line).version
    return decide_alike(queue, line.pk, author=user, version=seen, decision=decision)


def propose(line: Transaction, document: Document, score: str) -> None:
    Reconciliation.objects.create(
        organization=line.organization,
        transaction=line,
        document=document,
        status=ReconciliationStatus.PARTIAL,
        amount=abs(line.amount),
        score=Decimal(score),
        reason="proposta",
    )


def test_the_same_words_with_other_numbers_are_alike(
    organization: Organization, queue: Queue
) -> None:
    lines = fees(organization)
    make_transaction(organization, "-12.50", memo="TARIFA TED 001/2026")
    make_transaction(organization, "12.50", memo="TARIFA PACOTE 009/2026")
    make_transaction(organization, "-12.50", memo="TARIFA PACOTE 010/2026", date=date(2026, 11, 3))
    found = alike(queue, lines[1], FEE)

    assert {line for line, _ in found.answers} == set(lines)
    assert found.total == Decimal("37.50")


def test_lines_without_words_are_like_none(organization: Organization, queue: Queue) -> None:
    lines = [make_transaction(organization, "5.00", memo="0001 22/10") for _ in range(2)]

    assert [line for line, _ in alike(queue, lines[0], FEE).answers] == [lines[0]]


def test_one_answer_is_one_act_taken_back_as_one(
    organization: Organization, queue: Queue, auditor: User
) -> None:
    lines = fees(organization)
    reached = decide(queue, lines[0], auditor, FEE)
    assert reached.together is not None
    states = {standing_of(line).state for line in lines}
    undone = undo_together(reached.together, author=auditor)
    again = undo_together(reached.together, author=auditor)

    assert (len(reached.decided), states) == (3, {"no_document"})
    assert len(undone.decided) == 3
    assert again.decided == []
    assert {standing_of(line).state for line in lines} == {"waiting"}
    assert AuditLog.objects.filter(action="lines.undone").count() == 1


def test_what_was_decided_otherwise_since_stays(
    organization: Organization, queue: Queue, auditor: User
) -> None:
    lines = fees(organization, 2)
    reached = decide(queue, lines[0], auditor, FEE)
    assert reached.together is not None
    one = standing_of(lines[1])
    from_there = Reconciliation.objects.filter(transaction=lines[1])
    from_there.delete()
    version = standing_of(lines[1]).version
    decide_line(one.line.pk, author=auditor, version=version, decision=FEE)
    undone = undo_together(reached.together, author=auditor)

    assert undone.decided == [lines[0]]
    assert [refused.line for refused in undone.refused] == [lines[1]]


def test_each_line_gets_its_own_note_of_the_party(
    organization: Organization, queue: Queue, auditor: User
) -> None:
    documents = [make_document(organization, amount) for amount in ("100.00", "200.00")]
    lines = [make_transaction(organization, amount) for amount in ("100.00", "200.00")]
    for line, document in zip(lines, documents, strict=True):
        propose(line, document, "70")
    reached = decide(queue, lines[0], auditor, Decision(ACCEPT, [Choice(documents[0].pk)]))

    assert len(reached.decided) == 2
    booked = Reconciliation.objects.matched().order_by("amount")
    assert [row.document for row in booked] == documents


def test_another_party_another_relation_and_near_rivals_are_left_out(
    organization: Organization, queue: Queue
) -> None:
    chosen, other = make_document(organization, "100.00"), make_document(organization, "300.00")
    foreign = make_document(organization, "200.00", receiver_cnpj=cnpj(77))
    first, less, rival, stranger = (
        make_transaction(organization, amount)
        for amount in ("100.00", "250.00", "300.00", "200.00")
    )
    propose(first, chosen, "70")
    propose(less, other, "70")
    propose(rival, other, "70")
    propose(rival, make_document(organization, "300.00"), "60")
    propose(stranger, foreign, "70")
    found = alike(queue, first, Decision(ACCEPT, [Choice(chosen.pk)]))

    assert [line for line, _ in found.answers] == [first]
    assert found.doubtful == [rival]


def test_a_refusal_holds_up_nobody(
    organization: Organization, queue: Queue, auditor: User, manager: User
) -> None:
    document, second = make_document(organization, "50.00"), make_document(organization, "60.00")
    lines = [make_transaction(organization, amount) for amount in ("50.00", "60.00")]
    propose(lines[0], document, "70")
    propose(lines[1], second, "70")
    elsewhere = make_transaction(organization, "60.00")
    seen = standing_of(elsewhere).version
    decision = Decision(ACCEPT, [Choice(second.pk)])
    decide_line(elsewhere.pk, author=manager, version=seen, decision=decision)
    reached = decide(queue, lines[0], auditor, Decision(ACCEPT, [Choice(document.pk)]))

    assert reached.decided == [lines[0]]
    assert [refused.code for refused in reached.refused] == ["document_already_reconciled"]


def test_a_changed_line_stops_all(organization: Organization, queue: Queue, auditor: User) -> None:
    lines = fees(organization)
    with pytest.raises(Conflict):
        decide_alike(queue, lines[0].pk, author=auditor, version="0", decision=FEE)
    assert not Reconciliation.objects.exists()


def test_only_roles_that_may_take_back_an_act(
    organization: Organization, queue: Queue, auditor: User, manager: User, operator: User
) -> None:
    reached = decide(queue, fees(organization)[0], manager, FEE)
    assert reached.together is not None
    for user in (auditor, operator):
        with pytest.raises(NotAllowed):
            undo_together(reached.together, author=user)
    with pytest.raises(NotFound):
        undo_together(organization.pk, author=manager)


def test_a_line_that_somebody_decides_between_two_looks_is_passed_by(
    organization: Organization, queue: Queue
) -> None:
    lines = [make_transaction(organization, amount) for amount in ("10.00", "20.00")]
    notes = [make_document(organization, amount) for amount in ("10.00", "20.00")]
    for line, note in zip(lines, notes, strict=True):
        propose(line, note, "80")

    def decide_meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        if 'FROM "reconciliation_reconciliation"' in sql and '"score" DESC' in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute("DELETE FROM reconciliation_reconciliation")
        return execute(sql, *rest)

    with connection.execute_wrapper(decide_meanwhile):
        found = alike(queue, lines[0], Decision(ACCEPT, [Choice(notes[0].pk)]))
    assert [line for line, _ in found.answers] == [lines[0]]
