"""What a run found, as rows: bookings, proposals, and lines without a document, each with why."""

import json
from collections.abc import Iterator, Mapping
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
from reconciliation.engine import Candidate, Evidence, Outcome
from reconciliation.models import Reconciliation, ReconciliationStatus, Run
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


def store(
    run: Run, outcome: Outcome, amounts: Mapping[str, Decimal], *, read_at: datetime
) -> Stored:
    """Replace what earlier runs proposed; what people decided since `read_at` stands.

    The caller holds the organization's books, see `services.books`.

    Args:
        amounts: signed amount of each line by identifier.
    """
    kept = within_scope(still_true(run, outcome, read_at), set(run.only_documents))
    clear(run, kept)
    copy_rows(Reconciliation, COLUMNS, rows_of(run, kept, amounts))
    settle_run(run)
    mark_unmatched(kept.unmatched_documents)
    partial = sum(1 for doubt in kept.doubts if doubt.candidates)
    return Stored(len(kept.matches), partial, len(kept.doubts) - partial)


def still_true(run: Run, outcome: Outcome, read_at: datetime) -> Outcome:
    """The outcome without the lines and instalments that people took while it was computed."""
    decided = Reconciliation.objects.by_people().filter(
        organization=run.organization_id, decided_at__gte=read_at
    )
    rows = list(decided.values_list("transaction_id", "document_id", "status"))
    if not rows:
        return outcome
    lines = {str(line) for line, _, _ in rows}
    booked = {str(document) for _, document, status in rows if status == MATCHED}

    def free(pair: Candidate) -> bool:
        return pair.transaction_id not in lines and pair.document_id not in booked

    matches = tuple(filter(free, outcome.matches))
    doubts = tuple(
        replace(doubt, candidates=tuple(filter(free, doubt.candidates)))
        for doubt in outcome.doubts
        if doubt.transaction_id not in lines
    )
    return replace(outcome, matches=matches, doubts=doubts)


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
