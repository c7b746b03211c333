"""The proofs of one company's month: the rows they need, and what they found."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    Window,
)

from conciliacontag.brazil import cnpj_root, format_brl
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import Document, DocumentEvent, Mention, Statement, Transaction, Voiding
from ingestion.models.documents import Direction, FiscalStatus
from ingestion.models.transactions import TransactionSource
from ingestion.parsers.nfe_checks import OFFICE_SERIES
from ingestion.proofs.balances import prove_days
from ingestion.proofs.duplicates import Note, find_twins
from ingestion.proofs.findings import (
    Finding,
    balance_findings,
    gap_findings,
    settlement_findings,
    twin_findings,
)
from ingestion.proofs.numbers import Gap, Numbers, find_gaps
from ingestion.proofs.settlements import Settlement, compare_days
from reconciliation.boletos import settlement_lines
from reconciliation.models import MATCHED, Reconciliation

TYPES = {"55": "nfe", "65": "nfce", "57": "cte", "67": "cteos"}  # by model, as in the access key
BEFORE = timedelta(days=62)  # how far back the number before the month's first is looked for
INVALID = Q(fiscal_status__in=[FiscalStatus.CANCELLED, FiscalStatus.DENIED])
NORMALIZED = "document__normalized"
SEVERITIES = ("error", "warning", "info")

# Numbers in a row become one range, so that a month of a supermarket is a handful of rows.
RANGES = """
SELECT emitter_cnpj, doc_type, series, min(number), max(number), max(issue_date) FROM (
  SELECT emitter_cnpj, doc_type, series, number, issue_date, number - dense_rank() OVER (
    PARTITION BY emitter_cnpj, doc_type, series ORDER BY number) AS island
  FROM (
    SELECT emitter_cnpj, doc_type, ltrim(series, '0') AS series, number::bigint AS number,
      issue_date
    FROM ingestion_document
    WHERE organization_id = %(organization)s AND environment = '1'
      AND issue_date >= %(since)s AND issue_date < %(until)s
      AND doc_type = ANY(%(types)s) AND left(emitter_cnpj, 8) = %(root)s
      AND number ~ '^[0-9]{1,9}$' AND ltrim(series, '0') <> ALL(%(office)s)
  ) AS numbered
) AS islands
GROUP BY emitter_cnpj, doc_type, series, island
"""


def month_findings(organization: Organization, month: date) -> list[Finding]:
    """Everything the proofs of a month say, the gravest first.

    Args:
        month: its first day.
    """
    found = [
        *proved_balances(organization, month),
        *settlement_findings(settlements(organization, month)),
        *paid_though_cancelled(organization, month),
        *gap_findings(number_gaps(organization, month)),
        *untold_documents(organization, month),
        *twin_findings(find_twins(suspects(organization, month))),
    ]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def number_gaps(organization: Organization, month: date) -> list[Gap]:
    """Gaps in what the organization issued; one that begins before the month counts as well."""
    root = cnpj_root(organization.cnpj)
    arrived = list(issued_ranges(organization, month, root))
    voided = [
        Numbers(row.issuer_tax_id, TYPES.get(row.model, row.model), row.series, row.first, row.last)
        for row in Voiding.objects.filter(
            organization=organization, accepted=True, issuer_tax_id__startswith=root
        )
    ]
    return find_gaps(arrived, voided, told_numbers(organization, month, root))


def issued_ranges(organization: Organization, month: date, root: str) -> Iterator[Numbers]:
    """Ranges of numbers of the month, and of each series the last range before it.

    The tax office numbers the notes that it issues for a company, among those of others.
    """
    values: dict[str, Any] = {
        "organization": organization.pk,
        "since": month - BEFORE,
        "until": next_month(month),
        "types": list(TYPES.values()),
        "root": root,
        "office": list(map(str, OFFICE_SERIES)),
    }
    with connection.cursor() as cursor:
        cursor.execute(RANGES, values)
        rows = cursor.fetchall()
    earlier: dict[tuple[str, ...], Numbers] = {}
    active = set()
    for issuer, kind, series, first, last, newest in rows:
        numbers = Numbers(issuer, kind, series, first, last)
        if newest >= month:
            active.add(numbers.place)
            yield numbers
        elif numbers.place not in earlier or earlier[numbers.place].last < last:
            earlier[numbers.place] = numbers
    yield from (numbers for place, numbers in earlier.items() if place in active)


def told_numbers(organization: Organization, month: date, root: str) -> Iterator[Numbers]:
    """Numbers that access keys of events and other files name: 44 characters tell them all."""
    events = DocumentEvent.objects.filter(organization=organization, accepted=True)
    mentions = Mention.objects.filter(organization=organization).exclude(key="")
    keys = {
        *events.filter(document_key__regex=of_root(root)).values_list("document_key", flat=True)
    }
    keys |= {*mentions.filter(key__regex=of_root(root)).values_list("key", flat=True)}
    for key in keys:
        if len(key) == 44 and key[25:34].isdigit():
            number = int(key[25:34])
            series = key[22:25].lstrip("0")
            yield Numbers(key[6:20], TYPES.get(key[20:22], key[20:22]), series, number, number)


def of_root(root: str) -> str:
    return f"^[0-9]{{6}}{root}"


def proved_balances(organization: Organization, month: date) -> Iterator[Finding]:
    """Each account's balances against its movements, for statements that touch the month."""
    known: defaultdict[str, dict[date, Decimal]] = defaultdict(dict)
    touching = Statement.objects.filter(
        organization=organization, starts_on__lt=next_month(month), ends_on__gte=month
    )
    for statement in touching.order_by("created_at"):
        known[statement.account].update(told_balances(statement))
    for account, balances in sorted(known.items()):
        if len(balances) > 1:
            moved = movements(organization, account, min(balances), max(balances))
            yield from balance_findings(account, prove_days(balances.items(), moved))


