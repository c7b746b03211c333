"""What an organization still has open, as the plain values the engine compares.

What was paid in part is open for the rest of it, and so is what is left of a bank line.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from conciliacontag.brazil import cnpj_root
from conciliacontag.organizations.models import Organization
from conciliacontag.postgres.identifiers import Id, these
from ingestion.models import Document, MatchStatus, Transaction
from ingestion.models.documents import PAYABLE
from ingestion.models.transactions import TransactionQuerySet
from reconciliation.balances import ZERO, settled_by_part, used_by_line
from reconciliation.document_rows import read_papers
from reconciliation.engine import OpenTransaction, Papers
from reconciliation.models import Reconciliation, ReconciliationQuerySet, ReconciliationStatus
from reconciliation.periods.closed import in_closed_period

# As text: converting identifiers and contents value by value is dearer than reading them.
SAID = [KT(f"metadata__identifiers__{name}") for name in ("tax_id", "our_number", "txid")]
LINE_COLUMNS: tuple[str | Combinable, ...] = (
    Cast("pk", TextField()),
    "date",
    "amount",
    "memo",
    "payee",
    *SAID,
)


def open_documents(
    organization: Organization, *, force: bool, among: Iterable[Id] | None = None
) -> Papers:
    """Documents that wait for money; with `force` also those that only a machine booked.

    Args:
        among: look only at these.
    """
    documents = Document.objects.filter(PAYABLE, organization=organization)
    booked = booked_rows(organization, force=force)
    if not force:
        documents = documents.open()
    if among is not None:
        asked = these(among)
        documents, booked = documents.filter(pk__in=asked), booked.filter(document__in=asked)
    elif not force:
        booked = booked.exclude(document__status=MatchStatus.RECONCILED)
    return read_papers(documents, settled_by_part(booked), cnpj_root(organization.cnpj))


def count_open(organization: Organization) -> tuple[int, int]:
    """How many documents and how many lines wait."""
    own = {"organization": organization}
    documents = Document.objects.filter(PAYABLE, **own).open()
    return documents.count(), undecided_lines(organization).open().count()


def all_documents(organization: Organization, since: date) -> Papers:
    """Documents issued since a day, each as it was before anything of it was paid."""
    documents = Document.objects.filter(PAYABLE, organization=organization, issue_date__gte=since)
    return read_papers(documents, {}, cnpj_root(organization.cnpj))


def booked_rows(organization: Organization, *, force: bool) -> ReconciliationQuerySet:
    """The bookings a run takes as given; with `force`, those of people and of closed months."""
    rows = Reconciliation.objects.filter(organization=organization).matched()
    kept = ~Q(performed_by=None) | Q(in_closed_period("transaction__"))
    return rows.filter(kept) if force else rows


def open_transactions(
    organization: Organization, *, force: bool, among: Iterable[Id] | None = None
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
    if not force:
        lines = lines.open()
    if among is not None:
        asked = these(among)
        lines, booked = lines.filter(pk__in=asked), booked.filter(transaction__in=asked)
    elif not force:
        booked = booked.exclude(transaction__status=MatchStatus.RECONCILED)
    taken = {str(pk): amount for pk, amount in used_by_line(booked).items()}
    for values in lines.order_by().values_list(*LINE_COLUMNS):
        line = as_open_line(*values, used=taken.get(values[0], ZERO))
        if line.amount or line.id not in taken:
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
    for values in lines.order_by().values_list(*LINE_COLUMNS):
        yield as_open_line(*values, used=ZERO)


def as_open_line(
    pk: str,
    day: date,
    amount: Decimal,
    memo: str,
    payee: str,
    *said: str | None,
    used: Decimal,
) -> OpenTransaction:
    """A line less what is used of it.

    Args:
        said: CNPJ or CPF of its other side, nosso número and txid, where the bank tells them.
    """
    left = max(abs(amount) - used, ZERO) if used else abs(amount)
    signed = left if amount > 0 else -left
    return OpenTransaction(pk, day, signed, memo, payee, *(told or "" for told in said))
