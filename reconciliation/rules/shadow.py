"""The books as a simulation needs them: everything is read at once, and nothing is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from conciliacontag.brazil import cnpj_root
from conciliacontag.database import session
from ingestion.models import Document
from reconciliation.document_rows import papers_of
from reconciliation.engine import Candidate, OpenDocument, OpenTransaction, Options
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.open_rows import open_documents, open_transactions
from reconciliation.rules.acting import case_of
from reconciliation.rules.applying import Case
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.participation import LeftBehind, ready, restored
from reconciliation.rules.reading import Kept
from reconciliation.thresholds.options import options_of

MATCHED = ReconciliationStatus.MATCHED
PAIR_COLUMNS = ("document_id", "installment", "amount", "score", "status")
LINE_COLUMNS = ("id", "date", "amount", "memo", "payee")


class NotUnderstood(Exception):
    """The version on trial cannot be asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Books:
    """Everything of an organization that a run with `force` would look at."""

    documents: Mapping[str, OpenDocument]
    lines: Mapping[str, OpenTransaction]
    decided: Sequence[Case]  # pairs that people confirmed, or took back
    rules: Sequence[Kept]  # that work now, without the one on trial
    tried: Kept
    place: int  # of the rule on trial among them
    options: Options


def read_books(simulation: RuleSimulation) -> Books:
    """Read what is needed, in one transaction that is over before the work begins.

    Raises:
        NotUnderstood: the version on trial was written for another grammar.
    """
    organization = simulation.organization
    with session([organization.pk]):
        trial = simulation.version
        tried = restored(trial)
        if isinstance(tried, LeftBehind):
            raise NotUnderstood(tried.reason)
        others = Rule.objects.filter(organization=organization).enabled().exclude(pk=trial.rule_id)
        working = [(row, kept) for row in others if row.enabled and (kept := ready(row.enabled))]
        order = (trial.rule.position, str(trial.rule_id))
        return Books(
            documents={row.id: row for row in open_documents(organization, force=True)},
            lines={row.id: row for row in open_transactions(organization, force=True)},
            decided=list(decided_cases(simulation)),
            rules=[kept for _, kept in working],
            tried=tried,
            place=sum((row.position, str(row.pk)) < order for row, _ in working),
            options=options_of(organization),
        )


def decided_cases(simulation: RuleSimulation) -> Iterator[Case]:
    """The pairs of the period that a person confirmed (booked) or took back (not booked)."""
    rows = (
        Reconciliation.objects.by_people()
        .filter(
            organization=simulation.organization_id,
            transaction__date__range=(simulation.starts_on, simulation.ends_on),
            document__isnull=False,
        )
        .order_by("id")
    )
    wanted = list(
        rows.values_list(*PAIR_COLUMNS, *(f"transaction__{name}" for name in LINE_COLUMNS))
    )
    notes = documents_of({row[0] for row in wanted}, cnpj_root(simulation.organization.cnpj))
    for document_id, installment, amount, score, status, *about_line in wanted:
        line = OpenTransaction(str(about_line[0]), *about_line[1:])
        pair = Candidate(line.id, str(document_id), installment, amount, score, (), "")
        yield case_of(line, [(pair, status == MATCHED)], notes)


def documents_of(ids: Iterable[UUID], root: str) -> dict[str, OpenDocument]:
    """Documents by identifier, open or not."""
    papers = papers_of(Document.objects.filter(pk__in=ids), root)
    return {row.id: row for row in papers}
