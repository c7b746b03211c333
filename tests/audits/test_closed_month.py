"""Cards about a closed month: nothing of them is decided, and notes may still be written."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from audits.deciding.aside import skip_card
from audits.models import Card, CardStatus, Decision, Response, Verdict
from audits.services import decide_card
from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import User
from reconciliation.periods.services import close_period

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def closed(review: Any, manager: User) -> Any:
    organization = review.batch.organization
    close_period(organization, OCTOBER, user=manager, reason="Conferido", accept_open=True)
    return review


def answers(review: Any) -> list[dict[str, Any]]:
    return [
        {"verdict": Verdict.ACCEPT, "document_id": review.documents[0].pk},
        {"verdict": Verdict.NO_DOCUMENT},
        {"verdict": Verdict.CORRECT, "corrections": {"debito": "1"}},
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_answer_is_taken(closed: Any, auditor: User, place: int) -> None:
    before = list(Response.objects.values())
    with pytest.raises(Conflict) as refusal:
        decide_card(closed.card.pk, author=auditor, version=1, **answers(closed)[place])

    assert refusal.value.code == "period_closed"
    assert (closed.card.status, closed.card.version) == (CardStatus.PENDING, 1)
    assert list(Response.objects.values()) == before
    assert not Decision.objects.exists()


def test_a_card_is_still_put_aside(closed: Any, auditor: User) -> None:
    skip_card(closed.card.pk, author=auditor)

    assert Decision.objects.get().verdict == Verdict.SKIP


def test_another_company_decides_on(
    closed: Any, other_organization: Any, make_review: Callable[..., Any], stranger: User
) -> None:
    theirs = make_review(other_organization)
    values = {"verdict": Verdict.ACCEPT, "document_id": theirs.documents[0].pk}
    decide_card(theirs.card.pk, author=stranger, version=1, **values)

    assert Card.objects.get(pk=theirs.card.pk).status == CardStatus.RESOLVED
