"""What an export of many cards asks of the database, and what its manifest tells of each."""

import json

from django.db import connection
from django.test.utils import CaptureQueriesContext

from audits.exports.services import export_batch
from audits.models import Batch, Card, Verdict
from audits.services import decide_card, reopen_card
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import open_stored
from tests.data.reviewed_batches import open_reviewed

MANY = 1100


def open_cards(organization: Organization, manager: User, rows: int) -> Batch:
    return open_reviewed(organization, manager, rows=rows, questions=3, every=1)


def questions(batch: Batch, user: User) -> int:
    with CaptureQueriesContext(connection) as asked:
        export_batch(batch.pk, requested_by=user)
    return len(asked)


def test_many_cards_are_asked_for_as_often_as_few(
    organization: Organization, manager: User
) -> None:
    few = questions(open_cards(organization, manager, 10), manager)

    assert questions(open_cards(organization, manager, MANY), manager) == few


def test_each_corrected_cell_of_many_cards_names_its_last_word(
    organization: Organization, manager: User
) -> None:
    batch = open_cards(organization, manager, MANY)

    export, _ = export_batch(batch.pk, requested_by=manager)
    with open_stored(export.manifest_path) as file:
        told = json.load(file)

    places = [(entry["line"], entry["field"]) for entry in told["corrections"]]
    assert places == [(line, field) for line in range(1, MANY + 1) for field in ("q1", "q2", "q3")]
    assert [item["line"] for item in told["items"]] == list(range(1, MANY + 1))
    assert {entry["author"] for entry in told["corrections"]} == {manager.email}
    assert {entry["reason"] for entry in told["corrections"]} == {"conferido na folha"}


def named(card: Card, user: User, said: str, **fields: str) -> None:
    decide_card(
        card.pk,
        author=user,
        version=card.version,
        verdict=Verdict.CORRECT,
        corrections=fields,
        on_behalf_of=said,
    )
    card.refresh_from_db()


def test_a_name_is_told_only_where_the_last_decision_has_it(
    answers: Batch, auditor: User, manager: User
) -> None:
    first, second = answers.cards.order_by("line")[:2]
    named(first, auditor, "sala1", q1="A", q2="B")
    reopen_card(first.pk, author=auditor, version=first.version, note="rever")
    first.refresh_from_db()
    named(first, manager, "", q1="D")
    named(second, auditor, "", q1="A")

    export, _ = export_batch(answers.pk, requested_by=manager, allow_pending=True)

    told = {(e["line"], e["field"]): e for e in export.manifest["corrections"]}
    assert told[1, "q2"]["on_behalf_of"] == "sala1"
    assert "on_behalf_of" not in told[1, "q1"]
    assert told[1, "q1"]["author"] == manager.email
    assert "on_behalf_of" not in told[2, "q1"]
