"""One act on many cards of a batch: written at once, each card with a decision of its own."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from uuid import UUID

from django.db.transaction import atomic, set_rollback

from audits.deciding.decide import carry_out, is_repeated
from audits.deciding.holding import NO_CARD, decisions_about, held_cards, newest
from audits.deciding.writing import CardAct, write_acts
from audits.models import Card, Decision
from audits.verdicts import Submission, understand
from conciliacontag.errors import DomainError, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act

# Cards in one transaction: nobody else waits long for the books.
AT_ONCE = 100

# What to do with a held card and its decisions; None when exactly that was done before.
Work = Callable[[Card, list[Decision]], CardAct | None]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A card that was left as it is, and why."""

    card: Card
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which cards the act reached, which it did not, and how many more it could reach.

    together: the number that the decisions share, by which they are taken back as one.
    """

    decided: list[Card] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    left: int = 0
    together: UUID | None = None


def decide_together(
    batch_id: UUID, said: Sequence[tuple[Card, Submission]], *, author: User, dry_run: bool = False
) -> Outcome:
    """Decide each card as it is said of it; a card that refuses is named and holds up nobody.

    Args:
        said: cards, of which number and line are enough, and the answer to each.

    Raises:
        NotFound, Busy: the batch is gone or being exported, before anything was decided.
    """
    answers = {card.pk: sent for card, sent in said}

    def decide(card: Card, decisions: list[Decision]) -> CardAct | None:
        require(author, card.organization, Act.DECIDE)
        sent = answers[card.pk]
        intent = understand(card, sent)
        if is_repeated(card, newest(decisions), sent, intent):
            return None
        return carry_out(card, decisions, sent, intent)

    return act_together(batch_id, [card for card, _ in said], decide, author, dry_run=dry_run)


def act_together(
    batch_id: UUID, cards: Sequence[Card], work: Work, author: User, *, dry_run: bool = False
) -> Outcome:
    """Do the same with many cards, some hundred of them in each transaction.

    A refusal of the whole batch is raised while nothing was done; later each card is told it.
    """
    outcome = Outcome()
    for start in range(0, len(cards), AT_ONCE):
        some = cards[start : start + AT_ONCE]
        try:
            with atomic():
                done, refused = act_on(batch_id, some, work, author)
                if dry_run:
                    set_rollback(True)
        except DomainError as refusal:
            if not outcome.decided:
                raise
            done, refused = [], [as_refusal(card, refusal) for card in some]
        outcome.decided.extend(done)
        outcome.refused.extend(refused)
    return outcome


def act_on(
    batch_id: UUID, cards: Sequence[Card], work: Work, author: User
) -> tuple[list[Card], list[Refusal]]:
    acts: list[CardAct] = []
    done: list[Card] = []
    refused: list[Refusal] = []
    with held_cards(batch_id, [card.pk for card in cards], author) as held:
        decisions = decisions_about(held)
        for card in held:
            try:
                act = attempt(card, decisions[card.pk], work)
            except DomainError as refusal:
                refused.append(as_refusal(card, refusal))
            else:
                done.append(card)
                acts.extend([act] if act else [])
        write_acts(acts)
    there = {card.pk for card in held}
    gone = [as_refusal(card, NotFound(NO_CARD)) for card in cards if card.pk not in there]
    return done, refused + gone


def attempt(card: Card, decisions: list[Decision], work: Work) -> CardAct | None:
    # Only a match is booked before its card is written: a refusal takes back half a booking.
    guard: AbstractContextManager[None] = atomic() if card.transaction_id else nullcontext()
    with guard:
        return work(card, decisions)


def as_refusal(card: Card, refusal: DomainError) -> Refusal:
    return Refusal(card, refusal.code, refusal.message)
