"""What an organization still has open, as the plain values the engine compares."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef

from conciliacontag.brazil import cnpj_root
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, MatchStatus, Transaction
from ingestion.models.documents import PAYABLE, Direction
from reconciliation.engine import OpenDocument, OpenTransaction, Payable
from reconciliation.models import Reconciliation, ReconciliationQuerySet
from reconciliation.periods.closed import in_closed_period

CHUNK = 5000
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
    "normalized__installments",
)


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
    installments: list[dict[str, Any]] | None


def open_documents(organization: Organization, *, force: bool) -> Iterator[OpenDocument]:
    """Documents that wait for money; with `force` also those that only a machine booked."""
    documents = Document.objects.filter(PAYABLE, organization=organization)
    booked = booked_rows(organization, force=force)
    if not force:
        documents = documents.open()
        booked = booked.exclude(document__status=MatchStatus.RECONCILED)
    taken: defaultdict[UUID | None, set[str]] = defaultdict(set)
    for document_id, installment in booked.values_list("document_id", "installment"):
        taken[document_id].add(installment)
    root = cnpj_root(organization.cnpj)
    for values in documents.values_list(*DOCUMENT_COLUMNS).iterator(CHUNK):
        row = DocumentRow(*values)
        payables = payables_of(row, taken.get(row.id, set()))
        if payables:
            yield as_open_document(row, root, payables)


def booked_rows(organization: Organization, *, force: bool) -> ReconciliationQuerySet:
    """The bookings a run takes as given."""
    rows = Reconciliation.objects.filter(organization=organization).matched()
    return rows.by_people() if force else rows


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
    )


def payables_of(row: DocumentRow, taken: Collection[str]) -> tuple[Payable, ...]:
    """The declared instalments when they add up to the total, otherwise the whole when issued."""
    if "" in taken:
        return ()
    declared = declared_installments(row.installments or (), row.issued_on)
    if sum(payable.amount for payable in declared) != row.total:
        declared = [Payable("", row.issued_on, row.total)]
    return tuple(payable for payable in declared if payable.installment not in taken)


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


def open_transactions(organization: Organization, *, force: bool) -> Iterator[OpenTransaction]:
    """Lines that wait for a document and that no person has decided about.

    Boletos that were paid are among them, each with its own payer. Entries of the ledger are not:
    they repeat a movement in the company's own words.
    """
    decided = Reconciliation.objects.by_people().filter(transaction=OuterRef("pk"))
    lines = Transaction.objects.money().filter(~Exists(decided), organization=organization)
    lines = lines.exclude(in_closed_period())
    if not force:
        lines = lines.open()
    columns = ("id", "date", "amount", "memo", "payee")
    for line_id, day, amount, memo, payee in lines.values_list(*columns).iterator(CHUNK):
        yield OpenTransaction(str(line_id), day, amount, memo, payee)
