"""Booking what a person chose for a line: a proposal as it stands, or notes and lines put together.

What is booked is what the desk has shown: differences that the documents prove settle their side.
"""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from conciliacontag.brazil import format_brl
from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.models import User
from ingestion.models import Document, Transaction
from reconciliation.allocating import Allocation
from reconciliation.balances import ZERO, used_by_line
from reconciliation.decisions import Share, accept_rows
from reconciliation.desk.answers import Choice, Decision
from reconciliation.desk.balance import CENTS, FEW_CENTS, Balance, Named, proven
from reconciliation.desk.owing import Debt, read_books
from reconciliation.desk.spreading import Bill, Purse, Slice, spread
from reconciliation.desk.standing import Standing
from reconciliation.models import Reconciliation
from reconciliation.services import allocate

NAMELESS = ("", "unexplained")


def is_accepted(stands: Standing, decision: Decision) -> bool:
    """Whether the line is booked to just these documents, together with just these lines."""
    links = {row.link for row in stands.booked}
    rows = [*stands.booked, *(row for row in stands.others if row.link in links)]
    notes = {Choice(row.document_id, row.installment) for row in rows if row.document_id}
    lines = {row.transaction_id for row in rows} - {stands.line.pk}
    return notes == set(decision.choices) and lines == set(decision.lines)


def accept(stands: Standing, decision: Decision, author: User) -> None:
    """Book it; the caller holds the books and has compared the version."""
    link = proposed(stands, decision)
    if link and not decision.kind:
        for row in link:
            row.organization = stands.line.organization
        accept_rows(link, user=author, shares=shares_of(stands, link))
        return
    asked = [as_allocation(one) for one in slices_of(stands, decision)]
    allocate(stands.line.organization, asked, user=author, note=decision.reason)


def proposed(stands: Standing, decision: Decision) -> list[Reconciliation]:
    """The machine's proposal, or this person's own of before, that says what was chosen."""
    for link in stands.links:
        notes = {Choice(row.document_id, row.installment) for row in link if row.document_id}
        lines = {row.transaction_id for row in link} - {stands.line.pk}
        if notes == set(decision.choices) and lines == set(decision.lines):
            return link
    return []


def shares_of(stands: Standing, link: Sequence[Reconciliation]) -> dict[UUID, Share]:
    """Other amounts than proposed, where the document proves a difference that the row lacks."""
    row = link[0]
    if len(link) > 1 or row.difference_kind not in NAMELESS or row.document is None:
        return {}
    if row.amount == stands.left == row.document.total_amount:
        return {}  # the usual case, without another look
    pks = Document.objects.filter(pk=row.document.pk)
    debt = read_books(pks).debt(row.document.pk, row.installment)
    named = proven(stands.left, [debt.part])
    if not named:
        return {}
    kind, difference = named[0]
    return {row.pk: Share(min(stands.left, debt.amount), difference, kind)}


def slices_of(stands: Standing, decision: Decision) -> list[Slice]:
    """What each line gives to each document, in the order in which they were chosen."""
    purses = [Purse(stands.line.pk, stands.left), *other_purses(stands.line, decision.lines)]
    bills = [
        Bill(debt.document.pk, debt.installment, debt.part) for debt in debts(stands, decision)
    ]
    paid = sum((purse.left for purse in purses), ZERO)
    balance = Balance(paid, [bill.part for bill in bills])
    return spread(purses, bills, named_as(decision.kind, balance))


def named_as(kind: str, balance: Balance) -> Named:
    """The difference by the person's name for it, or by what the documents prove."""
    if not kind or not balance.gap:
        return proven(balance.paid, balance.parts)
    if (balance.gap > 0) != (kind == "interest") and kind != FEW_CENTS:
        raise InvalidInput(
            "Multa e juros vão no que foi pago a mais; desconto, imposto, tarifa e taxa, no que"
            " foi pago a menos. Escolha outro motivo.",
            code="difference_on_the_wrong_side",
        )
    if kind == FEW_CENTS and abs(balance.gap) > CENTS:
        raise InvalidInput(
            f"Centavos são até {format_brl(CENTS)}; aqui a diferença é de"
            f" {format_brl(abs(balance.gap))}. Escolha outro motivo.",
            code="difference_not_cents",
        )
    return ((kind, balance.gap),)


def other_purses(line: Transaction, wanted: Sequence[UUID]) -> list[Purse]:
    """Lines that pay together with it, in their order.

    Raises:
        NotFound: one is not of the organization.
        InvalidInput: money that came in beside money that went out.
    """
    if not wanted:
        return []
    mine = Transaction.objects.money().filter(organization=line.organization_id)
    found = mine.in_bulk(list(wanted))
    if len(found) < len(set(wanted)) or line.pk in found:
        raise NotFound("Um dos lançamentos marcados não foi encontrado. Atualize a página.")
    if any((one.amount > 0) != (line.amount > 0) for one in found.values()):
        raise InvalidInput(
            "Junte só entradas, ou só saídas: uma nota não é paga pelas duas.",
            code="lines_of_both_sides",
        )
    used = used_by_line(Reconciliation.objects.filter(transaction__in=found))
    return [Purse(pk, left_of(found[pk], used.get(pk, ZERO))) for pk in wanted]


def left_of(line: Transaction, used: Decimal) -> Decimal:
    left = abs(line.amount) - used
    if left <= 0:
        raise Conflict(
            f"O lançamento de {line.date:%d/%m} já está conciliado por inteiro. Desmarque-o ou"
            " desfaça a outra conciliação.",
            code="transaction_already_reconciled",
            details={"transaction_id": str(line.pk)},
        )
    return left


def debts(stands: Standing, decision: Decision) -> list[Debt]:
    """What the chosen documents still expect.

    Raises:
        NotFound: one is not of the organization.
        Conflict: one is paid already.
    """
    ids = {one.document_id for one in decision.choices}
    rows = Document.objects.filter(organization=stands.line.organization_id, pk__in=ids)
    books = read_books(rows)
    if len(books.documents) < len(ids):
        raise NotFound("Esta nota não foi encontrada nesta empresa. Atualize a página.")
    found = [books.debt(one.document_id, one.installment) for one in decision.choices]
    for debt in found:
        if debt.amount <= 0:
            raise Conflict(
                f"{debt.name} já está conciliada com outro lançamento. Desfaça aquela conciliação"
                " ou escolha outra nota.",
                code="document_already_reconciled",
                details={"document_id": str(debt.document.pk)},
            )
    return found


def as_allocation(one: Slice) -> Allocation:
    return Allocation(one.line, one.document, one.installment, one.amount, one.difference, one.kind)
