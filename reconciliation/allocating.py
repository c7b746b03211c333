"""A payment divided by hand: one line for many notes, many lines for one, or both at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from conciliacontag.brazil import format_brl
from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from ingestion.models import Document, Transaction
from ingestion.models.documents import PAYABLE
from reconciliation.balances import ZERO, linked, weigh
from reconciliation.booking import Room, book, make_room, room_for
from reconciliation.decisions import Share, check_share, conclude
from reconciliation.ledger import books
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.result_rows import cents, link_of

MOST = 500  # allocations of one link


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a person wants to give of one line to one document (or instalment of it), in reais."""

    transaction_id: UUID
    document_id: UUID
    installment: str = ""
    amount: Decimal | None = None  # None: all that both sides still have
    difference: Decimal = ZERO
    kind: str = ""  # of the difference: DifferenceKind

    @property
    def pair(self) -> tuple[UUID, UUID, str]:
        return self.transaction_id, self.document_id, self.installment


def allocate(
    organization: Organization, asked: Sequence[Allocation], *, user: User, note: str = ""
) -> tuple[list[Reconciliation], bool]:
    """Book these allocations as one link; the rows, and whether they are new.

    The same allocations again are answered with the link that stands.

    Raises:
        NotAllowed: the person may not decide here.
        NotFound: a line or a document is not the organization's.
        InvalidInput: nothing or too much is asked for, a pair comes twice, or the amounts exceed
            the line (`allocation_exceeds_line`) or the document (`allocation_exceeds_document`).
        Conflict: somebody booked a side meanwhile (`transaction_already_reconciled`,
            `document_already_reconciled`), or a document is not valid (`document_not_payable`).
    """
    require(user, organization, Act.DECIDE)
    check_request(asked)
    with books(organization.pk):
        lines, notes = both_sides(organization, asked)
        standing = standing_link(asked)
        if standing:
            return standing, False
        rows = [as_row(organization, one, user, note) for one in asked]
        parts = filled(rows, asked)
        refuse_excess(parts, lines, notes)
        touched = make_room(parts)
        Reconciliation.objects.bulk_create(parts)
        book(parts, user, exact=True)
        conclude(parts, touched, user, "match.allocated")
    return parts, True


def check_request(asked: Sequence[Allocation]) -> None:
    if not asked or len(asked) > MOST:
        raise InvalidInput(
            f"Informe de 1 a {MOST} alocações, cada uma com um lançamento e uma nota.",
            code="allocations_out_of_range",
        )
    if len({one.pair for one in asked}) < len(asked):
        raise InvalidInput(
            "O mesmo par de lançamento e nota aparece duas vezes. Some os valores em uma alocação.",
            code="allocation_repeated",
        )
    for one in asked:
        if one.amount is not None or one.kind or one.difference:
            amount = Decimal(1) if one.amount is None else one.amount
            check_share(Share(amount, one.difference, one.kind))


def both_sides(
    organization: Organization, asked: Iterable[Allocation]
) -> tuple[dict[UUID, Transaction], dict[UUID, Document]]:
    """The lines and documents that are asked for, by identifier."""
    line_ids = {one.transaction_id for one in asked}
    note_ids = {one.document_id for one in asked}
    lines = Transaction.objects.money().filter(organization=organization).in_bulk(list(line_ids))
    notes = Document.objects.filter(organization=organization).in_bulk(list(note_ids))
    if lines.keys() != line_ids or notes.keys() != note_ids:
        raise NotFound(
            "Um dos lançamentos ou notas não foi encontrado nesta empresa. Confira os números."
        )
    valid = Document.objects.filter(PAYABLE, pk__in=note_ids).values_list("pk", flat=True)
    for pk in note_ids - set(valid):
        raise Conflict(
            f"{notes[pk]} não pode ser conciliada: foi cancelada, é de teste ou de terceiros. "
            "Escolha a nota que vale.",
            code="document_not_payable",
            details={"document_id": str(pk)},
        )
    return lines, notes