def told_balances(statement: Statement) -> dict[date, Decimal]:
    """Balances at the end of their days; one dated after the statement says nothing about it."""
    known = {date.fromisoformat(day): Decimal(amount) for day, amount in statement.balances}
    if statement.opening is not None and statement.starts_on:
        known[statement.starts_on - timedelta(days=1)] = statement.opening
    if statement.balance is not None and statement.balance_on and statement.ends_on:
        known.setdefault(statement.balance_on, statement.balance)
        known = {day: amount for day, amount in known.items() if day <= statement.ends_on}
    return known


def movements(
    organization: Organization, account: str, after: date, until: date
) -> dict[date, Decimal]:
    rows = Transaction.objects.filter(
        organization=organization,
        source=TransactionSource.BANK,
        account=account,
        date__gt=after,
        date__lte=until,
    )
    return summed(rows.order_by("date"))


def settlements(organization: Organization, month: date) -> list[Settlement]:
    """Days of the month on which boletos and the bank's one credit for them differ.

    Only companies that send reports of boletos are asked for them, and only statements that were
    sent can lack a credit.
    """
    rows = Transaction.objects.filter(
        organization=organization, date__gte=month, date__lt=next_month(month), amount__gt=0
    ).order_by("date")
    boletos = summed(rows.filter(source=TransactionSource.BOLETO))
    credited = summed(settlement_lines(rows))
    return compare_days(boletos, credited) if boletos and credited else []


def summed(rows: "QuerySet[Transaction]") -> dict[date, Decimal]:
    return dict(rows.values_list("date").annotate(total=Sum("amount")))


