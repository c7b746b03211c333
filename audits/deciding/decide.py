"""One person's decision about one card."""

from collections.abc import Mapping
from uuid import UUID

from audits.deciding.holding import (
    check_version,
    held_card,
    last_decision,
    require_overruling,
)
from audits.deciding.matches import settle_match
from audits.deciding.writing import Word, conclude, describe
from audits.exports.running import refuse_while_exporting
from audits.models import Card, CardStatus, Decision, Verdict
from audits.responses import current_values, write_responses
from audits.verdicts import Intent, Submission, understand
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act


def decide_card(
    card_id: UUID,
    *,
    author: User,
    version: int | None,
    verdict: Verdict,
    document_id: UUID | None = None,
    installment: str = "",
    corrections: Mapping[str, str] | None = None,
    note: str = "",
    on_behalf_of: str = "",
) -> Card:
    """Write one person's decision about one card; the same one again changes nothing.

    Args:
        version: the card's version that the person saw; None decides on what stands, whoever
            was there before.
        document_id: the accepted document; a candidate, or any open one of the organization.
        corrections: field → value, as the batch's layout allows.

    Raises:
        NotFound: there is no such card, or no such document.
        NotAllowed: the role may not decide, or not overrule somebody else.
        InvalidInput: a field or value that the layout does not allow.
        Conflict: `card_changed` when another person was faster; also what the match refuses.
        Busy: the batch is being exported.
    """
    answers = corrections or {}
    with held_card(card_id, author) as card:
        require(author, card.organization, Act.DECIDE)
        seen, said = card.version if version is None else version, Verdict(verdict)
        sent = Submission(author, seen, said, note, document_id, installment, answers, on_behalf_of)
        intent = understand(card, sent)
        last = last_decision(card)
        if not is_repeated(card, last, sent, intent):
            refuse_to_overrun(card, last, sent)
            carry_out(card, sent, intent)
    return card


def refuse_to_overrun(card: Card, last: Decision | None, sent: Submission) -> None:
    """Neither an export under way, nor a newer version, nor somebody else's word."""
    refuse_while_exporting(card.batch)
    check_version(card, last, sent.version)
    require_overruling(card, sent.author)


def is_repeated(card: Card, last: Decision | None, sent: Submission, intent: Intent) -> bool:
    """The very decision that stands, sent again: a lost answer, a double click."""
    if last is None or last.author_id != sent.author.pk:
        return False
    if sent.version not in (card.version - 1, card.version):
        return False
    same = (last.verdict, last.after, last.note) == (sent.verdict, intent.told, sent.note)
    return same and card.status == CardStatus.RESOLVED


def carry_out(card: Card, sent: Submission, intent: Intent) -> None:
    """Write a decision that nothing speaks against."""
    before = current_values(card, intent.values)
    settle_match(card, intent, sent.author, sent.note)
    reason = sent.note or sent.verdict.label
    write_responses(card, intent.values, author=sent.author, reason=reason)
    word = Word(sent.author, sent.note, sent.on_behalf_of)
    decision = describe(card, sent.verdict, word, before, intent.told)
    decision.score_seen = intent.score
    conclude(card, CardStatus.RESOLVED, decision, note=sent.note or card.note)
