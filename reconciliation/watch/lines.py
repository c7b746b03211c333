"""Bank lines without a note, and the suppliers whose note of the month has not come."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db.models import QuerySet

from conciliacontag.brazil import fold, format_brl, format_date, format_tax_id
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import Document, Transaction
from ingestion.models.documents import PAYABLE, Direction
from reconciliation.boletos import TOLD_BOLETO_BY_BOLETO, has_its_boletos
from reconciliation.line_states import ANSWERED, SUGGESTED
from reconciliation.watch.model import Row, WatchList
from reconciliation.watch.no_note import without_note
from reconciliation.watch.regular import MONTHS_LOOKED_AT, Received, Regular, regular_suppliers
from reconciliation.watch.regular import supplier_of as named_supplier

CARDS = re.compile(r"\b(?:CARTAO|CARTOES|MAQUININHA)\b")
LONGEST_MONTH = timedelta(days=31)


def line_lists(organization: Organization, month: date) -> list[WatchList]:
    """Payments, receipts and habits without a note; lines that never have one stand apart."""
    regulars = regular_suppliers(received_notes(organization, month), month)
    rows = list(waiting_rows(organization, month, regulars))
    asked = [row for row in rows if row.is_asked]
    paid = tuple(row for row in asked if row.amount is not None and row.amount < 0)
    got = tuple(row for row in asked if row.amount is not None and row.amount > 0)
    alone = tuple(row for row in rows if not row.is_asked)
    return [
        WatchList(
            "payments_without_note",
            "Pagamentos sem nota",
            "Saiu dinheiro, e nenhuma nota explica. Peça a nota ao cliente, ou diga na conciliação"
            " que o lançamento não tem nota.",
            paid,
        ),
        WatchList(
            "receipts_without_note",
            "Recebimentos sem nota",
            "Entrou dinheiro, e nenhuma nota emitida explica. Pergunte de que venda é.",
            got,
        ),
        WatchList(
            "notes_expected",
            "Fornecedores habituais sem nota no mês",
            "Mandaram nota em pelo menos três dos seis meses anteriores, e neste mês nenhuma.",
            tuple(expected_row(one) for one in regulars if one.is_silent),
        ),
        WatchList(
            "lines_beside_notes",
            "Lançamentos que não costumam ter nota",
            "Tarifas, tributos, folha e movimentos entre contas, pelas palavras do banco, e a"
            " liquidação de boletos que estão um a um. Não entram no pedido ao cliente.",
            alone,
            is_to_do=False,
        ),
    ]


def received_notes(organization: Organization, month: date) -> Iterator[Received]:
    rows = Document.objects.filter(
        PAYABLE,
        organization=organization,
        direction=Direction.RECEIVED,
        issue_date__gte=month - MONTHS_LOOKED_AT * LONGEST_MONTH,
        issue_date__lt=next_month(month),
    ).exclude(emitter_cnpj__startswith=organization.cnpj[:8])
    columns = ("emitter_cnpj", "emitter_name", "issue_date", "total_amount")
    for supplier, name, day, total in rows.values_list(*columns).iterator(5000):
        yield Received(supplier, name, day, total)


def waiting_rows(organization: Organization, month: date, regulars: list[Regular]) -> Iterator[Row]:
    """The waiting lines in the words of their bank, with what is known of who they are about."""
    lines = waiting_lines([organization], month).order_by("date", "pk")
    columns = ("pk", "date", "amount", "memo", "payee", "has_its_boletos")
    for pk, day, amount, memo, payee, settles in lines.values_list(*columns):
        why = why_without(memo, settles=settles)
        known = named_supplier(f"{payee} {memo}", regulars) if regulars and not why else None
        yield Row(
            party=payee or (known.name if known else ""),
            told=memo or payee or "sem histórico",
            day=day,
            amount=amount,
            note=why or (habit_told(known) if known else of_cards(memo) if amount > 0 else ""),
            transaction_id=pk,
            is_asked=not why,
        )


def why_without(memo: str, *, settles: bool) -> str:
    """Why nobody is asked for a note of a waiting line, "" when one is missing."""
    return TOLD_BOLETO_BY_BOLETO if settles else without_note(memo)


def of_cards(memo: str) -> str:
    return "vendas no cartão: mande o relatório da maquininha" if CARDS.search(fold(memo)) else ""


def waiting_lines(organizations: Sequence[Organization], month: date) -> "QuerySet[Transaction]":
    """Lines of the month that nobody has answered for and for which there is no suggestion."""
    rows = Transaction.objects.open().filter(
        ~ANSWERED,
        ~SUGGESTED,
        organization__in=organizations,
        date__gte=month,
        date__lt=next_month(month),
    )
    return rows.exclude(amount=0).annotate(has_its_boletos=has_its_boletos())


def habit_told(one: Regular) -> str:
    return f"costuma mandar nota; a última é de {format_date(one.last_on)}"


def expected_row(one: Regular) -> Row:
    return Row(
        party=f"{one.name} ({format_tax_id(one.supplier)})",
        told=f"Nota em {one.months} dos 6 meses anteriores, em geral de {format_brl(one.usual)}",
        note=habit_told(one),
    )
