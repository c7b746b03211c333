"""A day's boletos in the ledger: each by its payer, in the place of the bank's one line for all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When

from conciliacontag.brazil import clean_text, format_brl, format_date
from conciliacontag.organizations.models import Organization
from ingestion.models import Transaction
from ingestion.models.transactions import TransactionQuerySet, TransactionSource

# "CRÉD.LIQUIDAÇÃO COBRANÇA", "LIQ COBRANCA", "LIQUID. DE COBRANÇA": one line a day for all boletos.
SETTLEMENT = r"liq[^ ]* *(de )?cob"
SETTLED = "CRÉD.LIQUIDAÇÃO COBRANÇA"
NO_TOTAL = "N/A"
TOLD_BOLETO_BY_BOLETO = "liquidação de boletos que estão um a um"
IS_SETTLEMENT = Q(source=TransactionSource.BANK, amount__gt=0, memo__iregex=SETTLEMENT)
LONGEST_PAYER = 40  # characters, as accounting systems take them


@dataclass(frozen=True, slots=True)
class Boletos:
    """Some days of boletos beside the bank's lines for them.

    told: the complement of each boleto. replaced: lines of the bank that boletos stand for.
    """

    told: dict[str, str] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()


def settlement_lines(rows: TransactionQuerySet) -> TransactionQuerySet:
    """What the bank credited for all boletos of a day together."""
    return rows.filter(IS_SETTLEMENT)


def has_its_boletos() -> Case:
    """Whether a line is the bank's credit for boletos that are there one by one."""
    same_day = {"organization": OuterRef("organization"), "date": OuterRef("date")}
    boletos = Transaction.objects.filter(source=TransactionSource.BOLETO, amount__gt=0, **same_day)
    return Case(
        When(IS_SETTLEMENT & Exists(boletos), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def told_settlement(line: Transaction) -> str:
    """What a person is told of the bank's one line for a day's boletos; "" of any other line."""
    is_one = line.source == TransactionSource.BANK and line.amount > 0
    if not is_one or not re.search(SETTLEMENT, line.memo, re.IGNORECASE):
        return ""
    rows = Transaction.objects.filter(organization=line.organization_id, date=line.date)
    boletos = rows.filter(source=TransactionSource.BOLETO, amount__gt=0)
    amounts = list(boletos.values_list("amount", flat=True))
    if not amounts:
        return ""
    many = len(amounts) > 1
    return (
        f"É o crédito do banco por {len(amounts)} boleto{'s' if many else ''} deste dia, que"
        f" {'estão aqui um por um e somam' if many else 'está aqui e soma'}"
        f" {format_brl(sum(amounts, Decimal(0)))}. Ele mesmo não tem nota."
    )


def boletos_between(organization: Organization, first: date, last: date) -> Boletos:
    """The boletos credited from one day to another, both included."""
    rows = Transaction.objects.filter(organization=organization, date__range=(first, last))
    boletos = rows.filter(source=TransactionSource.BOLETO, amount__gt=0)
    paid = list(boletos.only("date", "payee", "memo"))
    if not paid:
        return Boletos()
    credited = list(settlement_lines(rows).values_list("pk", "date", "amount"))
    totals = summed((day, amount) for _, day, amount in credited)
    days = {one.date for one in paid}
    return Boletos(
        {str(one.pk): told_boleto(one, totals.get(one.date)) for one in paid},
        frozenset(str(pk) for pk, day, _ in credited if day in days),
    )


def summed(amounts: Iterable[tuple[date, Decimal]]) -> dict[date, Decimal]:
    totals: dict[date, Decimal] = {}
    for day, amount in amounts:
        totals[day] = totals.get(day, Decimal(0)) + amount
    return totals


def told_boleto(line: Transaction, total: Decimal | None) -> str:
    """`C - PADARIA SOL LTDA | 1500,00 | CRÉD.LIQUIDAÇÃO COBRANÇA | 05/05/2025`."""
    payer, memo = (" ".join(clean_text(text).split()) for text in (line.payee, line.memo))
    credited = NO_TOTAL if total is None else f"{total:.2f}".replace(".", ",")
    parts = [f"C - {payer[:LONGEST_PAYER]}", credited, SETTLED, format_date(line.date), memo]
    return " | ".join(part for part in parts if part)
