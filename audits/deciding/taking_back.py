"""Taking decisions back: reopening a card, undoing step by step, or many cards as one."""

from uuid import UUID

from audits.deciding.holding import (
    check_version,
    decisions_of,
    held_card,
    newest,
    reopening_act,
    standing,
)
from audits.deciding.matches import is_own, restore_match
from audits.deciding.together import Outcome, act_together
from audits.deciding.writing import CardAct, Word, concluded, describe, write_acts
from audits.exports.running import refuse_while_exporting
from audits.models import Card, CardStatus, Decision, Response, Verdict
from audits.responses import (
    ABOUT_THE_MATCH,
    changed_responses,
    current_values,
    read,
    withdrawn_match,
)
from conciliacontag.database import session
from conciliacontag.errors import Conflict, NotFound
from conciliacontag.keys import new_id
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import User
from reconciliation.services import undo_match


def reopen_card(
    card_id: UUID, *, author: User, version: int, note: str = "", on_behalf_of: str = ""
) -> Card:
    """Take a decision back: the match is undone and the card waits again.

    What was said about the document is withdrawn; other corrections stay as a draft.

    Raises:
        NotFound: there is no such card.
        NotAllowed: the role may not reopen, or only its own decisions.
        Conflict: `card_changed`, or `card_not_resolved` when nothing was decided.
        Busy: the batch is being exported.
    """
    with held_card(card_id, author) as card:
        decisions = decisions_of(card)
        last, stands = newest(decisions), standing(decisions)
        if is_again(last, Verdict.REOPEN, author, version) and card.is_open:
            return card
        require(author, card.organization, reopening_act(stands[-1] if stands else None, author))
        refuse_while_exporting(card.batch)
        check_version(card, last, version, author)
        if card.is_open:
            raise not_resolved(card)
        reopen(card, Word(author, note, on_behalf_of))
    return card


def reopen(card: Card, word: Word, *, entitled: bool = False) -> None:
    """Write a reopening; `entitled` when more than the person's role speaks for it."""
    fields = ABOUT_THE_MATCH if card.transaction else ()
    before = current_values(card, fields)
    after = {name: read(card, name) for name in fields}
    decision = describe(card, Verdict.REOPEN, word, before, after)
    responses: list[Response] = []
    if card.transaction:
        entitled = entitled or is_own(card, card.transaction)
        undo_match(card.transaction, user=word.author, entitled=entitled)
        responses = withdrawn_match(card)
    note = word.note or card.note
    write_acts([concluded(card, CardStatus.REOPENED, decision, responses, note=note)])


def undo_decision(
    card_id: UUID, *, author: User, version: int, note: str = "", on_behalf_of: str = ""
) -> Card:
    """Take back the newest decision or reopening that still counts; again, the one before it.

    Values, state and the reconciliation are as they were before it. Notes and skips are no
    decisions: they stay as they are, and nothing waits for them. The same call sent again, with
    the version it saw, changes nothing.

    Raises:
        NotFound: there is no such card, or its batch was cleaned up.
        NotAllowed: the role may not undo, or only its own decisions.
        Conflict: `card_changed`; `nothing_to_undo`; `match_changed`, `undo_impossible` and what
            the match refuses, when the reconciliation before it cannot be restored.
        Busy: the batch is being exported.
    """
    with held_card(card_id, author) as card:
        decisions = decisions_of(card)
        last, stands = newest(decisions), standing(decisions)
        if is_again(last, Verdict.UNDO, author, version):
            return card
        target = stands[-1] if stands else None
        require(author, card.organization, reopening_act(target, author))
        refuse_while_exporting(card.batch)
        check_version(card, last, version, author)
        if target is None:
            raise Conflict(
                "Não há decisão para desfazer neste cartão: ele está como foi lido.",
                code="nothing_to_undo",
            )
        word = Word(author, note, on_behalf_of)
        write_acts([taken_back(card, target, stands[:-1], word)])
    return card


