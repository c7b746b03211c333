"""Money of a month that deserves a look: paid twice, past due, and what came on top or was cut."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from conciliacontag.brazil import format_brl
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import Transaction
from ingestion.models.transactions import TransactionSource
from reconciliation.models import Reconciliation
from reconciliation.open_rows import open_documents
from reconciliation.watch.aging import GROUPS as AGES
from reconciliation.watch.aging import age_group, told_age
from reconciliation.watch.model import Group, Row, WatchList
from reconciliation.watch.no_note import without_note
from reconciliation.watch.repeats import NEAR, Paid, find_repeats

DIFFERENCES = {
    "interest": ("Juros", ("interest", "Vlr_Mora")),
    "fine": ("Multa", ("fine",)),
    "fee": ("Tarifas", ("fee",)),
    "discount": ("Descontos", ("discount", "Vlr_Desc")),
    "rebate": ("Abatimentos", ("rebate",)),
    "other": ("Outros acréscimos", ("Vlr_Outros_Acresc",)),
    "withheld": ("Imposto retido", ()),
    "card": ("Taxa do cartão", ()),
    "cents": ("Centavos", ()),
    "unexplained": ("Sem explicação", ()),
}


def money_lists(organization: Organization, month: date) -> list[WatchList]:
    return [
        WatchList(
            "paid_twice",
            "Pagos duas vezes",
            "O mesmo valor, ao mesmo favorecido, em até cinco dias, e nem todos têm a sua nota.",
            tuple(repeat_rows(organization, month)),
        ),
        WatchList(
            "overdue",
            "Em aberto por vencimento",
            "Notas e parcelas emitidas até o fim do mês que hoje esperam por dinheiro.",
            tuple(due_rows(organization, month)),
            is_to_do=False,
            groups=AGES,
        ),
        WatchList(
            "differences",
            "Diferenças de liquidação",
            "Juros, multas, tarifas, descontos e retenções: os que as conciliações explicam, e"
            " os que os boletos liquidados trazem.",
            (*booked_differences(organization, month), *difference_rows(organization, month)),
            is_to_do=False,
            groups=tuple(Group(code, title) for code, (title, _) in DIFFERENCES.items()),
        ),
    ]


def repeat_rows(organization: Organization, month: date) -> Iterator[Row]:
    """Every payment of a group, those with a note included, for they are compared."""
    links = Reconciliation.objects.matched().filter(transaction=OuterRef("pk"))
    lines = Transaction.objects.filter(
        organization=organization,
        source=TransactionSource.BANK,
        amount__lt=0,
        date__gte=month - NEAR,
        date__lt=next_month(month),
    ).annotate(has_document=Exists(links))
    columns = ("pk", "date", "amount", "memo", "payee", "has_document")
    paid = [
        Paid(pk, day, amount, f"{payee} {memo}", has_document)
        for pk, day, amount, memo, payee, has_document in lines.values_list(*columns)
    ]
    for group in find_repeats(paid):
        if group[-1].day < month or without_note(group[0].party):
            continue
        for line in group:
            yield Row(
                party=line.party.strip(),
                told=f"{len(group)} pagamentos iguais de {format_brl(-line.amount)}",
                day=line.day,
                amount=line.amount,
                note="tem nota" if line.has_document else "sem nota",
                transaction_id=line.id,
            )


def due_rows(organization: Organization, month: date) -> Iterator[Row]:
    """What is open today, the longest due first."""
    today, found = timezone.localdate(), []
    for document in open_documents(organization, force=False):
        if document.issued_on >= next_month(month):
            continue
        for part in document.payables:
            days = (today - part.due_on).days
            parcel = f", parcela {part.installment}" if part.installment else ""
            found.append(
                Row(
                    party=document.party_name,
                    told=f"Nota {document.number}{parcel}",
                    day=part.due_on,
                    amount=part.amount,
                    note=told_age(days),
                    group=age_group(days, receivable=document.receivable),
                    document_id=UUID(document.id),
                    is_asked=False,
                )
            )
    yield from sorted(found, key=lambda row: (row.day or today, row.told))


def booked_differences(organization: Organization, month: date) -> Iterator[Row]:
    """What bookings say that a payment and its note differ by, with its sign."""
    booked = (
        Reconciliation.objects.matched()
        .filter(
            organization=organization,
            transaction__date__gte=month,
            transaction__date__lt=next_month(month),
        )
        .exclude(difference=0)
        .order_by("transaction__date", "pk")
    )
    columns = ("transaction", "transaction__date", "transaction__payee", "difference")
    kinds = booked.values_list(*columns, "difference_kind", "document__number")
    for pk, day, payee, amount, kind, number in kinds:
        code = kind or "unexplained"
        told = f"{DIFFERENCES[code][0]}: nota {number}"
        yield Row(payee, told, day, amount, group=code, transaction_id=pk, is_asked=False)


def difference_rows(organization: Organization, month: date) -> Iterator[Row]:
    booked = Reconciliation.objects.matched().exclude(difference=0)
    lines = Transaction.objects.filter(
        ~Exists(booked.filter(transaction=OuterRef("pk"))),  # told by its booking
        organization=organization,
        source=TransactionSource.BOLETO,
        date__gte=month,
        date__lt=next_month(month),
    ).order_by("date", "pk")
    columns = ("pk", "date", "memo", "payee", "metadata")
    for pk, day, memo, payee, said in lines.values_list(*columns).iterator(5000):
        for code, (title, names) in DIFFERENCES.items():
            amount = sum((as_amount(said, name) for name in names), Decimal(0))
            if amount:
                told = f"{title}: {memo}" if memo else title
                yield Row(payee, told, day, amount, group=code, transaction_id=pk, is_asked=False)


def as_amount(said: Mapping[str, Any], name: str) -> Decimal:
    """An amount a bank's file tells, zero where it tells none."""
    try:
        amount = Decimal(str(said.get(name) or 0))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)
