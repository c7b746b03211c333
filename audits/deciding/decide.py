"""One person's decision about one card."""

from collections.abc import Mapping
from uuid import UUID

from audits.deciding.holding import (
    check_version,
    decisions_of,
    held_card,
    newest,
    require_overruling,
    standing,
)
from audits.deciding.matches import settle_match
from audits.deciding.writing import CardAct, Word, concluded, describe, write_acts
from audits.exports.running import refuse_while_exporting
from audits.models import Card, CardStatus, Decision, Verdict
from audits.responses import changed_responses, current_values
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
    link: UUID | None = None,
    corrections: Mapping[str, str] | None = None,
    note: str = "",
    on_behalf_of: str = "",
) -> Card:
    """Write one person's decision about one card; the same one again changes nothing.

    Args:
        version: the card's version that the person saw; None decides on what stands, whoever
            was there before.
        document_id: the accepted document; a candidate, or any open one of the organization.
        link: instead of it, of a candidate that is several notes, all of which are accepted.
        corrections: field → value, as the batch's layout allows.

    Raises:
        NotFound: there is no such card, or no such document.
        NotAllowed: the role may not decide, or not overrule somebody else.
        InvalidInput: a field or value that the layout does not allow.
        Conflict: `card_changed` when another person was faster; also what the match refuses.
        Busy: the batch is being exported.
    """
    said = Verdict(verdict), note, document_id, installment, corrections or {}, on_behalf_of
    return decide(card_id, Submission(author, version, *said, link=link))


def decide(card_id: UUID, sent: Submission) -> Card:
    """As `decide_card`, for what was put together before."""
    with held_card(card_id, sent.author) as card:
        require(sent.author, card.organization, Act.DECIDE)
        intent = understand(card, sent)
        decisions = decisions_of(card)
        if not is_repeated(card, newest(decisions), sent, intent):
            refuse_while_exporting(card.batch)
            write_acts([carry_out(card, decisions, sent, intent)])
    return card


def is_repeated(card: Card, last: Decision | None, sent: Submission, intent: Intent) -> bool:
    """The very decision that stands, sent again: a lost answer, a double click."""
    if last is None or last.author_id != sent.author.pk:
        return False
    if sent.version not in (card.version - 1, card.version, None):
        return False
    same = (last.verdict, last.after, last.note) == (sent.verdict, intent.told, sent.note)
    return same and card.status == CardStatus.RESOLVED


def carry_out(card: Card, decisions: list[Decision], sent: Submission, intent: Intent) -> CardAct:
    """The act of a decision, its match settled, the rest not yet written.

    Raises:
        Conflict: `card_changed`; also what the match refuses.
        NotAllowed: the role may not overrule somebody else's word.
    """
    check_version(card, newest(decisions), sent.version, sent.author)
    require_overruling(card, standing(decisions), sent.author)
    before = current_values(card, intent.values)
    settle_match(card, intent, sent.author, sent.note)
    word = Word(sent.author, sent.note, sent.on_behalf_of, sent.together)
    decision = describe(card, sent.verdict, word, before, intent.told)
    decision.score_seen = intent.score
    responses = changed_responses(card, intent.values)
    return concluded(card, CardStatus.RESOLVED, decision, responses, note=sent.note or card.note)
