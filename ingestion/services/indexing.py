"""What of each row can be found, and keeping the search index beside the rows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from conciliacontag.brazil import company_name, format_date
from conciliacontag.database import session
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Kind, PageText, SourceFile, Transaction
from ingestion.search import search_index
from ingestion.search.index import Entry, searchable
from ingestion.services.belonging import inside

BATCH = 2_000
Rows = QuerySet[Any]


def index_file(file: SourceFile) -> None:
    """Make findable what one upload brought; again and again with the same end."""
    write(file.organization, Q(pk=file.pk), inside(file))


def rebuild_index(organization: Organization) -> int:
    """Write the index of one organization anew from its rows; return how many entries."""
    own = Q(organization=organization)
    return write(organization, own & Q(container=None), own)


def write(organization: Organization, files: Q, rows: Q) -> int:
    """Index in transactions of their own for each handful, so that nothing is held for long."""
    sources: tuple[tuple[Rows, Callable[[Any], Entry]], ...] = (
        (SourceFile.objects.filter(files), file_entry),
        (Document.objects.filter(rows).defer("normalized"), document_entry),
        (Transaction.objects.filter(rows).defer("metadata"), transaction_entry),
        (PageText.objects.filter(rows).select_related("file"), page_entry),
    )
    index, count = search_index(), 0
    for found, entry_of in sources:
        last = None
        while handful := next_rows(organization, found, last):
            with session([organization.pk]):
                count += index.add(organization.pk, map(entry_of, handful))
            last = handful[-1].pk
    return count


def next_rows(organization: Organization, found: Rows, last: UUID | None) -> list[Any]:
    with session([organization.pk]):
        behind = found.filter(pk__gt=last) if last else found
        return list(behind.order_by("pk")[:BATCH])


def file_entry(file: SourceFile) -> Entry:
    return Entry(
        id=file.pk,
        kind=Kind.FILE,
        title=file.filename,
        day=timezone.localdate(file.created_at),
        text=searchable(file.filename),
    )


def document_entry(document: Document) -> Entry:
    """A note by its key, number, amount, day, parties and their names without kind of company."""
    names = document.emitter_name, document.receiver_name
    return Entry(
        id=document.pk,
        kind=Kind.DOCUMENT,
        title=" · ".join(part for part in (str(document), document.party_name) if part),
        day=document.issue_date,
        text=searchable(*map(company_name, names), document.number),
        amount=document.total_amount,
        key=document.key,
        number=document.number,
        emitter=document.emitter_cnpj,
        receiver=document.receiver_cnpj,
    )


def transaction_entry(line: Transaction) -> Entry:
    told = " · ".join(part for part in (line.memo, line.payee) if part)
    return Entry(
        id=line.pk,
        kind=Kind.TRANSACTION,
        title=told or f"Lançamento de {format_date(line.date)}",
        day=line.date,
        text=searchable(line.memo, line.payee, line.check_number),
        amount=line.amount,
        number=line.check_number if line.check_number.isdigit() else "",
    )


def page_entry(page: PageText) -> Entry:
    return Entry(
        id=page.pk,
        kind=Kind.PAGE,
        title=f"Página {page.number} de {page.file.filename}",
        day=timezone.localdate(page.file.created_at),
        text=searchable(page.text),
    )
