"""What the papers of a month lack or have twice: numbers, XML, statements, cancelled notes."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from conciliacontag.brazil import format_date, format_tax_id
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import Statement
from ingestion.proofs.duplicates import find_twins
from ingestion.proofs.findings import TYPES, Finding, gap_findings, twin_findings
from reconciliation.proofs import (
    number_gaps,
    paid_though_cancelled,
    suspects,
    untold_mentions,
)
from reconciliation.watch.coverage import uncovered
from reconciliation.watch.model import Row, WatchList

DAY = timedelta(days=1)
LOOKED_BACK = timedelta(days=62)  # an account without a statement since then is not used any more


def paper_lists(organization: Organization, month: date) -> list[WatchList]:
    gaps = [gap for gap in number_gaps(organization, month) if gap.reason != "voided"]
    twins = find_twins(suspects(organization, month))
    return [
        WatchList(
            "statement_days",
            "Dias sem extrato",
            "Contas que tiveram extrato há pouco e não o têm para estes dias.",
            tuple(statement_rows(organization, month)),
        ),
        WatchList(
            "number_gaps",
            "Números que faltam",
            "Entre duas notas que a empresa emitiu faltam números. Peça os XML, ou a inutilização.",
            tuple(finding_rows(gap_findings(gaps))),
        ),
        WatchList(
            "xml_missing",
            "XML que outros arquivos citam",
            "SPED, resumos, eventos ou PDF falam destes documentos, e o XML não veio.",
            tuple(untold_rows(organization, month)),
        ),
        WatchList(
            "duplicates",
            "Notas que parecem repetidas",
            "O mesmo número com outra chave, ou a mesma venda com outro número.",
            tuple(finding_rows(twin_findings(twins), is_asked=False)),
        ),
        WatchList(
            "cancelled_paid",
            "Canceladas com pagamento",
            "Notas que não valem mais e estão conciliadas com dinheiro.",
            tuple(finding_rows(paid_though_cancelled(organization, month), is_asked=False)),
        ),
    ]


def finding_rows(findings: Iterable[Finding], *, is_asked: bool = True) -> Iterator[Row]:
    for one in findings:
        yield Row(
            party="",
            told=one.message,
            amount=one.amount,
            note="" if is_asked else one.remedy,  # a remedy speaks to the accountant
            document_id=one.documents[0] if one.documents else None,
            is_asked=is_asked,
        )


def untold_rows(organization: Organization, month: date) -> Iterator[Row]:
    """One row for each key: of several files that tell of it, the last one speaks."""
    told = untold_mentions(organization, month).order_by("created_at", "pk")
    known = {one.key: one for one in told}
    for one in sorted(known.values(), key=lambda row: (row.issued_on or month, row.key)):
        kind = TYPES.get(one.doc_type, "Documento")
        named = f"{kind} {one.number}" if one.number else kind
        yield Row(
            party=one.issuer_name or format_tax_id(one.issuer_tax_id),
            told=f"{named}, chave {one.key}",
            day=one.issued_on,
            amount=one.total,
        )


def statement_rows(organization: Organization, month: date) -> Iterator[Row]:
    """Stretches of the month that no statement of an account covers, for accounts in use."""
    end = next_month(month)
    rows = Statement.objects.filter(
        organization=organization,
        starts_on__lt=end,
        ends_on__gte=month - LOOKED_BACK,
    )
    spans: dict[str, list[tuple[date, date]]] = {}
    for account, starts, ends in rows.values_list("account", "starts_on", "ends_on"):
        if starts and ends:
            spans.setdefault(account, []).append((starts, ends))
    for account, covered in sorted(spans.items()):
        for first, last in uncovered(covered, month, end - DAY):
            days = f"de {format_date(first)} a {format_date(last)}"
            yield Row(party=f"Conta {account or 'sem número'}", told=f"Extrato {days}", day=first)
