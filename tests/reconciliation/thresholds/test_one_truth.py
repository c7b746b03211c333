"""The same decisions speak of the machine in the reports and beside the thresholds."""

from collections.abc import Callable
from datetime import date
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
from reconciliation.desk.queue import Queue
from reconciliation.desk.standing import standing_of
from reconciliation.desk.together import decide_alike, undo_together
from reconciliation.kpis.bands import AUTOMATIC
from reconciliation.kpis.companies import company_months
from reconciliation.kpis.judgements import dropped, kept
from reconciliation.kpis.period import Period
from reconciliation.kpis.report import precision_by_band
from reconciliation.models import Reconciliation
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.history import judgements
from reconciliation.thresholds.models import Acceptance

Suggest = Callable[..., Transaction]
Told = tuple[int, int]
Both = Callable[[], tuple[Told, Told]]
ALWAYS = Period(date(2020, 1, 1), date(2100, 1, 1))
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def told(organization: Organization) -> Both:
    """Kept and not kept: in the reports, and in the error beside the thresholds."""

    def count() -> tuple[Told, Told]:
        found = precision_by_band([organization], ALWAYS)
        bands = [one for one in found if one.code != AUTOMATIC]
        verdicts = [one.kept for one in judgements(organization)]
        return (
            (sum(one.kept for one in bands), sum(one.wrong for one in bands)),
            (verdicts.count(True), verdicts.count(False)),
        )

    return count


def accept_all(organization: Organization, user: User) -> Acceptance:
    preview = preview_acceptance(organization, points=Decimal(90), user=user)
    return carry_out_acceptance(preview.pk, user=user)


def decide(line: Transaction, user: User, document: Document | None = None) -> None:
    choices = [Choice(document.pk)] if document else []
    decision = Decision(ACCEPT if document else NO_DOCUMENT, choices)
    decide_line(line.pk, author=user, version=standing_of(line).version, decision=decision)


def best(line: Transaction) -> Document:
    row = Reconciliation.objects.filter(transaction=line).order_by("-score").first()
    assert row is not None and row.document is not None
    return row.document


def test_what_was_accepted_unseen_is_evidence_of_nothing(
    organization: Organization, suggest: Suggest, auditor: User, told: Both
) -> None:
    suggest("100.00", "97", "60")
    suggest("50.00", "96")
    accept_all(organization, auditor)

    assert told() == ((0, 0), (0, 0))


def test_it_is_a_person_s_decision_in_every_other_figure(
    organization: Organization, suggest: Suggest, auditor: User
) -> None:
    suggest("100.00", "97")
    accept_all(organization, auditor)
    (row,) = company_months([organization], OCTOBER)

    assert (row.of("lines_settled").count, row.of("lines_automatic").count) == (1, 0)


def test_what_was_looked_at_counts_in_both(
    organization: Organization, suggest: Suggest, auditor: User, told: Both
) -> None:
    kept, other = suggest("100.00", "97"), suggest("50.00", "96")
    suggest("70.00", "95")
    decide(kept, auditor, best(kept))
    decide(other, auditor)
    accept_all(organization, auditor)

    assert told() == ((1, 1), (1, 1))


def test_what_is_decided_anew_after_the_act_counts_in_both(
    organization: Organization, suggest: Suggest, auditor: User, told: Both
) -> None:
    line, again = suggest("100.00", "97"), suggest("50.00", "96")
    accept_all(organization, auditor)
    for one in (line, again):
        undo_line(one.pk, author=auditor, version=standing_of(one).version)
    decide(line, auditor)
    decide(again, auditor, best(again))
    reports, thresholds = told()

    assert thresholds == (1, 1)
    assert reports[0] == 1


def test_taking_the_act_back_says_nothing_either(
    organization: Organization, suggest: Suggest, auditor: User, told: Both
) -> None:
    suggest("100.00", "97", "60")
    done = accept_all(organization, auditor)
    assert done.together is not None
    undo_together(done.together, author=auditor)

    assert told() == ((0, 0), (0, 0))


@pytest.mark.parametrize("verdict", [ACCEPT, NO_DOCUMENT])
def test_of_all_alike_only_the_line_in_hand_counts(
    organization: Organization,
    suggest: Suggest,
    auditor: User,
    told: Both,
    verdict: str,
) -> None:
    first, *_ = (suggest("100.00", "97", memo="PIX RECEBIDO MERCADO") for _ in range(3))
    choices = [Choice(best(first).pk)] if verdict == ACCEPT else []
    reached = decide_alike(
        Queue(organization, OCTOBER),
        first.pk,
        author=auditor,
        version=standing_of(first).version,
        decision=Decision(verdict, choices),
    )

    assert len(reached.decided) == 3
    assert told() == (((1, 0), (1, 0)) if verdict == ACCEPT else ((0, 1), (0, 1)))


def test_a_note_cancelled_later_speaks_against_nobody(
    organization: Organization, suggest: Suggest, auditor: User, told: Both
) -> None:
    line = suggest("100.00", "97")
    Reconciliation.objects.update(alert="document_cancelled")
    decide(line, auditor)

    assert told() == ((0, 0), (0, 0))


def test_another_company_s_acts_do_not_hide_decisions(
    organization: Organization,
    other_organization: Organization,
    suggest: Suggest,
    auditor: User,
    stranger: User,
    told: Both,
) -> None:
    line = suggest("100.00", "97")
    decide(line, auditor, best(line))
    accept_all(other_organization, stranger)

    assert told() == ((1, 0), (1, 0))


def test_the_acts_are_read_once_and_not_for_every_row(organization: Organization) -> None:
    for rows in (kept(), dropped()):
        assert "hashed SubPlan" in rows.filter(organization=organization).explain()
