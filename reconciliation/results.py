"""What a run found, as rows: bookings, proposals, and lines without a document, each with why."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from conciliacontag.database import copy_rows
from conciliacontag.keys import new_id
from ingestion.models import Document, Transaction
from ingestion.models.documents import PAYABLE
from reconciliation.engine import Candidate, Evidence, OpenDocument, OpenTransaction, Outcome
from reconciliation.models import Reconciliation, ReconciliationStatus, Run
from reconciliation.open_rows import open_documents, open_transactions
from reconciliation.periods.closed import in_closed_period
from reconciliation.statuses import mark_unmatched, settle_documents, settle_transactions

MATCHED = ReconciliationStatus.MATCHED
COLUMNS = (
    "id",
    "organization_id",
    "run_id",
    "document_id",
    "installment",
    "transaction_id",
    "status",
    "amount",
    "score",
    "reason",
    "evidence",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """How many lines were booked, wait for a person, or found nothing."""

    matched: int
    partial: int
    unmatched: int


def store(run: Run, outcome: Outcome, amounts: Mapping[str, Decimal]) -> Stored:
    """Replace what earlier runs proposed.

    The caller holds the organization's books and has left out what is not true any more.

    Args:
        amounts: signed amount of each line by identifier.
    """
    kept = within_scope(outcome, set(run.only_documents))
    clear(run, kept)
    copy_rows(Reconciliation, COLUMNS, rows_of(run, kept, amounts))
    settle_run(run)
    mark_unmatched(kept.unmatched_documents)
    partial = sum(1 for doubt in kept.doubts if doubt.candidates)
    return Stored(len(kept.matches), partial, len(kept.doubts) - partial)


def still_true(
    run: Run,
    outcome: Outcome,
    documents: Iterable[OpenDocument],
    transactions: Iterable[OpenTransaction],
) -> Outcome:
    """The outcome without what people decided, or a reading changed, while it was computed.

    The caller holds the organization's books. What is left out has no row and waits for the next
    run; so does a line whose every candidate was left out, for its reason speaks of them.

    Args:
        documents, transactions: as they were when they were compared.
    """
    compared = {row.id: row for row in documents}
    open_notes = open_documents(run.organization, force=run.force)
    notes = {row.id for row in open_notes if compared.get(row.id) == row}
    before = {row.id: row for row in transactions}
    open_lines = open_transactions(run.organization, force=run.force)
    lines = {row.id for row in open_lines if before.get(row.id) == row}

    def holds(pair: Candidate) -> bool:
        return pair.transaction_id in lines and pair.document_id in notes

    doubts = (
        (doubt, replace(doubt, candidates=tuple(filter(holds, doubt.candidates))))
        for doubt in outcome.doubts
        if doubt.transaction_id in lines
    )
    return Outcome(
        tuple(filter(holds, outcome.matches)),
        tuple(now for was, now in doubts if now.candidates or not was.candidates),
        tuple(document for document in outcome.unmatched_documents if document in notes),
    )


def within_scope(outcome: Outcome, documents: set[str]) -> Outcome:
    """Only what concerns these documents; everything when none is named."""
    if not documents:
        return outcome
    return Outcome(
        tuple(pair for pair in outcome.matches if pair.document_id in documents),
        tuple(
            doubt
            for doubt in outcome.doubts
            if any(candidate.document_id in documents for candidate in doubt.candidates)
        ),
        tuple(document for document in outcome.unmatched_documents if document in documents),
    )


def clear(run: Run, outcome: Outcome) -> None:
    """Remove what the machine said before about everything that this run speaks of."""
    rows = Reconciliation.objects.by_machine().filter(organization=run.organization_id)
    rows = rows.exclude(in_closed_period("transaction__"))
    if not run.force:
        rows = rows.exclude(status=MATCHED)
    if run.only_documents:
        lines = [pair.transaction_id for pair in outcome.matches]
        lines += [doubt.transaction_id for doubt in outcome.doubts]
        rows = rows.filter(Q(transaction__in=lines) | Q(document__in=run.only_documents))
    rows.delete()


def rows_of(run: Run, outcome: Outcome, amounts: Mapping[str, Decimal]) -> Iterator[list[Any]]:
    now = timezone.now()
    for pair in outcome.matches:
        yield pair_row(run, pair, MATCHED, now)
    for doubt in outcome.doubts:
        for pair in doubt.candidates:
            yield pair_row(run, pair, ReconciliationStatus.PARTIAL, now)
        if not doubt.candidates:
            amount = abs(amounts[doubt.transaction_id])
            yield [
                new_id(),
                run.organization_id,
                run.pk,
                None,
                "",
                doubt.transaction_id,
                ReconciliationStatus.UNMATCHED.value,
                amount,
                Decimal(0),
                doubt.reason,
                "[]",
                now,
            ]


def pair_row(run: Run, pair: Candidate, status: ReconciliationStatus, now: datetime) -> list[Any]:
    return [
        new_id(),
        run.organization_id,
        run.pk,
        pair.document_id,
        pair.installment,
        pair.transaction_id,
        status.value,
        pair.amount,
        pair.score,
        pair.reason,
        json.dumps([evidence_row(evidence) for evidence in pair.evidence], ensure_ascii=False),
        now,
    ]


def evidence_row(evidence: Evidence) -> dict[str, str]:
    return {
        "factor": evidence.factor,
        "points": str(evidence.points),
        "document_value": evidence.document_value,
        "transaction_value": evidence.transaction_value,
        "place": evidence.place,
    }


def settle_run(run: Run) -> None:
    """Statuses of everything that may have changed: what is open, and with `force` the rest."""
    lines = Transaction.objects.money().filter(organization=run.organization_id)
    documents = Document.objects.filter(PAYABLE, organization=run.organization_id)
    settle_transactions(lines if run.force else lines.open())
    settle_documents(documents if run.force else documents.open())
