"""One function per act on a batch: open it, decide a card, reopen a card."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import timezone

from audits.exports.running import refuse_while_exporting
from audits.models import Batch, BatchStatus, Card, CardStatus, Decision, Verdict
from audits.opening import open_batch
from audits.responses import (
    ABOUT_THE_MATCH,
    current_values,
    save,
    withdraw_match,
    write_responses,
)
from audits.rows import locked_batch
from audits.verdicts import Intent, Submission, understand
from conciliacontag.database import session
from conciliacontag.errors import Conflict, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from ingestion.models import Transaction
from reconciliation.ledger import books
from reconciliation.services import confirm_match, propose_match, refuse_matches, undo_match

__all__ = ["decide_card", "open_batch", "reopen_card"]

NO_CARD = "Este cartão não existe. Confira o número e a empresa escolhida."


def decide_card(
    card_id: UUID,
    *,
    author: User,
    version: int,
    verdict: Verdict,
    document_id: UUID | None = None,
    installment: str = "",
    corrections: Mapping[str, str] | None = None,
    note: str = "",
) -> Card:
    """Write one person's decision about one card; the same one again changes nothing.

    Args:
        version: the card's version that the person saw.
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
    said = Verdict(verdict)
    sent = Submission(author, version, said, note, document_id, installment, answers)
    with held_card(card_id, author) as card:
        require(author, card.organization, Act.DECIDE)
        intent = understand(card, sent)
        last = last_decision(card)
        if not is_repeated(card, last, sent, intent):
            refuse_while_exporting(card.batch)
            check_version(card, last, version)
            require_overruling(card, last, author)
            carry_out(card, sent, intent)
    return card


def carry_out(card: Card, sent: Submission, intent: Intent) -> None:
    """Write a decision that nothing speaks against."""
    before = current_values(card, intent.values)
    settle_match(card, intent, sent.author, sent.note)
    reason = sent.note or sent.verdict.label
    write_responses(card, intent.values, author=sent.author, reason=reason)
    decision = describe(card, sent.verdict, sent.author, sent.note, before, intent.told)
    decision.score_seen = intent.score
    conclude(card, CardStatus.RESOLVED, decision)


def reopen_card(card_id: UUID, *, author: User, version: int, note: str = "") -> Card:
    """Take a decision back: the match is undone and the card waits again.

    Raises:
        NotFound: there is no such card.
        NotAllowed: the role may not reopen, or only its own decisions.
        Conflict: `card_changed`, or `card_not_resolved` when nothing was decided.
        Busy: the batch is being exported.
    """
    with held_card(card_id, author) as card:
        last = last_decision(card)
        require(author, card.organization, reopening_act(last, author))
        if is_reopened(card, last, author, version):
            return card
        refuse_while_exporting(card.batch)
        check_version(card, last, version)
        if card.is_open:
            raise not_resolved(card)
        before = current_values(card, ABOUT_THE_MATCH)
        if card.transaction:
            undo_match(card.transaction, user=author)
        withdraw_match(card, author=author, reason=note or Verdict.REOPEN.label)
        after = current_values(card, ABOUT_THE_MATCH)
        decision = describe(card, Verdict.REOPEN, author, note, before, after)
        conclude(card, CardStatus.REOPENED, decision)
    return card


@contextmanager
def held_card(card_id: UUID, author: User) -> Iterator[Card]:
    """The card and its batch, held by this transaction alone."""
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


def last_decision(card: Card) -> Decision | None:
    return Decision.objects.filter(card_id=card.pk).select_related("author").last()


def is_repeated(card: Card, last: Decision | None, sent: Submission, intent: Intent) -> bool:
    """The very decision that stands, sent again: a lost answer, a double click."""
    if last is None or last.author_id != sent.author.pk:
        return False
    if sent.version not in (card.version - 1, card.version):
        return False
    same = (last.verdict, last.after, last.note) == (sent.verdict, intent.told, sent.note)
    return same and card.status == CardStatus.RESOLVED


