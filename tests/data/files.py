"""Files for tests: invoices, their cancellations, statements, archives."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from audits.demonstration.invoice import Invoice, many_invoices
from audits.demonstration.statement import Account, BankRow, number_rows, write_statement
from audits.demonstration.xml import write_cancellation, write_invoice

FIRST_DAY = date(2026, 10, 1)
LAST_DAY = date(2026, 10, 31)
ACCOUNT = Account("0341", "1234", "56789-0", Decimal("1000.00"))


def invoices(count: int) -> list[Invoice]:
    """Distinct notes; the first thousand are issued by one company."""
    return list(many_invoices(count, FIRST_DAY))


def xml(invoice: Invoice) -> bytes:
    return write_invoice(invoice)


def cancellation(invoice: Invoice) -> bytes:
    return write_cancellation(invoice, invoice.issued_at, "Pedido desfeito pelo cliente")


def statement(rows: list[BankRow]) -> bytes:
    """One account's statement of October 2026."""
    return write_statement(ACCOUNT, number_rows(rows), FIRST_DAY, LAST_DAY)


def archive(members: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return target.getvalue()
