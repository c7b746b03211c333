"""One line decided at the desk: a note, none, not yet; and what a second person is told."""

from collections.abc import Callable

import pytest

from conciliacontag.database import session
from conciliacontag.errors import Conflict, InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Transaction
from reconciliation.desk.deciding import (
    ACCEPT,
    HOLD,
    NO_DOCUMENT,
    Choice,
    Decision,
    decide_line,
    undo_line,
)
from reconciliation.desk.models import Hold
from reconciliation.desk.standing import Standing, standing_of
from reconciliation.models import Reconciliation, Run
from tests.data.rows import make_document, make_doubt, make_transaction

Reconcile = Callable[..., Run]


def say(line: Transaction, user: User, decision: Decision, version: str = "") -> Standing:
    seen = version or standing_of(line).version
    return decide_line(line.pk, author=user, version=seen, decision=decision)


def test_a_candidate_is_booked_and_the_other_gives_way(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)

    stands = say(line, auditor, Decision(ACCEPT, [Choice(documents[1].pk)]))

    assert stands.state == "matched"
    assert [row.document for row in stands.rows] == [documents[1]]
    assert stands.decided_by == auditor


def test_saying_it_again_changes_nothing(organization: Organization, auditor: User) -> None:
    line = make_transaction(organization, "30.00")
    seen = standing_of(line).version
    first = say(line, auditor, Decision(NO_DOCUMENT), seen)
    again = say(line, auditor, Decision(NO_DOCUMENT), seen)

    assert again.version == first.version
    assert AuditLog.objects.filter(action="match.refused").count() == 1


def test_who_comes_second_is_told_who_did_what(
    organization: Organization, auditor: User, manager: User, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)
    seen = standing_of(line).version
    say(line, manager, Decision(ACCEPT, [Choice(documents[0].pk)]), seen)

    with pytest.raises(Conflict) as refused:
        say(line, auditor, Decision(ACCEPT, [Choice(documents[1].pk)]), seen)

    assert refused.value.code == "line_changed"
    assert manager.name in refused.value.message
    assert documents[0].number in refused.value.message
    assert Reconciliation.objects.get().document == documents[0]


def test_a_new_run_is_told_from_a_person(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)
    seen = standing_of(line).version
    make_document(organization, "800.00")
    reconcile(organization)

    with pytest.raises(Conflict, match="Uma nova conciliação mudou"):
        say(line, auditor, Decision(ACCEPT, [Choice(documents[1].pk)]), seen)


def test_a_document_that_another_line_took_changes_what_was_seen(
    organization: Organization, auditor: User, reconcile: Reconcile
) -> None:
    documents, line = make_doubt(organization)
    reconcile(organization)
    seen = standing_of(line).version
    other = make_transaction(organization, "800.00")
    say(other, auditor, Decision(ACCEPT, [Choice(documents[0].pk)]))

    assert standing_of(line).version != seen


def test_a_line_is_put_aside_once_and_waits_on(organization: Organization, auditor: User) -> None:
    line = make_transaction(organization, "30.00")
    stands = say(line, auditor, Decision(HOLD, reason="perguntar ao cliente"))
    say(line, auditor, Decision(HOLD))

    line.refresh_from_db()
    assert (stands.state, line.is_open) == ("held", True)
    assert Hold.objects.get().reason == "perguntar ao cliente"
    assert AuditLog.objects.filter(action="line.held").count() == 1


def test_deciding_ends_the_putting_aside(organization: Organization, auditor: User) -> None:
    line = make_transaction(organization, "30.00")
    say(line, auditor, Decision(HOLD))
    stands = say(line, auditor, Decision(NO_DOCUMENT, reason="tarifa"))

    assert stands.state == "no_document"
    assert not Hold.objects.exists()


@pytest.mark.parametrize("verdict", [ACCEPT, NO_DOCUMENT, HOLD])
def test_each_decision_is_taken_back(
    organization: Organization, auditor: User, verdict: str
) -> None:
    document, line = make_document(organization, "30.00"), make_transaction(organization, "30.00")
    choices = [Choice(document.pk)] if verdict == ACCEPT else []
    stands = say(line, auditor, Decision(verdict, choices))
    undone = undo_line(line.pk, author=auditor, version=stands.version)

    assert undone.state == "waiting"
    with pytest.raises(Conflict) as refused:
        undo_line(line.pk, author=auditor, version=undone.version)
    assert refused.value.code == "nothing_to_undo"


def test_an_auditor_releases_own_lines_only(
    organization: Organization, auditor: User, manager: User
) -> None:
    line = make_transaction(organization, "30.00")
    stands = say(line, manager, Decision(HOLD))

    with pytest.raises(NotAllowed):
        undo_line(line.pk, author=auditor, version=stands.version)
    assert undo_line(line.pk, author=manager, version=stands.version).state == "waiting"


def test_what_is_decided_is_not_put_aside(organization: Organization, auditor: User) -> None:
    line = make_transaction(organization, "30.00")
    say(line, auditor, Decision(NO_DOCUMENT))

    with pytest.raises(Conflict) as refused:
        say(line, auditor, Decision(HOLD))
    assert refused.value.code == "line_decided"


@pytest.mark.parametrize(
    "decision", [Decision("maybe"), Decision(ACCEPT), Decision(HOLD, reason="x" * 513)]
)
def test_what_cannot_be_meant_is_refused(
    organization: Organization, auditor: User, decision: Decision
) -> None:
    with pytest.raises(InvalidInput):
        say(make_transaction(organization, "30.00"), auditor, decision)


def test_only_roles_that_decide_decide(
    organization: Organization, operator: User, stranger: User
) -> None:
    line = make_transaction(organization, "30.00")
    for user in (operator, stranger):
        for verdict in (NO_DOCUMENT, HOLD):
            with pytest.raises(NotAllowed):
                say(line, user, Decision(verdict))


def test_another_organizations_document_is_not_found(
    organization: Organization, other_organization: Organization, auditor: User
) -> None:
    line = make_transaction(organization, "30.00")
    foreign = make_document(other_organization, "30.00")

    with pytest.raises(NotFound):
        say(line, auditor, Decision(ACCEPT, [Choice(foreign.pk)]))


def test_another_organizations_line_is_not_found(
    organization: Organization, other_organization: Organization, auditor: User
) -> None:
    foreign = make_transaction(other_organization, "30.00")
    seen = standing_of(foreign).version

    with session([organization.pk]), pytest.raises(NotFound):
        decide_line(foreign.pk, author=auditor, version=seen, decision=Decision(HOLD))
