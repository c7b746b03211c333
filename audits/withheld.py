"""Four eyes stay independent: who may still read a drawn card again is told no answer to it.

The draw names no readers: whoever may decide and has not answered a card may come to read it. Until
that is done by somebody, the first answer is kept from all of them, wherever cards are shown.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from audits.models import CardStatus, Decision, SecondReading, Verdict
from conciliacontag.errors import NotAllowed
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act, may

ANSWERS = (Verdict.ACCEPT, Verdict.NO_DOCUMENT, Verdict.CORRECT, Verdict.AS_READ)
# Whoever takes an answer back has seen it, and reads nothing again.
INVOLVED = (*ANSWERS, Verdict.REOPEN, Verdict.UNDO)


def readings_for(user: User) -> "QuerySet[SecondReading]":
    """Drawn cards that nobody has read again yet and that this person may."""
    entitled = [pk for pk, role in user.roles.items() if may(role, Act.DECIDE)]
    rows = SecondReading.objects.filter(
        ~Exists(own_acts(OuterRef("card_id"), user)),
        organization__in=entitled,
        reader=None,
        card__status=CardStatus.RESOLVED,
    )
    return rows.exclude(first_author=user)


def own_acts(card_id: Any, user: User) -> "QuerySet[Decision]":
    """What a person has ever answered about a card, or taken back of it."""
    return Decision.objects.filter(card_id=card_id, author=user, verdict__in=INVOLVED)


def withheld_from(user: User, cards: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these cards this person is to read without knowing their answer."""
    rows = readings_for(user).filter(card__in=list(cards))
    return frozenset(rows.values_list("card_id", flat=True))


def is_withheld(user: User, card_id: UUID) -> bool:
    return readings_for(user).filter(card=card_id).exists()


def refuse_withheld(user: User, card_id: UUID) -> None:
    """
    Raises:
        NotAllowed: `second_reading_first`.
    """
    if is_withheld(user, card_id):
        raise NotAllowed(
            "Este cartão espera uma segunda leitura, que pode ser a sua: o que já foi respondido "
            "aparece depois dela.",
            code="second_reading_first",
        )
