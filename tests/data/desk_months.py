"""A month of bank lines that only people can decide, as rows that a real run has looked at."""

from datetime import date
from decimal import Decimal

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Transaction
from reconciliation.services import execute_run, start_run
from tests.data.identity import cnpj
from tests.data.rows import make_document, make_transaction

NAMES = (
    "Mercado Horizonte Ltda",
    "Padaria Rio Claro Ltda",
    "Auto Peças Ipê Ltda",
    "Clínica Boa Vista Ltda",
)


def doubtful_month(organization: Organization, doubts: int = 3, fees: int = 0) -> list[Transaction]:
    """Lines of October, oldest first: each doubt fits two notes, each fee fits none."""
    with session(EVERY):
        lines = [make_doubt(organization, number) for number in range(doubts)]
        lines += [make_fee(organization, number) for number in range(fees)]
        run, _ = start_run(organization, requested_by=None)
        execute_run(organization.pk, run.pk)
        return list(Transaction.objects.filter(organization=organization).order_by("date", "id"))


def make_doubt(organization: Organization, number: int) -> Transaction:
    """A payment by somebody who owes the same amount twice."""
    name = NAMES[number % len(NAMES)]
    total, customer = Decimal("800.00") + 13 * number, cnpj(5000 + number)
    for day in (2, 4):
        make_document(
            organization,
            str(total),
            receiver_name=name,
            receiver_cnpj=customer,
            issue_date=date(2026, 10, day),
        )
    memo = f"PIX RECEBIDO {name.upper()} {customer}"
    paid_on = date(2026, 10, 5 + number % 20)
    return make_transaction(organization, str(total), memo=memo, date=paid_on)


def make_fee(organization: Organization, number: int) -> Transaction:
    memo = f"TARIFA PACOTE SERVICOS {number + 1:02}/2026"
    day = date(2026, 10, 26 + number % 5)
    return make_transaction(organization, "-12.50", memo=memo, date=day)


def short_payment(organization: Organization, total: str, paid: str, withheld: str) -> Document:
    """A note whose customer kept the tax it declares; the payment of the rest names nobody."""
    with session(EVERY):
        document = make_document(
            organization, total, withheld_amount=Decimal(withheld), receiver_cnpj=cnpj(6001)
        )
        make_transaction(organization, paid, memo="TED RECEBIDA")
        run, _ = start_run(organization, requested_by=None)
        execute_run(organization.pk, run.pk)
    return document
