"""What was open after a run, kept from one run to the next.

A statement concerns some hundreds of documents: to read tens of thousands again would be most of
its work. What a run left open is open still, and says what it said, if nothing but a statement has
come since that run began, which the organization's trail tells; only what it booked is read again.
"""

from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet

from ingestion.models import Document
from ingestion.models.documents import PAYABLE
from reconciliation.engine import Outcome, Papers, papers_from_bytes, papers_to_bytes, with_others
from reconciliation.models import Remembered, Run
from reconciliation.open_rows import open_documents
from reconciliation.versions import SOURCES, version_of

HERE = Path(__file__).parent
READERS = ("balances", "document_rows", "installments", "open_rows")
READER = version_of([*SOURCES.glob("*.py"), *(HERE / f"{name}.py" for name in READERS)])
LEAST = 2_000  # documents; fewer are read in no time
MOST_MOVED = 2_000


def recall(run: Run) -> Papers | None:
    """Every open document; None when they have to be read.

    To be asked only where nothing but statements came since the last run.
    """
    kept = Remembered.objects.filter(organization=run.organization_id, reader=READER).first()
    if kept is None or kept.documents != waiting(run).count():
        return None
    papers = papers_from_bytes(bytes(kept.content))
    if not kept.moved:
        return papers
    moved = [UUID(pk) for pk in kept.moved]
    return with_others(
        papers, kept.moved, open_documents(run.organization, force=False, among=moved)
    )


def remember(run: Run, said: Outcome, *, was_recalled: bool) -> None:
    """Keep what is open now, when the run has stored what it said.

    Args:
        was_recalled: whether it compared what had been remembered, and that was true.
    """
    count = waiting(run).count()
    own = Remembered.objects.filter(organization=run.organization_id)
    if count < LEAST:
        own.delete()
        return
    if was_recalled:
        kept = own.values_list("moved", flat=True).get()
        moved = {*kept, *(pair.document_id for pair in said.matches)}
        if len(moved) <= MOST_MOVED:
            own.update(moved=sorted(moved), documents=count)
            return
    every = open_documents(run.organization, force=False)
    told = {"reader": READER, "documents": count, "content": papers_to_bytes(every), "moved": []}
    Remembered.objects.update_or_create(organization=run.organization, defaults=told)


def waiting(run: Run) -> QuerySet[Document]:
    return Document.objects.filter(PAYABLE, organization=run.organization_id).open()
