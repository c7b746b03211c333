"""What past decisions say of suggestions: kept, replaced, refused, or nothing of their own."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.desk.deciding import (
    ACCEPT,
    NO_DOCUMENT,
    Choice,
    Decision,
    decide_line,
    undo_line,
)
from reconciliation.desk.standing import standing_of
from reconciliation.models import Reconciliation
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.consequences import Judged
from reconciliation.thresholds.history import judgements
from tests.data.rows import make_document

Suggest = Callable[..., Transaction]
Said = Callable[[], list[Judged]]


@pytest.fixture
def said(organization: Organization) -> Said:
    return lambda: sorted(judgements(organization), key=lambda one: -one.score)


def decide(line: Transaction, user: User, document: Document | None = None) -> None:
    choices = [Choice(document.pk)] if document else []
    decision = Decision(ACCEPT if document else NO_DOCUMENT, choices)
    decide_line(line.pk, author=user, version=standing_of(line).version, decision=decision)


def suggested(line: Transaction, place: int = 0) -> Document:
    row = Reconciliation.objects.filter(transaction=line).order_by("-score")[place]
    assert row.document is not None
    return row.document


def test_a_suggestion_that_was_confirmed_was_right(
    suggest: Suggest, auditor: User, said: Said
) -> None:
    line = suggest("100.00", "97", "60.00")
    decide(line, auditor, suggested(line))

    assert said() == [Judged(Decimal("97.00"), kept=True)]


def test_another_candidate_another_note_and_no_note_at_all_say_it_was_wrong(
    organization: Organization, suggest: Suggest, auditor: User, said: Said
) -> None:
    other, foreign, refused = (suggest("100.00", score, "60") for score in ("97", "96", "95"))
    decide(other, auditor, suggested(other, place=1))
    decide(foreign, auditor, make_document(organization, "100.00"))
    decide(refused, auditor)

    assert said() == [Judged(Decimal(score), kept=False) for score in ("97.00", "96.00", "95.00")]


def test_what_nobody_decided_says_nothing(suggest: Suggest, auditor: User, said: Said) -> None:
    suggest("100.00", "97")
    line = suggest("50.00", "90")
    decide(line, auditor, suggested(line))
    undo_line(line.pk, author=auditor, version=standing_of(line).version)

    assert said() == []


def test_a_note_found_where_nothing_was_suggested_says_nothing(
    organization: Organization, suggest: Suggest, auditor: User, said: Said
) -> None:
    line = suggest("100.00", "97")
    Reconciliation.objects.all().delete()
    decide(line, auditor, make_document(organization, "100.00"))

    assert said() == []


def test_what_was_accepted_unseen_does_not_praise_itself(
    organization: Organization, suggest: Suggest, auditor: User, said: Said
) -> None:
    seen, unseen = suggest("100.00", "97"), suggest("50.00", "97")
    decide(seen, auditor, suggested(seen))
    preview = preview_acceptance(organization, points=Decimal(90), user=auditor)
    carry_out_acceptance(preview.pk, user=auditor)

    assert standing_of(unseen).state == "matched"
    assert said() == [Judged(Decimal("97.00"), kept=True)]


def test_an_accepted_line_that_was_corrected_counts(
    organization: Organization, suggest: Suggest, auditor: User, said: Said
) -> None:
    line = suggest("100.00", "97")
    preview = preview_acceptance(organization, points=Decimal(90), user=auditor)
    carry_out_acceptance(preview.pk, user=auditor)
    undo_line(line.pk, author=auditor, version=standing_of(line).version)
    decide(line, auditor)

    assert said() == [Judged(Decimal("97.00"), kept=False)]


def test_another_organization_s_decisions_are_its_own(
    other_organization: Organization, suggest: Suggest, auditor: User
) -> None:
    line = suggest("100.00", "97")
    decide(line, auditor, suggested(line))

    assert not list(judgements(other_organization))
