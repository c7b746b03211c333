"""A month of bank lines that only people can decide, as rows that a real run has looked at."""

from datetime import date
from decimal import Decimal

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Transaction
from reconciliation.services import execute_run, start_run
from tests.data.identity import cnpj
from tests.data.links import make_booking, make_group
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


def thirty_left_overs(organization: Organization) -> dict[str, list[Transaction]]:
    """October with thirty lines that only people can decide, by what decides them.

    doubts: two equal notes each. fees: no note at all. groups: the machine proposes three notes
    together. pairs: nobody proposes the two notes (`700001`, `700002`) that it pays. parts: two
    lines pay one note, which is proposed to the first.
    """
    doubtful_month(organization, doubts=18, fees=6)
    with session(EVERY):
        found = Transaction.objects.filter(organization=organization).order_by("date", "id")
        doubts, fees = list(found.filter(amount__gt=0)), list(found.filter(amount__lt=0))
        groups = [make_proposed_group(organization, number) for number in range(3)]
        for number, total in ((700001, "410.00"), (700002, "190.00")):
            make_document(organization, total, number=number, receiver_name=NAMES[0])
        pair = make_transaction(organization, "600.00", memo="DEPOSITO", date=date(2026, 10, 29))
        note = make_document(organization, "5000.00", receiver_name=NAMES[1])
        parts = [
            make_transaction(organization, amount, memo="TED PARCELA", date=date(2026, 10, 30))
            for amount in ("3100.00", "1900.00")
        ]
        make_booking(parts[0], note, "3100.00", status="partial", score=Decimal(70))
    return {"doubts": doubts, "fees": fees, "groups": groups, "pairs": [pair], "parts": parts}


def make_proposed_group(organization: Organization, number: int) -> Transaction:
    """A payment for three notes of one customer, as the engine proposes it."""
    totals = ("1200.00", "340.00", f"{60 + number}.00")
    notes = [
        make_document(organization, total, receiver_name=NAMES[number], receiver_cnpj=cnpj(7000))
        for total in totals
    ]
    paid = str(sum(note.total_amount for note in notes))
    line = make_transaction(
        organization, paid, memo=f"PIX {NAMES[number].upper()}", date=date(2026, 10, 28)
    )
    reason = f"R$ {paid} = soma de 3 notas. Por que não 100: outra soma também serve."
    make_group(organization, notes, line, status="partial", score=Decimal(82), reason=reason)
    return line


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
