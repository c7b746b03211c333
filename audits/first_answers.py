"""What stands on decided cards: whose answer it is, and what it says of each doubtful field."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from audits.deciding.holding import decisions_about, standing
from audits.models import Card, CardStatus, Decision, Response
from audits.responses import read
from conciliacontag.organizations.models import User

CHUNK = 1000
INSTALLMENT = "parcela"


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """The answer that stands on a card, and the person it comes from."""

    author: User
    values: dict[str, str]


def first_answers(cards: Sequence[Card]) -> dict[UUID, FirstAnswer]:
    """The answers of decided cards, by card, in two queries for each thousand of them."""
    found: dict[UUID, FirstAnswer] = {}
    for start in range(0, len(cards), CHUNK):
        some = cards[start : start + CHUNK]
        decisions, corrections = decisions_about(some), corrections_of(some)
        for card in some:
            stands = standing(decisions[card.pk])
            if stands and card.status == CardStatus.RESOLVED:
                last = stands[-1]
                values = answer_on(card, last, corrections[card.pk])
                found[card.pk] = FirstAnswer(last.author, values)
    return found


def corrections_of(cards: Sequence[Card]) -> defaultdict[UUID, dict[str, str]]:
    found: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    rows = Response.objects.filter(card__in=cards, corrected_value__isnull=False)
    for card_id, name, value in rows.values_list("card_id", "field", "corrected_value"):
        found[card_id][name] = str(value)
    return found


def answer_on(card: Card, decision: Decision, corrections: dict[str, str]) -> dict[str, str]:
    """The doubtful and the corrected fields as they stand; of a conciliation all that it asks."""
    names = [issue["field"] for issue in card.issues if issue["field"]]
    known = card.batch.bound_layout.by_name
    if card.batch.run_id is not None:
        names = list(known)
    names = [name for name in dict.fromkeys([*names, *corrections]) if name in known]
    values = {name: corrections.get(name, read(card, name)) for name in names}
    part = decision.after.get(INSTALLMENT, "")
    return values | ({INSTALLMENT: part} if part else {})
