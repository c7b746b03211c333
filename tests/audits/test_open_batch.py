"""Doubts become a batch: its file, its cards, once."""

import csv
from collections.abc import Callable
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest

from audits.models import Batch, BatchStatus, Card, Removal, Verdict
from audits.services import decide_card, note_card, open_batch, skip_card
from audits.shipped import conciliation
from conciliacontag.errors import NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.storage import is_stored, open_stored
from reconciliation.models import Run
from reconciliation.services import start_run
from tests.data.rows import make_doubt, make_pair, make_transaction

Finished = Callable[[Organization], Run]


def stored_rows(batch: Batch) -> tuple[bytes, list[dict[str, str]]]:
    with open_stored(batch.original_path) as file:
        content = file.read()
    return content, list(csv.DictReader(StringIO(content.decode())))


def test_the_file_is_quoted_everywhere_and_hashed(review: Any) -> None:
    content, rows = stored_rows(review.batch)

    assert content.startswith(b'"linha","identificador","data","conta","valor"')
    assert b"\r" not in content
    assert all(line.startswith(b'"') for line in content.splitlines())
    assert tuple(rows[0]) == conciliation().header
    assert sha256(content).hexdigest() == review.batch.original_sha256
    assert len(content) == review.batch.original_size


def test_there_is_one_card_for_each_row(review: Any) -> None:
    _, rows = stored_rows(review.batch)
    cards = list(Card.objects.filter(batch=review.batch))

    assert [card.line for card in cards] == [1, 2]
    assert [card.raw_answers for card in cards] == rows
    assert [card.file_id for card in cards] == [row["identificador"] for row in rows]


def test_a_card_carries_every_candidate_with_its_evidence(review: Any) -> None:
    first = review.card.candidates[0]

    assert len(review.card.candidates) == 2
    assert {"document_id", "key", "number", "emitter_name", "receiver_name", "amount"} <= set(first)
    assert first["evidence"] and first["reason"]
    assert review.card.doubts == [first["reason"]]
    assert review.card.raw_answers["documento"] == first["key"]
    assert review.lonely_card.candidates == []


def test_opening_twice_gives_the_same_batch(review: Any, organization: Organization) -> None:
    assert open_batch(organization.pk, review.batch.run_id) == review.batch
    assert Batch.objects.count() == 1
    assert AuditLog.objects.filter(action="batch.opened").count() == 1


def test_nothing_to_decide_opens_no_batch(organization: Organization, finished: Finished) -> None:
    make_pair(organization)

    assert open_batch(organization.pk, finished(organization).pk) is None
    assert not Batch.objects.exists()


def test_an_unfinished_run_has_no_batch(organization: Organization) -> None:
    run, _ = start_run(organization, requested_by=None)

    with pytest.raises(NotFound):
        open_batch(organization.pk, run.pk)


def test_no_promise_of_removal_outlives_the_opening(review: Any) -> None:
    assert not Removal.objects.exists()
    assert is_stored(review.batch.original_path)


def test_an_untouched_batch_gives_way_to_the_next_run(
    review: Any, organization: Organization, finished: Finished
) -> None:
    make_transaction(organization, "12.00")

    newer = open_batch(organization.pk, finished(organization).pk)

    assert list(Batch.objects.all()) == [newer]
    assert newer is not None and newer.cards.count() == 3
    assert Removal.objects.get().key == review.batch.original_path


def test_a_batch_under_review_keeps_its_cards(
    review: Any, organization: Organization, auditor: User, finished: Finished
) -> None:
    decide_card(review.lonely_card.pk, author=auditor, version=1, verdict=Verdict.NO_DOCUMENT)
    _, new_line = make_doubt(organization, "45.00")

    newer = open_batch(organization.pk, finished(organization).pk)

    review.batch.refresh_from_db()
    assert review.batch.status == BatchStatus.IN_REVIEW
    assert newer is not None
    assert [card.transaction for card in newer.cards.all()] == [new_line]


@pytest.mark.parametrize("act", ["note", "skip"])
def test_a_batch_that_somebody_remarked_on_keeps_its_cards(
    review: Any, organization: Organization, auditor: User, finished: Finished, act: str
) -> None:
    if act == "note":
        note_card(review.card.pk, author=auditor, version=1, note="perguntei ao cliente")
    else:
        skip_card(review.card.pk, author=auditor)
    new = make_transaction(organization, "-12.30", memo="PIX")
    later = open_batch(organization.pk, finished(organization).pk)

    assert later is not None
    assert [card.transaction_id for card in later.cards.all()] == [new.pk]
    assert review.card.batch_id == review.batch.pk
