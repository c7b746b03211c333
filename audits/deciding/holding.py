"""A card held by one decision: its lock, the version that was seen, whose decision stands."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from audits.exports.running import refuse_while_exporting
from audits.models import Card, CardStatus, Decision, Verdict
from audits.rows import locked_batch, organization_of
from audits.verdicts import NOTES
from audits.withheld import is_withheld
from conciliacontag.database import session
from conciliacontag.errors import Conflict, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from reconciliation.ledger import books

NO_CARD = "Este cartão não existe. Confira o número e a empresa escolhida."
# Remarks: they change neither a value nor whether the card waits.
ASIDE = (Verdict.NOTE, Verdict.SKIP)


@contextmanager
def held_card(card_id: UUID, author: User) -> Iterator[Card]:
    """The card and its batch, held by this transaction alone.

    Raises:
        NotFound: there is no such card, it is another organization's, or its batch was cleaned up.
    """
    with session(author.roles):
        place = Card.objects.filter(pk=card_id).values_list("organization_id", "batch_id").first()
        if place is None:
            raise NotFound(NO_CARD)
        with books(place[0]):
            batch = locked_batch(place[1])
            held = Card.objects.select_for_update(of=("self",)).select_related("transaction")
            card = held.filter(pk=card_id).first()
            if card is None:
                raise NotFound(NO_CARD)
            card.batch, card.organization = batch, batch.organization
            yield card


@contextmanager
def held_cards(batch_id: UUID, ids: Sequence[UUID], author: User) -> Iterator[list[Card]]:
    """Cards of one batch and the batch, held by this transaction alone; what is gone is left out.

    Raises:
        NotFound: there is no such batch, it is another organization's, or it was cleaned up.
        Busy: the batch is being exported.
    """
    with session(author.roles):
        organization_id = organization_of(batch_id)
        if organization_id is None:
            raise NotFound(NO_CARD)
        with books(organization_id):
            batch = locked_batch(batch_id)
            refuse_while_exporting(batch)
            held = Card.objects.select_for_update(of=("self",)).select_related("transaction")
            rows = held.prefetch_related("responses").filter(batch=batch, pk__in=ids)
            cards = list(rows.order_by("line"))
            for card in cards:
                card.batch, card.organization = batch, batch.organization
            yield cards


def decisions_about(cards: Sequence[Card]) -> dict[UUID, list[Decision]]:
    """As `decisions_of`, for many cards in one query."""
    found: dict[UUID, list[Decision]] = {card.pk: [] for card in cards}
    for one in Decision.objects.filter(card_id__in=found).select_related("author"):
        found[one.card_id].append(one)
    return found


def decisions_of(card: Card) -> list[Decision]:
    """Every decision about the card, oldest first, with its author."""
    return list(Decision.objects.filter(card_id=card.pk).select_related("author"))


def newest(decisions: list[Decision]) -> Decision | None:
    """The newest of these; a skipped card is still as the decision before it left it."""
    said = (one for one in reversed(decisions) if one.verdict != Verdict.SKIP)
    return next(said, None)


def standing(decisions: list[Decision]) -> list[Decision]:
    """What still counts of these: decisions and reopenings that nobody has undone."""
    undone = {decision.undoes for decision in decisions}
    said = (one for one in decisions if one.verdict not in (*ASIDE, Verdict.UNDO))
    return [decision for decision in said if decision.pk not in undone]


def check_version(card: Card, last: Decision | None, version: int | None, author: User) -> None:
    """Refuse a decision about a card that has changed since the person saw it.

    Raises:
        Conflict: `card_changed`, with who changed it, what they said and what stands now; without
            that for whoever may still come to read the card a second time.
    """
    if version in (None, card.version):
        return
    details: dict[str, Any] = {"version": card.version, "version_sent": version}
    who = "Outra pessoa"
    if last is not None and not is_withheld(author, card.pk):
        who = last.author.name
        details |= {
            "who": last.author.name,
            "what": last.verdict,
            "at": last.at.isoformat(),
            "after": {name: said for name, said in last.after.items() if name != NOTES},
        }
    raise Conflict(
        f"{who} mudou este cartão enquanto você o via. Nada do que você enviou foi gravado; "
        "veja o que vale agora e, se for o caso, envie de novo.",
        code="card_changed",
        details=details,
    )


def reopening_act(decision: Decision | None, author: User) -> Act:
    """One's own decision is taken back more freely than somebody else's."""
    foreign = decision is not None and decision.author_id != author.pk
    return Act.REOPEN if foreign else Act.REOPEN_OWN


def require_overruling(card: Card, stands: list[Decision], author: User) -> None:
    """Deciding a decided card again takes its decision back first."""
    if card.status == CardStatus.RESOLVED:
        require(author, card.organization, reopening_act(stands[-1] if stands else None, author))