def undo_together(
    together: UUID, *, author: User, note: str = "", on_behalf_of: str = "", dry_run: bool = False
) -> Outcome:
    """Take back what one answer said about many cards, from each card on which it still stands.

    A card that was decided otherwise since is named and left as it is. What has been taken back
    already is so as well: the same call again changes nothing.

    Raises:
        NotFound: no decisions share this number, or the batch was cleaned up.
        NotAllowed: the role may not undo, or only its own decisions.
        Busy: the batch is being exported, before anything was taken back.
    """
    targets = decisions_together(together, author)
    word = Word(author, note, on_behalf_of, new_id())

    def undo(card: Card, decisions: list[Decision]) -> CardAct:
        target, stands = targets[card.pk], standing(decisions)
        require(author, card.organization, reopening_act(target, author))
        if not stands or stands[-1].pk != target.pk:
            raise changed_since(target, decisions)
        return taken_back(card, target, stands[:-1], word)

    cards = [Card(pk=one.card_id, line=one.line) for one in targets.values()]
    batch_id = next(iter(targets.values())).batch_id
    return act_together(batch_id, cards, undo, author, dry_run=dry_run)


def decisions_together(together: UUID, author: User) -> dict[UUID, Decision]:
    """By card, the decisions that one answer gave to many; what took some back is not among them.

    Raises:
        NotFound: there are none.
        NotAllowed: the role may not take them back.
    """
    with session(author.roles):
        rows = Decision.objects.filter(together=together).exclude(verdict=Verdict.UNDO)
        targets = {one.card_id: one for one in rows.select_related("organization").order_by("line")}
        if not targets:
            raise NotFound("Esta correção em conjunto não existe. Confira o número e a empresa.")
        first = next(iter(targets.values()))
        require(author, first.organization, reopening_act(first, author))
        return targets


def changed_since(target: Decision, decisions: list[Decision]) -> Conflict:
    if any(one.undoes == target.pk for one in decisions):
        return Conflict("A decisão dada a todos já tinha sido desfeita.", code="already_undone")
    last = standing(decisions)[-1]
    return Conflict(
        f"{last.author.name} mudou este cartão depois da decisão dada a todos.",
        code="card_changed",
        details={"who": last.author.name, "what": last.verdict, "at": last.at.isoformat()},
    )


def is_again(last: Decision | None, verdict: Verdict, author: User, version: int) -> bool:
    """The very call that was carried out last, sent again."""
    if last is None or last.verdict != verdict or last.author_id != author.pk:
        return False
    return last.version_seen == version


def taken_back(card: Card, target: Decision, before: list[Decision], word: Word) -> CardAct:
    """The act that undoes a decision, its match restored, the rest not yet written.

    Args:
        before: the decisions that stand without it, oldest first.
    """
    values = {name: value for name, value in target.before.items() if name != "parcela"}
    decision = describe(card, Verdict.UNDO, word, current_values(card, values), values)
    decision.undoes = target.pk
    restore_match(card, target, before, word.author)
    status = CardStatus(target.status_before or status_after(before))
    note = word.note or note_after(card, target, before)
    return concluded(card, status, decision, changed_responses(card, values), note=note)


def status_after(decisions: list[Decision]) -> CardStatus:
    """The state these leave a card in, for decisions that did not keep the one they found."""
    if not decisions:
        return CardStatus.PENDING
    is_open = decisions[-1].verdict == Verdict.REOPEN
    return CardStatus.REOPENED if is_open else CardStatus.RESOLVED


def note_after(card: Card, target: Decision, before: list[Decision]) -> str:
    """The note of the undone decision goes with it; one that came from elsewhere stays."""
    if not target.note or card.note != target.note:
        return card.note
    return next((one.note for one in reversed(before) if one.note), "")


def not_resolved(card: Card) -> Conflict:
    return Conflict(
        f"O cartão está {card.get_status_display().lower()}; só um cartão decidido pode ser "
        "reaberto.",
        code="card_not_resolved",
        details={"current": card.status, "wanted": "reopened", "allowed": ["resolved"]},
    )
