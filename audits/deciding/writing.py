"""What every act on a card leaves behind: its decision, the card's state, the batch's progress."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from audits.models import Batch, BatchStatus, Card, CardStatus, Decision, Verdict
from audits.responses import save
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User

ACTIONS = {
    Verdict.REOPEN: "card.reopened",
    Verdict.UNDO: "card.undone",
    Verdict.NOTE: "card.noted",
    Verdict.SKIP: "card.skipped",
}


@dataclass(frozen=True, slots=True)
class Word:
    """Who says it, why, and whom a client's program names as the person at its screen."""

    author: User
    note: str = ""
    on_behalf_of: str = ""


def describe(
    card: Card,
    verdict: Verdict,
    word: Word,
    before: dict[str, str],
    after: dict[str, str],
) -> Decision:
    """The decision's record, not yet written."""
    return Decision(
        organization=card.organization,
        batch_id=card.batch_id,
        card_id=card.pk,
        line=card.line,
        verdict=verdict,
        author=word.author,
        on_behalf_of=word.on_behalf_of,
        status_before=card.status,
        version_seen=card.version,
        before=before,
        after=after,
        note=word.note,
    )


def conclude(card: Card, status: CardStatus, decision: Decision, *, note: str) -> None:
    """Write the decision, the card's new state with its history, and the batch's progress."""
    decision.save(force_insert=True)
    card.status, card.version, card.note = status, card.version + 1, note
    card.skipped_at = None  # should it wait again, then in its own place
    save(card, decision.author, decision.note or decision.get_verdict_display())
    advance(card.batch)
    log(card, decision)


def log(card: Card, decision: Decision) -> None:
    """Write the act into the organization's chained log."""
    diff: dict[str, Any] = {
        "verdict": decision.verdict,
        "line": card.line,
        "version": card.version,
        "before": decision.before,
        "after": decision.after,
    }
    if decision.on_behalf_of:
        diff["on_behalf_of"] = decision.on_behalf_of
    action = ACTIONS.get(Verdict(decision.verdict), "card.decided")
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
