"""What a run could not decide, line by line, with everything a person needs to decide it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from audits.models import Batch, BatchStatus, Card, Decision
from reconciliation.balances import ZERO, weigh
from reconciliation.models import Reconciliation, ReconciliationStatus, Run

CHUNK = 2000
OF_THE_GROUP = ("score", "evidence", "reason")
LINE = (
    "transaction_id",
    "transaction__external_id",
    "transaction__date",
    "transaction__account",
    "transaction__amount",
    "transaction__memo",
    "transaction__payee",
)
CANDIDATE = (
    "document_id",
    "installment",
    "document__key",
    "document__number",
    "document__doc_type",
    "document__emitter_name",
    "document__emitter_cnpj",
    "document__receiver_name",
    "document__receiver_cnpj",
    "document__total_amount",
    "document__issue_date",
    "amount",
    "difference",
    "difference_kind",
    "score",
    "evidence",
    "reason",
    "link",
)
SHARED = (" + ", "+")  # between numbers, and between keys, of notes that are paid together


@dataclass(frozen=True, slots=True)
class Doubt:
    """One bank line with its candidates, best first, as stored on a card and in the file."""

    transaction_id: UUID
    reason: str
    answers: dict[str, str]  # column of the file → text, without the line's number
    candidates: list[dict[str, Any]]


def waiting_rows(run: Run) -> "QuerySet[Reconciliation]":
    """Proposals and misses that need a card: the machine's, warnings, and what a person took back.

    A run leaves alone what an earlier one said in the same words: its rows count as well.

    A line that already has a card in a batch somebody works on keeps that one.
    """
    cards = Card.objects.filter(transaction=OuterRef("transaction")).exclude(
        batch__in=list(untouched(run))
    )
    rows = Reconciliation.objects.filter(
        organization=run.organization_id, transaction__isnull=False
    ).exclude(status=ReconciliationStatus.MATCHED)
    proposed = Q(performed_by=None) & ~Exists(cards)
    taken_back = Q(status=ReconciliationStatus.PARTIAL, performed_by__isnull=False)
    warned = ~Q(alert="")
    return rows.filter(proposed | ((taken_back | warned) & ~Exists(cards.open())))


def untouched(run: Run) -> "QuerySet[Batch]":
    """Batches of runs of this company that nobody has answered, remarked on or exported."""
    acts = Decision.objects.filter(batch_id=OuterRef("pk"))
    batches = Batch.objects.filter(organization=run.organization_id, run__isnull=False)
    return batches.filter(~Exists(acts), status=BatchStatus.PENDING, exports=None)


def read_doubts(run: Run) -> Iterator[Doubt]:
    """The doubts in the order of the statement; rows of one line come together."""
    ordered = waiting_rows(run).order_by(
        "transaction__date", "transaction_id", "-score", "document_id", "installment"
    )
    rows = ordered.values(*LINE, *CANDIDATE).iterator(CHUNK)
    for transaction_id, group in groupby(rows, key=itemgetter("transaction_id")):
        yield as_doubt(transaction_id, list(group))


def as_doubt(transaction_id: UUID, rows: list[dict[str, Any]]) -> Doubt:
    best = rows[0]
    links = by_link(row for row in rows if row["document_id"])
    candidates = [as_candidate(link[0]) if len(link) == 1 else as_group(link) for link in links]
    answers = {
        "identificador": (best["transaction__external_id"] or str(transaction_id)),
        "data": best["transaction__date"].isoformat(),
        "conta": best["transaction__account"],
        "valor": str(best["transaction__amount"]),
        "historico": best["transaction__memo"],
        "favorecido": best["transaction__payee"],
        "motivo": best["reason"],
        **(document_values(candidates[0]) if candidates else {}),
    }
    return Doubt(transaction_id, best["reason"], answers, candidates)


def by_link(rows: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    """Rows that are decided together, in the order in which each link begins."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["link"], []).append(row)
    return found.values()


def as_group(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Notes that one payment settles together, as one candidate with its notes inside.

    Where a single one has one value, the group has the sum, or all of them joined; `link` is what
    chooses it. `difference` is what the payment brings beyond what it settles, or lacks.
    """
    notes = [as_note(row) for row in rows]
    words, keys = SHARED
    return {
        **as_candidate(rows[0]),
        "key": keys.join(note["key"] for note in notes),
        "number": words.join(dict.fromkeys(note["number"] for note in notes)),
        "installment": "",
        "total_amount": money(sum((row["document__total_amount"] for row in rows), ZERO)),
        "amount": money(sum((row["amount"] for row in rows), ZERO)),
        "link": str(rows[0]["link"]),
        "documents": notes,
    }


def as_note(row: dict[str, Any]) -> dict[str, Any]:
    """One note of a group, with what it would settle of it and what the payment lacks for it."""
    settled = weigh(row["amount"], row["difference"], row["difference_kind"]).settled
    return {
        **{name: value for name, value in as_candidate(row).items() if name not in OF_THE_GROUP},
        "settled": money(settled),
        "difference": money(row["difference"]),
        "difference_kind": row["difference_kind"],
    }


def as_candidate(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "document_id": str(row["document_id"]),
        "installment": row["installment"],
        "key": row["document__key"],
        "number": row["document__number"],
        "doc_type": row["document__doc_type"],
        "emitter_name": row["document__emitter_name"],
        "emitter_cnpj": row["document__emitter_cnpj"],
        "receiver_name": row["document__receiver_name"],
        "receiver_cnpj": row["document__receiver_cnpj"],
        "total_amount": money(row["document__total_amount"]),
        "issue_date": row["document__issue_date"].isoformat(),
        "amount": money(row["amount"]),
        "score": money(row["score"]),
        "evidence": row["evidence"],
        "reason": row["reason"],
    }


def document_values(candidate: Mapping[str, Any]) -> dict[str, str]:
    """What the file says of a chosen or proposed document."""
    return {
        "documento": candidate["key"],
        "numero": candidate["number"],
        "emitente": candidate["emitter_name"],
        "valor_documento": candidate["total_amount"],
        "pontos": candidate["score"],
    }


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"
