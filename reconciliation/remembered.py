"""What was open after a run, kept from one run to the next.

A statement concerns some hundreds of documents: to read tens of thousands again would be most of
its work. What a run left open is open still, and says what it said, if nothing but a statement has
come since that run began, which the organization's trail tells; only what it booked is read again.
"""

from pathlib import Path
from typing import NamedTuple

from django.db.models import QuerySet

from ingestion.models import Document, MatchStatus
from reconciliation.engine import (
    Outcome,
    Papers,
    papers_from_bytes,
    papers_to_bytes,
    with_others,
)
from reconciliation.models import Remembered, Run
from reconciliation.open_rows import open_documents, undecided_lines
from reconciliation.versions import SOURCES, version_of

HERE = Path(__file__).parent
READERS = ("balances", "document_rows", "installments", "open_rows")
READER = version_of([*SOURCES.glob("*.py"), *(HERE / f"{name}.py" for name in READERS)])
LEAST = 2_000  # open lines; fewer are compared with everything in no time
MOST_MOVED = 2_000  # documents; to read more again would be no shorter


class Recalled(NamedTuple):
    documents: Papers  # all that are open
    lines: int  # about as many are


def recall(run: Run) -> Recalled | None:
    """What is open; None when it has to be read.

    To be asked only where nothing but statements came since the last run.
    """
    kept = Remembered.objects.filter(organization=run.organization_id, reader=READER).first()
    if kept is None or kept.documents != unsettled(run).count():
        return None
    documents = papers_from_bytes(bytes(kept.content))
    if kept.moved:
        others = open_documents(run.organization, force=False, among=kept.moved)
        documents = with_others(documents, kept.moved, others)
    return Recalled(documents, kept.lines)


def remember(run: Run, said: Outcome, *, was_recalled: bool) -> None:
    """Keep what is open now, when the run has stored what it said.

    Args:
        was_recalled: whether it compared what had been remembered.
    """
    own = Remembered.objects.filter(organization=run.organization_id)
    if was_recalled:
        kept = own.values_list("moved", flat=True).get()
        moved = {*kept, *(pair.document_id for pair in said.matches)}
        if len(moved) <= MOST_MOVED:
            own.update(moved=sorted(moved), documents=unsettled(run).count())
            return
    lines = undecided_lines(run.organization).open().count()
    if lines < LEAST:
        forget(run)
        return
    told = {
        "reader": READER,
        "documents": unsettled(run).count(),
        "lines": lines,
        "content": papers_to_bytes(open_documents(run.organization, force=False)),
        "moved": [],
    }
    Remembered.objects.update_or_create(organization=run.organization, defaults=told)


def forget(run: Run) -> None:
    """Let the next run read everything."""
    Remembered.objects.filter(organization=run.organization_id).delete()


def unsettled(run: Run) -> QuerySet[Document]:
    """What an index alone can count: a document that came without a word shows in it."""
    documents = Document.objects.filter(organization=run.organization_id)
    return documents.exclude(status=MatchStatus.RECONCILED)
