"""What every act on a card leaves behind: its decision, the card's state, the batch's progress."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from audits.models import Batch, BatchStatus, Card, CardStatus, Decision, Response, Verdict
from conciliacontag.organizations.audit_log import Deed, record_all
from conciliacontag.organizations.models import User

ACTIONS = {
    Verdict.REOPEN: "card.reopened",
    Verdict.UNDO: "card.undone",
    Verdict.NOTE: "card.noted",
    Verdict.SKIP: "card.skipped",
}
STATE = ("status", "version", "note", "skipped_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Word:
    """Who says it, why, whom a client's program names, and with what else it was said at once."""

    author: User
    note: str = ""
    on_behalf_of: str = ""
    together: UUID | None = None


@dataclass(frozen=True, slots=True)
class CardAct:
    """One act on one card, not yet written: the card as it will be, the decision, the answers."""

    card: Card
    decision: Decision
    responses: list[Response] = field(default_factory=list)


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
        together=word.together,
        status_before=card.status,
        version_seen=card.version,
        before=before,
        after=after,
        note=word.note,
    )


def concluded(
    card: Card, status: CardStatus, decision: Decision, responses: list[Response], *, note: str
) -> CardAct:
    """The act that gives a card its new state."""
    card.status, card.version, card.note = status, card.version + 1, note
    card.skipped_at = None  # should it wait again, then in its own place
    return CardAct(card, decision, responses)


def write_acts(acts: Sequence[CardAct]) -> None:
    """Write acts on cards of one batch at once, each tracked row with who and why in its history.

    One act or five hundred: the same few statements.
    """
    if not acts:
        return
    Decision.objects.bulk_create([act.decision for act in acts])
    responses = [sign(row, act.decision) for act in acts for row in act.responses]
    known = [row for row in responses if not row._state.adding]
    bulk_create_with_history([row for row in responses if row._state.adding], Response)
    bulk_update_with_history(known, Response, ["corrected_value", "updated_at"])
    keep_state(acts)
    advance(acts[0].card.batch)
    log(acts)


def keep_state(acts: Iterable[CardAct]) -> None:
    """Write what the acts made of their cards, one statement for all that stand alike now."""
    now = timezone.now()
    alike: defaultdict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for act in acts:
        act.card.updated_at = now
        sign(act.card, act.decision)
        alike[tuple(getattr(act.card, name) for name in STATE)].append(act.card.pk)
    for values, ids in alike.items():
        Card.objects.filter(pk__in=ids).update(**dict(zip(STATE, values, strict=True)))
    bulk_update_with_history([act.card for act in acts], Card, [])


def sign(row: Any, decision: Decision) -> Any:
    """Let a tracked row's history name who changed it and why."""
    row._history_user = decision.author
    row._change_reason = decision.note or decision.get_verdict_display()
    return row


def log(acts: Sequence[CardAct]) -> None:
    """Write the acts into the organization's chained log."""
    record_all(acts[0].card.organization, [as_deed(act.card, act.decision) for act in acts])


def as_deed(card: Card, decision: Decision) -> Deed:
    diff: dict[str, Any] = {
        "verdict": decision.verdict,
        "line": card.line,
        "version": card.version,
        "before": decision.before,
        "after": decision.after,
    }
    if decision.on_behalf_of:
        diff["on_behalf_of"] = decision.on_behalf_of
    if decision.together:
        diff["together"] = decision.together
    action = ACTIONS.get(Verdict(decision.verdict), "card.decided")
    return Deed(action, card, decision.author, diff)


def advance(batch: Batch) -> None:
    """Move the batch along; a decision on an exported one opens the next revision."""
    if batch.status == BatchStatus.EXPORTED:
        batch.revision += 1
        batch.exported_at = batch.exported_by = None
    waiting = Card.objects.open().filter(batch=batch).exists()
    batch.status = BatchStatus.IN_REVIEW if waiting else BatchStatus.READY
    batch.save(update_fields=["status", "revision", "exported_at", "exported_by", "updated_at"])