def is_reopened(card: Card, last: Decision | None, author: User, version: int) -> bool:
    if last is None or last.verdict != Verdict.REOPEN or last.author_id != author.pk:
        return False
    return last.version_seen == version and card.status == CardStatus.REOPENED


def check_version(card: Card, last: Decision | None, version: int) -> None:
    """Refuse a decision about a card that has changed since the person saw it."""
    if version == card.version:
        return
    details: dict[str, Any] = {"version": card.version, "version_sent": version}
    who = "Outra pessoa"
    if last is not None:
        who = last.author.name
        details |= {
            "who": last.author.name,
            "what": last.verdict,
            "at": last.at.isoformat(),
            "after": last.after,
        }
    raise Conflict(
        f"{who} já decidiu este cartão enquanto você o via. Sua decisão não foi gravada; "
        "veja a decisão atual e, se for o caso, decida de novo.",
        code="card_changed",
        details=details,
    )


def require_overruling(card: Card, last: Decision | None, author: User) -> None:
    """Deciding a decided card again takes its decision back first."""
    if card.status == CardStatus.RESOLVED:
        require(author, card.organization, reopening_act(last, author))


def reopening_act(last: Decision | None, author: User) -> Act:
    own = last is not None and last.author_id == author.pk
    return Act.REOPEN_OWN if own else Act.REOPEN


def not_resolved(card: Card) -> Conflict:
    return Conflict(
        f"O cartão está {card.get_status_display().lower()}; só um cartão decidido pode ser "
        "reaberto.",
        code="card_not_resolved",
        details={"current": card.status, "wanted": "reopened", "allowed": ["resolved"]},
    )


def settle_match(card: Card, intent: Intent, author: User, note: str) -> None:
    """Let the reconciliation follow the decision."""
    line = card.transaction
    if line is None or not intent.concerns_match:
        return
    if card.status == CardStatus.RESOLVED or intent.clears:
        undo_match(line, user=author)
    if intent.refuses:
        refuse_matches(line, user=author, reason=note)
    elif intent.document:
        book(line, intent, author)


def book(line: Transaction, intent: Intent, author: User) -> None:
    if intent.document is None:
        return
    pair = propose_match(line, intent.document, user=author, installment=intent.installment)
    confirm_match(pair, user=author)


def describe(
    card: Card,
    verdict: Verdict,
    author: User,
    note: str,
    before: dict[str, str],
    after: dict[str, str],
) -> Decision:
    return Decision(
        organization=card.organization,
        batch_id=card.batch_id,
        card_id=card.pk,
        line=card.line,
        verdict=verdict,
        author=author,
        version_seen=card.version,
        before=before,
        after=after,
        note=note,
    )


def conclude(card: Card, status: CardStatus, decision: Decision) -> None:
    """Write the decision, the card's new state with its history, and the batch's progress."""
    decision.save(force_insert=True)
    card.status, card.version, card.note = status, card.version + 1, decision.note
    save(card, decision.author, decision.note or decision.get_verdict_display())
    advance(card.batch)
    facts = {"verdict": decision.verdict, "line": card.line, "version": card.version}
    action = "card.reopened" if status == CardStatus.REOPENED else "card.decided"
    diff = {**facts, "before": decision.before, "after": decision.after}
    record(card.organization, action, card, actor=decision.author, diff=diff)


def advance(batch: Batch) -> None:
    """Move the batch along; a decision on an exported one opens the next revision."""
    if batch.status == BatchStatus.EXPORTED:
        batch.revision += 1
        batch.exported_at = batch.exported_by = None
    waiting = Card.objects.open().filter(batch=batch).exists()
    batch.status = BatchStatus.IN_REVIEW if waiting else BatchStatus.READY
    batch.updated_at = timezone.now()
    batch.save()