def paid_though_cancelled(organization: Organization, month: date) -> Iterator[Finding]:
    """Money that went to or came from a note that is not valid any more.

    What only the machine booked is open again by then; until a person decides, it is told as well.
    """
    rows = Reconciliation.objects.filter(
        MATCHED | ~Q(alert=""),
        Q(document__fiscal_status__in=[FiscalStatus.CANCELLED, FiscalStatus.DENIED]),
        organization=organization,
        transaction__date__gte=month,
        transaction__date__lt=next_month(month),
    )
    told = set()
    for row in rows.order_by("status", "pk").select_related("document").defer(NORMALIZED):
        pair = row.transaction_id, row.document_id, row.installment
        if pair not in told:
            told.add(pair)
            yield cancelled_finding(row)


def cancelled_finding(row: Reconciliation) -> Finding:
    document = row.document
    state = document.get_fiscal_status_display().lower() if document else ""
    verb = "estava" if row.is_open else "está"
    remedy = "Desfaça a conciliação ou confirme com o cliente a nota que a substituiu."
    if row.is_open:
        remedy = "O lançamento voltou a ficar em aberto: escolha a nota que a substituiu."
    return Finding(
        "cancelled_paid",
        "error",
        f"A nota {document.number if document else ''}, {state}, {verb} conciliada com"
        f" {format_brl(row.amount)}.",
        remedy,
        amount=row.amount,
        documents=(document.pk,) if document else (),
    )


def untold_documents(organization: Organization, month: date) -> Iterator[Finding]:
    """Documents of which a SPED file or a summary tells and whose own file did not arrive."""
    each = (
        untold_mentions(organization, month).values("key").annotate(amount=Max("total"))
    )  # several files may tell of one
    told = each.aggregate(count=Count("key"), total=Sum("amount"))
    if count := told["count"]:
        notes = "documento é citado" if count == 1 else "documentos são citados"
        message = f"{count} {notes} por outros arquivos (SPED, resumos, DANFE), mas o XML não veio."
        remedy = "Peça os XML ao cliente ou baixe-os pela chave de acesso."
        yield Finding("xml_missing", "warning", message, remedy, count, told["total"])


def untold_mentions(organization: Organization, month: date) -> "QuerySet[Mention]":
    """Mentions of documents of the month that are not here; several may tell of one."""
    return untold_of([organization], month)


def untold_of(organizations: Sequence[Organization], month: date) -> "QuerySet[Mention]":
    """The same of many organizations."""
    here = Document.objects.filter(organization=OuterRef("organization"), key=OuterRef("key"))
    rows = Mention.objects.filter(
        ~Exists(here),
        organization__in=organizations,
        issued_on__gte=month,
        issued_on__lt=next_month(month),
    )
    return rows.exclude(key="").exclude(fiscal_status__in=["cancelled", "denied", "voided"])


def suspects(organization: Organization, month: date) -> Iterator[Note]:
    """Valid notes of the month that share a number, or a whole sale, with another."""
    rows = valid_notes(organization, month).annotate(
        same_number=Window(
            Count("pk"),
            partition_by=[F("doc_type"), F("emitter_cnpj"), bare("series"), bare("number")],
        ),
        same_sale=Window(
            Count("pk"),
            partition_by=[
                F("doc_type"), F("emitter_cnpj"), F("receiver_cnpj"), F("total_amount"),
                F("issue_date"),
            ],
        ),
    )  # fmt: skip
    for row in rows.filter(Q(same_number__gt=1) | Q(same_sale__gt=1)).order_by("issue_date", "pk"):
        yield Note(
            row.pk,
            row.doc_type,
            row.emitter_cnpj,
            row.receiver_cnpj,
            row.series,
            row.number,
            row.total_amount,
            row.issue_date,
        )


def bare(column: str) -> Func:
    """A number without the zeros before it, as `find_twins` compares it."""
    return Func(F(column), Value("0"), function="ltrim", output_field=CharField())


def valid_notes(organization: Organization, month: date) -> "QuerySet[Document]":
    rows = Document.objects.filter(
        organization=organization,
        environment="1",
        issue_date__gte=month,
        issue_date__lt=next_month(month),
    )
    return rows.exclude(INVALID).exclude(direction=Direction.OTHER).defer("normalized")
