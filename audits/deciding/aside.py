"""Remarks beside the decisions: a note on a card, a card left for later."""

from uuid import UUID

from django.utils import timezone

from audits.deciding.holding import check_version, decisions_of, held_card, newest
from audits.deciding.taking_back import is_again
from audits.deciding.writing import CardAct, Word, describe, keep_state, log
from audits.exports.running import refuse_while_exporting
from audits.models import Card, Decision, Verdict
from conciliacontag.errors import Conflict
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act


def skip_card(card_id: UUID, *, author: User, note: str = "", on_behalf_of: str = "") -> Card:
    """Put an open card at the end of the queue; whoever has it open is not disturbed.

    The version stays, so that a colleague's decision about it still counts. A card that is last
    already stays as it is.

    Raises:
        NotFound: there is no such card.
        NotAllowed: the role may not decide.
        Conflict: `card_resolved`: there is nothing to leave for later.
    """
    with held_card(card_id, author) as card:
        require(author, card.organization, Act.DECIDE)
        if not card.is_open:
            raise Conflict(
                "Este cartão já foi decidido; só se pula um cartão que espera decisão.",
                code="card_resolved",
                details={"current": card.status, "allowed": ["pending", "reopened"]},
            )
        if is_last(card):
            return card
        decision = describe(card, Verdict.SKIP, Word(author, note, on_behalf_of), {}, {})
        decision.save(force_insert=True)
        card.skipped_at = timezone.now()
        # Not saved as a whole: its place in the queue is no part of the card's trail.
        Card.objects.filter(pk=card.pk).update(skipped_at=card.skipped_at)
        log([CardAct(card, decision)])
    return card


def is_last(card: Card) -> bool:
    if card.skipped_at is None:
        return False
    later = Card.objects.open().filter(batch=card.batch_id, skipped_at__gt=card.skipped_at)
    return not later.exists()


def note_card(
    card_id: UUID, *, author: User, version: int, note: str, on_behalf_of: str = ""
) -> Card:
    """Write a note on a card, or take it away with an empty one; the card's state stays.

    Raises:
        NotFound: there is no such card.
        NotAllowed: the role may not decide.
        Conflict: `card_changed` when another person was faster.
        Busy: the batch is being exported.
    """
    with held_card(card_id, author) as card:
        require(author, card.organization, Act.DECIDE)
        last = newest(decisions_of(card))
        if is_noted(last, author, version, note) or card.note == note:
            return card
        refuse_while_exporting(card.batch)
        check_version(card, last, version, author)
        decision = describe(card, Verdict.NOTE, Word(author, note, on_behalf_of), {}, {})
        decision.save(force_insert=True)
        card.note, card.version = note, card.version + 1
        noted = [CardAct(card, decision)]
        keep_state(noted)
        log(noted)
    return card


def is_noted(last: Decision | None, author: User, version: int, note: str) -> bool:
    return is_again(last, Verdict.NOTE, author, version) and last is not None and last.note == note
