"""The reconciliation behind a card follows what is decided about it."""

from collections.abc import Sequence

from audits.doubts import SHARED
from audits.models import Card, CardStatus, Decision, Verdict
from audits.responses import current_values
from audits.shipped import RECONCILED, WITHOUT_NOTE
from audits.verdicts import NOTES, Intent, document_by_key, payable_documents, understood
from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.models import User
from ingestion.models import Document, Transaction
from reconciliation.desk.accepting import accept
from reconciliation.desk.answers import ACCEPT, Choice
from reconciliation.desk.answers import Decision as LineDecision
from reconciliation.desk.standing import standing_of
from reconciliation.ledger import books
from reconciliation.models import Reconciliation
from reconciliation.services import confirm_match, propose_match, refuse_matches, undo_match


def settle_match(card: Card, intent: Intent, author: User, note: str) -> None:
    """Let the reconciliation follow the decision."""
    line = card.transaction
    if line is None or not intent.concerns_match:
        return
    if card.status == CardStatus.RESOLVED or intent.clears:
        take_off(card, line, author)
    if intent.refuses:
        refuse_matches(line, user=author, reason=note)
    elif intent.group:
        book_together(line, intent.group, author)
    elif intent.document:
        book(line, intent.document, intent.installment, author)


def book(line: Transaction, document: Document, installment: str, author: User) -> None:
    pair = propose_match(line, document, user=author, installment=installment)
    confirm_match(pair, user=author)


def book_together(line: Transaction, notes: Sequence[Choice], author: User) -> None:
    """Book notes that one payment settles, as they are proposed, or else as they fit."""
    with books(line.organization_id):
        accept(standing_of(line), LineDecision(ACCEPT, notes), author)


def restore_match(card: Card, undone: Decision, before: list[Decision], author: User) -> None:
    """Undo what a decision booked, and book again what stood before it.

    Args:
        before: the decisions that stand without the undone one, oldest first.

    Raises:
        Conflict: `match_changed` when the line was reconciled otherwise meanwhile;
            `undo_impossible`, or what the match itself refuses, when the earlier booking cannot
            be made again.
    """
    line = card.transaction
    if line is None or "situacao" not in undone.before:
        return
    if undone.verdict != Verdict.REOPEN:
        refuse_foreign_match(card, line)
        take_off(card, line, author)
    said = undone.before["situacao"]
    earlier = next((one for one in reversed(before) if "situacao" in one.after), None)
    if said == RECONCILED:
        book_again(card, line, undone.before["documento"], earlier, author)
    elif said == WITHOUT_NOTE:
        refuse_matches(line, user=author, reason=earlier.note if earlier else "")


def book_again(
    card: Card, line: Transaction, key: str, earlier: Decision | None, author: User
) -> None:
    """Book what an earlier decision accepted, one note or several."""
    said = earlier.after if earlier else {}
    if notes := understood(said.get(NOTES, "")):
        ids = {one.document_id for one in notes}
        if payable_documents(card).filter(pk__in=ids).count() < len(ids):
            raise impossible(key)
        book_together(line, notes, author)
        return
    book(line, document_again(card, key), said.get("parcela", ""), author)


def take_off(card: Card, line: Transaction, author: User) -> None:
    """Undo what was booked. The card's own match asks for no more than its decision did,
    whoever's hand last booked it; any other for the right to undo it."""
    undo_match(line, user=author, entitled=is_own(card, line))


def is_own(card: Card, line: Transaction) -> bool:
    """Whether the line stands as the card says, booked or without a note."""
    said = current_values(card, ["documento", "situacao"])
    keys = {row.document.key for row in booked(line) if row.document}
    if not keys:
        return said["situacao"] == WITHOUT_NOTE
    return said["situacao"] == RECONCILED and keys == set(said["documento"].split(SHARED[1]))


def booked(line: Transaction) -> list[Reconciliation]:
    rows = Reconciliation.objects.matched().filter(transaction=line)
    return list(rows.select_related("document").order_by("created_at", "pk"))


def refuse_foreign_match(card: Card, line: Transaction) -> None:
    """What somebody booked outside of the card is not this decision's to take back."""
    row = next(iter(booked(line)), None)
    if row is not None and not is_own(card, line):
        raise Conflict(
            f"O lançamento foi conciliado com {row.document} depois desta decisão. "
            "Desfaça aquela conciliação antes de desfazer a decisão do cartão.",
            code="match_changed",
            details={"reconciliation_id": str(row.pk)},
        )


def document_again(card: Card, key: str) -> Document:
    try:
        return document_by_key(card, key)
    except InvalidInput as refused:
        raise impossible(key) from refused


def impossible(key: str) -> Conflict:
    return Conflict(
        "A nota aceita antes já não pode ser conciliada: foi cancelada ou retirada. Nada foi "
        "desfeito; reabra o cartão e decida de novo.",
        code="undo_impossible",
        details={"document": key},
    )
