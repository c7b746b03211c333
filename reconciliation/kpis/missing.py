"""What a month still waits to get from the client: notes of bank lines, and XML others speak of."""

from collections import Counter
from collections.abc import Iterable, Iterator
from uuid import UUID

from conciliacontag.brazil import format_tax_id
from conciliacontag.organizations.models import Organization
from ingestion.proofs.findings import TYPES
from reconciliation.kpis.lists import Shown
from reconciliation.kpis.period import Period
from reconciliation.proofs import untold_of
from reconciliation.watch.lines import waiting_lines, why_without

TITLE = "Notas e XML que faltam"
MEANING = (
    "Lançamentos sem nota, sem sugestão e sem resposta, e documentos que outros arquivos citam e"
    " cujo XML não veio."
)


def count_missing(organizations: Iterable[Organization], period: Period) -> Counter[UUID]:
    """How many things each company still lacks."""
    kept = list(organizations)
    found: Counter[UUID] = Counter()
    columns = ("organization_id", "memo", "has_its_boletos")
    lines = waiting_lines(kept, period.first).values_list(*columns)
    for organization_id, memo, settles in lines.iterator(5000):
        found[organization_id] += not why_without(memo, settles=settles)
    told = untold_of(kept, period.first).order_by().values_list("organization_id", "key")
    found.update(organization_id for organization_id, _ in told.distinct())
    return found


def missing_rows(organizations: Iterable[Organization], period: Period) -> list[Shown]:
    """The same things as rows, the oldest first."""
    kept = list(organizations)
    rows = [*lines_without_note(kept, period), *documents_not_here(kept, period)]
    return sorted(rows, key=lambda row: (row.day, row.told, str(row.id)))


def lines_without_note(organizations: list[Organization], period: Period) -> Iterator[Shown]:
    names = {one.pk: one.name for one in organizations}
    columns = ("pk", "date", "amount", "memo", "payee", "organization_id", "has_its_boletos")
    rows = waiting_lines(organizations, period.first).values_list(*columns)
    for pk, day, amount, memo, payee, organization_id, settles in rows.iterator(5000):
        if not why_without(memo, settles=settles):
            told = " · ".join(part for part in (memo, payee) if part) or "sem histórico"
            yield Shown(
                pk, day, told, names[organization_id], amount,
                "Pagamento sem nota" if amount < 0 else "Recebimento sem nota",
                "ingestion_transaction",
            )  # fmt: skip


def documents_not_here(organizations: list[Organization], period: Period) -> Iterator[Shown]:
    """One row for each key: of several files that tell of it, the last one speaks."""
    names = {one.pk: one.name for one in organizations}
    told = untold_of(organizations, period.first).order_by("created_at", "pk")
    for one in {(row.organization_id, row.key): row for row in told}.values():
        kind = TYPES.get(one.doc_type, "Documento")
        named = f"{kind} {one.number}" if one.number else kind
        party = one.issuer_name or format_tax_id(one.issuer_tax_id)
        yield Shown(
            one.file_id or one.pk, one.issued_on or period.first, f"{named} · {party}",
            names[one.organization_id], one.total, f"XML não veio, chave {one.key}",
            "ingestion_sourcefile" if one.file_id else "",
        )  # fmt: skip
