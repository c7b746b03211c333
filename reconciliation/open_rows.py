"""What an organization still has open, as the plain values the engine compares.

What was paid in part is open for the rest of it, and so is what is left of a bank line.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from conciliacontag.brazil import cnpj_root
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, MatchStatus, Transaction
from ingestion.models.documents import PAYABLE, Direction
from ingestion.models.transactions import TransactionQuerySet
from reconciliation.balances import ZERO, settled, used_by_line
from reconciliation.engine import OpenDocument, OpenTransaction, Payable
from reconciliation.models import Reconciliation, ReconciliationQuerySet, ReconciliationStatus
from reconciliation.payment_facts import charges_of, identifiers_of, means_of, payer_of
from reconciliation.periods.closed import in_closed_period

CHUNK = 5000
NOTHING: Mapping[str, Decimal] = {}
DOCUMENT_COLUMNS = (
    "id",
    "key",
    "number",
    "issue_date",
    "total_amount",
    "direction",
    "emitter_cnpj",
    "emitter_name",
    "receiver_cnpj",
    "receiver_name",
    "doc_type",
    "withheld_amount",
    "normalized__installments",
    "normalized__payments",
    "normalized__extra__payments",
)
LINE_COLUMNS = ("id", "date", "amount", "memo", "payee", "metadata__identifiers")


class DocumentRow(NamedTuple):
    """One row of `DOCUMENT_COLUMNS`."""

    id: UUID
    key: str
    number: str
    issued_on: date
    total: Decimal
    direction: str
    issuer: str
    issuer_name: str
    recipient: str
    recipient_name: str
    kind: str
    withheld: Decimal
    installments: list[dict[str, Any]] | None
    payments: list[Any] | None
    detailed: list[Any] | None


def open_documents(
    organization: Organization, *, force: bool, among: Sequence[UUID] | None = None
) -> Iterator[OpenDocument]:
    """Documents that wait for money; with `force` also those that only a machine booked.

    Args:
        among: look only at these.
    """
    documents = Document.objects.filter(PAYABLE, organization=organization)
    booked = booked_rows(organization, force=force)
    if among is not None:
        documents, booked = documents.filter(pk__in=among), booked.filter(document__in=among)
    if not force:
        documents = documents.open()
        booked = booked.exclude(document__status=MatchStatus.RECONCILED)
    yield from as_open_documents(organization, documents, paid_by_document(booked))


def count_open(organization: Organization) -> tuple[int, int]:
    """How many documents and how many lines wait."""
    own = {"organization": organization}
    documents = Document.objects.filter(PAYABLE, **own).open()
    return documents.count(), undecided_lines(organization).open().count()


def all_documents(organization: Organization, since: date) -> Iterator[OpenDocument]:
    """Documents issued since a day, each as it was before anything of it was paid."""
    documents = Document.objects.filter(PAYABLE, organization=organization, issue_date__gte=since)
    return as_open_documents(organization, documents, {})


def as_open_documents(
    organization: Organization,
    documents: QuerySet[Document],
    paid: Mapping[UUID, Mapping[str, Decimal]],
) -> Iterator[OpenDocument]:
    root = cnpj_root(organization.cnpj)
    for values in documents.values_list(*DOCUMENT_COLUMNS).iterator(CHUNK):
        row = DocumentRow(*values)
        payables = payables_of(row, paid.get(row.id, NOTHING))
        if payables:
            yield as_open_document(row, root, payables)


def booked_rows(organization: Organization, *, force: bool) -> ReconciliationQuerySet:
    """The bookings a run takes as given; with `force`, those of people and of closed months."""
    rows = Reconciliation.objects.filter(organization=organization).matched()
    kept = ~Q(performed_by=None) | Q(in_closed_period("transaction__"))
    return rows.filter(kept) if force else rows


def paid_by_document(booked: ReconciliationQuerySet) -> Mapping[UUID, Mapping[str, Decimal]]:
    """What is settled of each instalment of each document."""
    paid: defaultdict[UUID, dict[str, Decimal]] = defaultdict(dict)
    sums = booked.order_by().values_list("document_id", "installment").annotate(sum=settled())
    for document_id, installment, amount in sums:
        if document_id:
            paid[document_id][installment] = amount
    return paid


def as_open_document(row: DocumentRow, root: str, payables: tuple[Payable, ...]) -> OpenDocument:
    # The issuer of a note of entry is the organization itself: the other side is the recipient.
    own = cnpj_root(row.issuer) == root
    return OpenDocument(
        id=str(row.id),
        key=row.key,
        number=row.number,
        issued_on=row.issued_on,
        total=row.total,
        receivable=row.direction == Direction.ISSUED,
        party_id=row.recipient if own else row.issuer,
        party_name=row.recipient_name if own else row.issuer_name,
        payables=payables,
        kind=row.kind,
        means=means_of(row.payments, row.detailed),
        withheld=row.withheld,
    )


def payables_of(row: DocumentRow, paid: Mapping[str, Decimal]) -> tuple[Payable, ...]:
    """The declared instalments when they add up to the total, otherwise the whole when issued.

    Args:
        paid: what is settled by instalment. What names none of them settles the earliest first.
    """
    expected = declared_installments(row.installments or (), row.issued_on)
    if sum(payable.amount for payable in expected) != row.total:
        expected = [Payable("", row.issued_on, row.total, declared=False)]
    charges = charges_of(row.detailed, len(expected))
    told = [
        replace(one, our_number=codes.get("our_number", ""), txid=codes.get("txid", ""))
        if codes
        else one
        for one, codes in zip(expected, charges, strict=True)
    ]
    if paid:
        return tuple(remaining(told, paid))
    return tuple(sorted((one for one in told if one.amount > 0), key=lambda one: one.due_on))


def remaining(payables: Sequence[Payable], paid: Mapping[str, Decimal]) -> Iterator[Payable]:
    """What is left of each payable, without those that are settled."""
    names = {payable.installment for payable in payables}
    loose = sum((amount for name, amount in paid.items() if name not in names), ZERO)
    for payable in sorted(payables, key=lambda one: one.due_on):
        left = payable.amount - paid.get(payable.installment, ZERO)
        taken = min(loose, max(left, ZERO))
        loose -= taken
        if left > taken:
            yield (
                replace(payable, amount=left - taken) if left - taken < payable.amount else payable
            )


def declared_installments(installments: Sequence[dict[str, Any]], issued_on: date) -> list[Payable]:
    """Instalments with a name each; issuers repeat numbers or leave them out."""
    names: set[str] = set()
    found: list[Payable] = []
    for position, installment in enumerate(installments, 1):
        name = str(installment.get("number") or position)
        name = name if name not in names else f"{name}/{position}"
        names.add(name)
        due = installment.get("due_on")
        due_on = date.fromisoformat(due) if due else issued_on
        found.append(Payable(name[:60], due_on, Decimal(str(installment["amount"]))))
    return found


def open_transactions(
    organization: Organization, *, force: bool, among: Sequence[UUID] | None = None
) -> Iterator[OpenTransaction]:
    """Lines that wait for a document and that no person has left without one.

    Boletos that were paid are among them, each with its own payer. Entries of the ledger are not:
    they repeat a movement in the company's own words. With `force`, what only a machine booked
    counts as unused.

    Args:
        among: look only at these.
    """
    lines = undecided_lines(organization)
    booked = booked_rows(organization, force=force)
    if among is not None:
        lines, booked = lines.filter(pk__in=among), booked.filter(transaction__in=among)
    if not force:
        lines = lines.open()
        booked = booked.exclude(transaction__status=MatchStatus.RECONCILED)
    taken = used_by_line(booked)
    for values in lines.values_list(*LINE_COLUMNS).iterator(CHUNK):
        line = as_open_line(*values, used=taken.get(values[0], ZERO))
        if line.amount or values[0] not in taken:
            yield line


def undecided_lines(organization: Organization) -> TransactionQuerySet:
    """Lines of open months that no person has left without a document."""
    decided = Reconciliation.objects.by_people().filter(transaction=OuterRef("pk"))
    decided = decided.exclude(status=ReconciliationStatus.MATCHED)
    lines = Transaction.objects.money().filter(~Exists(decided), organization=organization)
    return lines.exclude(in_closed_period())


def all_transactions(organization: Organization, since: date) -> Iterator[OpenTransaction]:
    """Lines since a day, each as it was before anything of it was used."""
    lines = Transaction.objects.money().filter(organization=organization, date__gte=since)
    for values in lines.values_list(*LINE_COLUMNS).iterator(CHUNK):
        yield as_open_line(*values, used=ZERO)


def as_open_line(
    pk: UUID, day: date, amount: Decimal, memo: str, payee: str, said: Any, *, used: Decimal
) -> OpenTransaction:
    """A line less what is used of it."""
    codes = identifiers_of({"identifiers": said})
    left = max(abs(amount) - used, ZERO) if used else abs(amount)
    return OpenTransaction(
        id=str(pk),
        posted_on=day,
        amount=left if amount > 0 else -left,
        memo=memo,
        payee=payee,
        payer=payer_of(said),
        our_number=codes.get("our_number", ""),
        txid=codes.get("txid", ""),
    )
