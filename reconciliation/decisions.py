"""What people decide about matches; the machine gives way to all of it."""

from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from conciliacontag.errors import Conflict
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from ingestion.models import Document, Transaction
from reconciliation.ledger import books
from reconciliation.models import (
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
)
from reconciliation.statuses import settle

MATCHED = ReconciliationStatus.MATCHED


def propose_match(
    transaction: Transaction, document: Document, *, user: User, installment: str = ""
) -> Reconciliation:
    """The row that links this pair, made when no run proposed it; `confirm_match` books it."""
    require(user, transaction.organization, Act.DECIDE)
    with books(transaction.organization_id):
        known = Reconciliation.objects.filter(
            transaction=transaction, document=document, installment=installment
        )
        return known.first() or Reconciliation.objects.create(
            organization_id=transaction.organization_id,
            document=document,
            installment=installment,
            transaction=transaction,
            status=ReconciliationStatus.PARTIAL,
            amount=min(abs(transaction.amount), document.total_amount),
            score=Decimal(0),
            reason=f"Par escolhido por {user.name}, sem proposta da máquina.",
            performed_by=user,
            decided_at=timezone.now(),
        )


def confirm_match(reconciliation: Reconciliation, *, user: User) -> Reconciliation:
    """Book a pair on a person's word. The same word twice changes nothing.

    Raises:
        NotAllowed: the person may not decide here.
        Conflict: a later run replaced the proposal, or one side is already booked by somebody.
    """
    require(user, reconciliation.organization, Act.DECIDE)
    with books(reconciliation.organization_id):
        row = Reconciliation.objects.select_for_update().filter(pk=reconciliation.pk).first()
        if row is None or row.document_id is None or row.transaction_id is None:
            raise Conflict(
                "Esta proposta não existe mais: uma nova conciliação a substituiu. "
                "Atualize a página e decida de novo.",
                code="proposal_replaced",
            )
        if row.status == MATCHED and row.performed_by_id:
            return row
        others = Reconciliation.objects.filter(transaction=row.transaction_id).exclude(pk=row.pk)
        refuse_second_booking(others)
        touched = {row.document_id, *others.values_list("document_id", flat=True)}
        others.delete()
        book(row, user)
        settle([row.transaction_id], touched)
        record(row.organization, "match.confirmed", row, actor=user, diff=facts(row))
    return row


def refuse_second_booking(others: ReconciliationQuerySet) -> None:
    """A person's earlier booking of the line stands until it is undone; a machine's gives way."""
    earlier = others.matched().by_people().select_related("performed_by", "document").first()
    if earlier is not None and earlier.performed_by is not None:
        raise Conflict(
            f"O lançamento já foi conciliado com {earlier.document} por "
            f"{earlier.performed_by.name}. Desfaça essa conciliação antes de escolher outra nota.",
            code="transaction_already_reconciled",
            details={"reconciliation_id": str(earlier.pk)},
        )


def book(row: Reconciliation, user: User) -> None:
    """Allocate what the document still lacks, at most the amount of the proposal."""
    document = row.document
    if document is None:  # the caller has refused rows without a document
        raise ValueError(row.pk)
    others = Reconciliation.objects.matched().filter(document=document).exclude(pk=row.pk)
    left = document.total_amount - (others.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))
    if left <= 0 or (row.installment and others.filter(installment=row.installment).exists()):
        raise Conflict(
            f"{document} já está conciliada por inteiro com outro lançamento. "
            "Desfaça aquela conciliação ou escolha outra nota.",
            code="document_already_reconciled",
            details={"document_id": str(document.pk)},
        )
    taken = others.count()
    if not row.installment and taken:
        row.installment = f"pagamento {taken + 1}"
    row.amount = min(row.amount, left)
    row.status, row.performed_by, row.decided_at = MATCHED, user, timezone.now()
    row.save()


def refuse_matches(transaction: Transaction, *, user: User, reason: str) -> Reconciliation:
    """Say that a line has no document. The same word twice changes nothing.

    Raises:
        NotAllowed: the person may not decide here.
        Conflict: a person has booked the line; that has to be undone first.
    """
    require(user, transaction.organization, Act.DECIDE)
    with books(transaction.organization_id):
        rows = Reconciliation.objects.filter(transaction=transaction)
        said = rows.by_people().filter(status=ReconciliationStatus.UNMATCHED).first()
        if said is not None:
            return said
        refuse_second_booking(rows)
        touched = list(rows.values_list("document_id", flat=True))
        rows.delete()
        row = Reconciliation.objects.create(
            organization_id=transaction.organization_id,
            transaction=transaction,
            status=ReconciliationStatus.UNMATCHED,
            amount=abs(transaction.amount),
            score=Decimal(0),
            reason=reason or f"Sem nota, por decisão de {user.name}.",
            performed_by=user,
            decided_at=timezone.now(),
        )
        settle([transaction.pk], touched)
        record(transaction.organization, "match.refused", row, actor=user, diff=facts(row))
    return row


def undo_match(transaction: Transaction, *, user: User, entitled: bool = False) -> bool:
    """Take back what was decided about a line; False when nothing was.

    The pair stays as a proposal of this person, so that no later run books it again unasked.

    Args:
        entitled: a rule above the person's role asks for it, as a second reading that disagrees.

    Raises:
        NotAllowed: it is somebody else's decision and the role only allows one's own.
    """
    with books(transaction.organization_id):
        rows = Reconciliation.objects.select_for_update().filter(transaction=transaction)
        row = rows.matched().first() or refused(rows).first()
        if row is None:
            return False
        own = row.performed_by_id == user.pk
        if not entitled:
            require(user, transaction.organization, Act.REOPEN_OWN if own else Act.REOPEN)
        before = facts(row)
        if row.status == MATCHED:
            row.status, row.performed_by = ReconciliationStatus.PARTIAL, user
            row.decided_at = timezone.now()
            row.save()
        else:
            refused(rows).delete()
        settle([transaction.pk], [row.document_id])
        record(transaction.organization, "match.undone", transaction, actor=user, diff=before)
    return True


def refused(rows: ReconciliationQuerySet) -> ReconciliationQuerySet:
    return rows.by_people().filter(status=ReconciliationStatus.UNMATCHED)


def facts(row: Reconciliation) -> dict[str, Any]:
    """What the trail keeps of a match."""
    return {
        "transaction": row.transaction_id,
        "document": row.document_id,
        "installment": row.installment,
        "status": row.status,
        "amount": row.amount,
        "score": row.score,
    }
