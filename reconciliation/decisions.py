"""What people decide about proposals; the machine gives way to all of it."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Subquery
from django.utils import timezone

from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from ingestion.models import Document, Transaction
from reconciliation.balances import linked, used_by_line
from reconciliation.booking import Touched, book, make_room, refuse_full_lines
from reconciliation.displacing import keep, set_aside
from reconciliation.ledger import books
from reconciliation.models import (
    MATCHED,
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
)
from reconciliation.statuses import settle

Rows = list[Reconciliation]


@dataclass(frozen=True, slots=True)
class Share:
    """What a person gives to one allocation of a link, in reais."""

    amount: Decimal
    difference: Decimal = Decimal(0)  # signed: the payment brings more (positive) or less
    kind: str = ""  # of the difference: DifferenceKind


def propose_match(
    transaction: Transaction, document: Document, *, user: User, installment: str = ""
) -> Reconciliation:
    """The row that links this pair, made when no run proposed it; `confirm_match` books it."""
    require(user, transaction.organization, Act.DECIDE)
    with books(transaction.organization_id):
        known = known_pair(transaction, document, installment)
        return known or Reconciliation.objects.create(
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


def known_pair(
    transaction: Transaction, document: Document, installment: str
) -> Reconciliation | None:
    """The pair's booking, or a proposal of this pair alone, not as a part of a larger payment."""
    same = Reconciliation.objects.filter(link=OuterRef("link")).order_by().values("link")
    rows = Reconciliation.objects.filter(
        transaction=transaction, document=document, installment=installment
    ).annotate(size=Subquery(same.annotate(size=Count("pk")).values("size")))
    booked = rows.filter(MATCHED).first()
    return booked or rows.filter(size=1).order_by(F("score").desc(), "pk").first()


def confirm_match(reconciliation: Reconciliation, *, user: User) -> Reconciliation:
    """Book a proposal and all of its link, on a person's word. Twice changes nothing.

    Raises:
        NotAllowed: the person may not decide here.
        Conflict: a later run replaced the proposal, or one side is already booked by somebody.
    """
    rows = accept_link(reconciliation, user=user)
    return next((row for row in rows if row.pk == reconciliation.pk), rows[0])


def accept_link(
    reconciliation: Reconciliation, *, user: User, shares: Mapping[UUID, Share] | None = None
) -> list[Reconciliation]:
    """Book every row of a link on a person's word. The same word twice changes nothing.

    Args:
        shares: other amounts for some of its rows, by their identifiers.

    Raises:
        NotAllowed: the person may not decide here.
        InvalidInput: a share is not of this link, or not a possible amount.
        Conflict: `proposal_replaced`, `already_accepted` with other amounts, or one side is
            booked already (`transaction_already_reconciled`, `document_already_reconciled`).
    """
    require(user, reconciliation.organization, Act.DECIDE)
    with books(reconciliation.organization_id):
        return accept_rows(rows_to_accept(reconciliation), user=user, shares=shares or {})


def accept_rows(rows: Rows, *, user: User, shares: Mapping[UUID, Share]) -> list[Reconciliation]:
    """Book these rows, all of one link; the caller holds the books and has read them under it.

    Raises:
        InvalidInput, Conflict: as `accept_link`.
    """
    if all(row.status == ReconciliationStatus.MATCHED and row.performed_by_id for row in rows):
        refuse_other_amounts(rows, shares)
        return rows
    before = [copy(row) for row in rows]
    apply_shares(rows, shares)
    standing = kept_in_spite(rows)
    if standing is not None:
        return [standing]
    touched = make_room(rows)
    book(rows, user, exact=bool(shares))
    keep(changed(before, rows), rows[0].link)
    conclude(rows, touched, user, "match.confirmed")
    return rows


def changed(before: Iterable[Reconciliation], rows: Iterable[Reconciliation]) -> Rows:
    """The rows as they were, of those that were booked with other amounts than proposed."""
    return [
        was
        for was, row in zip(before, rows, strict=True)
        if (was.amount, was.difference) != (row.amount, row.difference)
    ]


def rows_to_accept(reconciliation: Reconciliation) -> list[Reconciliation]:
    row = Reconciliation.objects.filter(pk=reconciliation.pk).first()
    if row is None or row.document_id is None or row.transaction_id is None:
        raise Conflict(
            "Esta proposta não existe mais: uma nova conciliação a substituiu. "
            "Atualize a página e decida de novo.",
            code="proposal_replaced",
        )
    held = linked([row.link]).select_for_update(of=("self",)).order_by("pk")
    return list(held.select_related("document", "organization"))


def refuse_other_amounts(rows: Iterable[Reconciliation], shares: Mapping[UUID, Share]) -> None:
    for row in rows:
        share = shares.get(row.pk)
        if share and share != Share(row.amount, row.difference, row.difference_kind):
            who = row.performed_by.name if row.performed_by else ""
            raise Conflict(
                f"Esta conciliação já foi aceita por {who} com outro valor. "
                "Desfaça antes de aceitar com valores diferentes.",
                code="already_accepted",
                details={"reconciliation_id": str(row.pk)},
            )