def standing_link(asked: Sequence[Allocation]) -> list[Reconciliation]:
    """The rows of a link that a person booked and that says just what is asked for."""
    first = asked[0]
    booked = Reconciliation.objects.matched().by_people()
    same = booked.filter(
        transaction=first.transaction_id, document=first.document_id, installment=first.installment
    ).first()
    rows = list(linked([same.link]).order_by("pk")) if same else []
    said = {(row.transaction_id, row.document_id, row.installment): row for row in rows}
    if said.keys() != {one.pair for one in asked}:
        return []
    return rows if all(is_said(one, said[one.pair]) for one in asked) else []


def is_said(one: Allocation, row: Reconciliation) -> bool:
    explained = (one.difference, one.kind) == (row.difference, row.difference_kind)
    return explained and one.amount in (None, row.amount)


def as_row(organization: Organization, one: Allocation, user: User, note: str) -> Reconciliation:
    return Reconciliation(
        organization=organization,
        transaction_id=one.transaction_id,
        document_id=one.document_id,
        installment=one.installment,
        status=ReconciliationStatus.PARTIAL,
        amount=one.amount or ZERO,
        difference=one.difference,
        difference_kind=one.kind,
        score=ZERO,
        reason=note or f"Vínculo montado por {user.name}, sem proposta da máquina.",
        performed_by=user,
        decided_at=timezone.now(),
    )


def filled(rows: list[Reconciliation], asked: Sequence[Allocation]) -> list[Reconciliation]:
    """Rows with every amount: one that is not told is all that both sides still have, in order."""
    room = room_for(rows, people_only=True)  # of a line, what only a machine booked gives way
    for row, one in zip(rows, asked, strict=True):
        if one.amount is None:
            row.amount = what_fits(row, room)
        room.take(row)
    link = link_of(
        (
            str(row.transaction_id), str(row.document_id), row.installment, cents(row.amount),
            cents(row.difference), row.difference_kind,
        )
        for row in rows
    )  # fmt: skip
    for row in rows:
        row.link = link
    return rows


def what_fits(row: Reconciliation, room: Room) -> Decimal:
    """The largest amount that leaves room for the row's own difference on both sides."""
    extra = weigh(ZERO, row.difference, row.difference_kind)
    left = min(room.of_line(row) - extra.used, room.of_document(row) - extra.settled)
    if left <= 0:
        raise Conflict(
            f"Não resta valor a alocar para {row.document}: o lançamento ou a nota já está "
            "conciliado. Desfaça a outra conciliação ou escolha outra nota.",
            code="nothing_left_to_allocate",
            details={
                "transaction_id": str(row.transaction_id), "document_id": str(row.document_id),
            },
        )  # fmt: skip
    return left


def refuse_excess(
    rows: Iterable[Reconciliation], lines: dict[UUID, Transaction], notes: dict[UUID, Document]
) -> None:
    """Amounts that no line or document could hold, whatever else is booked."""
    used: defaultdict[UUID | None, Decimal] = defaultdict(Decimal)
    settled: defaultdict[UUID | None, Decimal] = defaultdict(Decimal)
    for row in rows:
        side = weigh(row.amount, row.difference, row.difference_kind)
        used[row.transaction_id] += side.used
        settled[row.document_id] += side.settled
    for pk, line in lines.items():
        if used[pk] > abs(line.amount):
            raise excess("O lançamento", abs(line.amount), used[pk], "allocation_exceeds_line", pk)
    for pk, note in notes.items():
        if settled[pk] > note.total_amount:
            total = note.total_amount
            raise excess(str(note), total, settled[pk], "allocation_exceeds_document", pk)


def excess(what: str, has: Decimal, asked: Decimal, code: str, pk: UUID) -> InvalidInput:
    return InvalidInput(
        f"{what} tem {format_brl(has)} e as alocações somam {format_brl(asked)}. "
        f"Reduza {format_brl(asked - has)} ou dê nome à diferença.",
        code=code,
        status=422,
        details={"id": str(pk), "total": str(has), "asked": str(asked)},
    )
