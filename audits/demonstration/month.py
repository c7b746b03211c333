"""October 2026 at an invented distributor: 150 notes, one statement, twelve planted problems."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from audits.demonstration.invoice import Invoice
from audits.demonstration.plan import COMPANY, FIRST, LAST, Deal, ordinary_deals, other_rows
from audits.demonstration.planted import (
    COPIED,
    COPY_NAME,
    STATEMENT_NAME,
    Planted,
    broken_files,
    events,
    list_planted,
    planted_deals,
    planted_rows,
)
from audits.demonstration.statement import (
    Account,
    BankRow,
    closing_balance,
    number_rows,
    write_statement,
)
from audits.demonstration.xml import file_name, write_invoice

ARCHIVE_NAME = "notas-2026-10.zip"
ACCOUNT = Account("756", "3210", "48172-6", Decimal("18240.35"))
PACKED_AT = (2026, 11, 1, 8, 0, 0)  # a ZIP needs a moment, and it must not be now


@dataclass(frozen=True, slots=True)
class DemoOrganization:
    """The company whose month it is."""

    name: str
    cnpj: str


@dataclass(frozen=True, slots=True)
class DemoFile:
    """A file as a person would drop it on the page."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DemoRow:
    """The truth about one bank row: which note it pays, and whether its text says so."""

    fitid: str
    amount: Decimal
    document: str  # access key, "" when no note explains it
    is_clear: bool
    label: str  # names a planted problem, mostly ""


@dataclass(frozen=True, slots=True)
class DemoMonth:
    """Everything the demonstration needs, and the truth to judge its outcome by."""

    period: str
    organization: DemoOrganization
    files: tuple[DemoFile, ...]
    planted: tuple[Planted, ...]
    rows: tuple[DemoRow, ...]
    documents: tuple[str, ...]  # access keys, in the order the notes were written
    opening: Decimal
    closing: Decimal


def build_month() -> DemoMonth:
    """Build the month; every call gives the same bytes."""
    deals = [*ordinary_deals(), *planted_deals()]
    notes = {deal.invoice.number: deal.invoice for deal in deals}
    paid_rows = [row for deal in deals for row in deal.rows]
    numbered = number_rows([*paid_rows, *other_rows(), *planted_rows()])
    fitids = {row.label: fitid for fitid, row in numbered if row.label}
    return DemoMonth(
        period=f"{FIRST:%Y-%m}",
        organization=DemoOrganization(COMPANY.name, COMPANY.tax_id),
        files=tuple(_files(deals, notes, numbered)),
        planted=list_planted(notes, fitids),
        rows=tuple(_truth(fitid, row) for fitid, row in numbered),
        documents=tuple(deal.invoice.key for deal in deals),
        opening=ACCOUNT.opening,
        closing=closing_balance(ACCOUNT, numbered),
    )


def _truth(fitid: str, row: BankRow) -> DemoRow:
    return DemoRow(fitid, row.amount, row.document, row.is_clear, row.label)


def _files(
    deals: list[Deal], notes: dict[int, Invoice], numbered: list[tuple[str, BankRow]]
) -> Iterator[DemoFile]:
    """One archive, one statement, and two files that came on their own."""
    written = [(file_name(deal.invoice), write_invoice(deal.invoice)) for deal in deals]
    cancelled, cancelled_paid = events(notes)
    yield DemoFile(ARCHIVE_NAME, pack([*written, *broken_files(), cancelled]))
    yield DemoFile(*cancelled_paid)
    yield DemoFile(COPY_NAME, write_invoice(notes[COPIED]))
    yield DemoFile(STATEMENT_NAME, write_statement(ACCOUNT, numbered, FIRST, LAST))


def pack(members: list[tuple[str, bytes]]) -> bytes:
    """A ZIP whose bytes depend on its members alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, PACKED_AT)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