def apply_shares(rows: Sequence[Reconciliation], shares: Mapping[UUID, Share]) -> None:
    """Give rows the amounts a person chose.

    Raises:
        InvalidInput: a share is not of these rows, or not a possible amount.
    """
    if unknown := shares.keys() - {row.pk for row in rows}:
        raise InvalidInput(
            "Um dos valores informados não é desta conciliação. Atualize a página e tente de novo.",
            code="unknown_allocation",
            details={"reconciliation_ids": sorted(map(str, unknown))},
        )
    for row in rows:
        share = shares.get(row.pk)
        if share:
            check_share(share)
            row.amount = share.amount
            row.difference, row.difference_kind = share.difference, share.kind


def check_share(share: Share) -> None:
    if share.amount <= 0:
        raise InvalidInput(
            "Cada valor alocado precisa ser maior que zero. Corrija o valor ou retire a nota.",
            code="invalid_amount",
        )
    if bool(share.difference) != bool(share.kind):
        raise InvalidInput(
            "Informe juntos o valor da diferença e o seu motivo (juros, desconto, tarifa, "
            "retenção, cartão, centavos ou sem explicação).",
            code="difference_without_kind",
        )


def kept_in_spite(rows: Sequence[Reconciliation]) -> Reconciliation | None:
    """A person's booking that this warning is about, kept on the person's word."""
    warning = rows[0]
    if not warning.alert:
        return None
    earlier = Reconciliation.objects.matched().by_people()
    booked = earlier.filter(transaction=warning.transaction, document=warning.document).first()
    if booked is not None:
        booked.alert = warning.alert
        booked.save(update_fields=["alert"])
        Reconciliation.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return booked


def conclude(
    rows: Sequence[Reconciliation],
    touched: Touched,
    user: User,
    action: str,
    told: Mapping[str, Any] | None = None,
) -> None:
    settle(touched.lines, touched.documents)
    diff = {**link_facts(rows), **(told or {})}
    record(rows[0].organization, action, rows[0], actor=user, diff=diff)


def refuse_matches(
    transaction: Transaction,
    *,
    user: User,
    reason: str,
    action: str = "match.refused",
    told: Mapping[str, Any] | None = None,
) -> Reconciliation:
    """Say that a line, or what is left of it, has no document. Twice changes nothing.

    Args:
        action: what the trail calls it, with what is `told` beside its usual facts.

    Raises:
        NotAllowed: the person may not decide here.
        Conflict: a person has booked all of the line; that has to be undone first.
    """
    require(user, transaction.organization, Act.DECIDE)
    with books(transaction.organization_id):
        rows = Reconciliation.objects.filter(transaction=transaction)
        if said := rows.by_people().filter(status=ReconciliationStatus.UNMATCHED).first():
            return said
        refuse_full_lines((), rows.matched().by_people())
        gone, used = in_the_way(transaction, rows)
        touched = Touched({transaction.pk})
        touched.add(gone)
        row = Reconciliation(
            organization_id=transaction.organization_id,
            transaction=transaction,
            status=ReconciliationStatus.UNMATCHED,
            amount=abs(transaction.amount) - used,
            score=Decimal(0),
            reason=reason or f"Sem nota, por decisão de {user.name}.",
            performed_by=user,
            decided_at=timezone.now(),
        )
        set_aside(gone, row.link)
        row.save(force_insert=True)
        conclude([row], touched, user, action, told)
    return row


def in_the_way(
    transaction: Transaction, rows: ReconciliationQuerySet
) -> tuple[list[Reconciliation], Decimal]:
    """What goes when a line is said to have no document, and how much of it stays used."""
    gone = list(rows.exclude(MATCHED))
    used = used_by_line(rows).get(transaction.pk, Decimal(0))
    if used >= abs(transaction.amount):  # of a line that is booked in part, the rest is meant
        gone += linked(rows.by_machine().values_list("link", flat=True))
        used = used_by_line(rows.by_people()).get(transaction.pk, Decimal(0))
    return gone, used


def link_facts(rows: Sequence[Reconciliation]) -> dict[str, Any]:
    """What the trail keeps of a link: its first allocation, and all of them when they are many."""
    many = {"allocations": [facts(row) for row in rows]} if len(rows) > 1 else {}
    return {**facts(rows[0]), "link": rows[0].link, **many}


def facts(row: Reconciliation) -> dict[str, Any]:
    """What the trail keeps of one allocation."""
    said = {
        "transaction": row.transaction_id,
        "document": row.document_id,
        "installment": row.installment,
        "status": row.status,
        "amount": row.amount,
        "score": row.score,
    }
    if row.difference:
        said |= {"difference": row.difference, "difference_kind": row.difference_kind}
    return said
