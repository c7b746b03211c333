"""What the page of a document tells beside its mirror: doubts, events, and how it came here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from conciliacontag.brazil import format_tax_id
from ingestion.models import (
    DeliveryItem,
    Document,
    DocumentEvent,
    FiscalStatus,
    Problem,
    Rereading,
    SourceFile,
)
from ingestion.parsers.fiscal_status import cancels_document, fiscal_status_after
from ingestion.parsers.model import Event
from ingestion.screens.forwardings import Forwarded, forwardings_of
from ingestion.words import event_name

SHOWN_PROBLEMS = 20
GRAVITY = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as the page tells it. `decides`: the fiscal status follows from this one."""

    row: DocumentEvent
    title: str
    decides: bool
    is_undone: bool
    undoes: str
    author: str
    replaced_by: UUID | None


@dataclass(frozen=True, slots=True)
class Story:
    """The events of a document and, in a sentence, where its fiscal status comes from."""

    happenings: tuple[Happening, ...]
    status: str


def story_of(document: Document) -> Story:
    """Every event known of a document, and the one that made its status what it is."""
    rows = list(
        DocumentEvent.objects.filter(
            organization=document.organization_id, document_key=document.key
        )
    )
    events = [as_event(row) for row in rows]
    undoing = [event for event in events if event.extra.get("cancels")]
    told = document.normalized.get("fiscal_status") or document.fiscal_status
    said = str(FiscalStatus(told).label).lower()
    found = []
    for row, event in zip(rows, events, strict=True):
        counts = event.accepted and cancels_document(event)
        stands = counts and fiscal_status_after("authorized", [event, *undoing]) == "cancelled"
        decides = stands and told != "denied"
        found.append(happening(document, row, decides=decides, is_undone=counts and not stands))
    if any(one.decides for one in found):
        status = f"O documento diz de si: {said}. O evento marcado abaixo mudou isso."
    else:
        status = f"É o que o próprio documento diz: {said}."
    return Story(tuple(found), status)


def as_event(row: DocumentEvent) -> Event:
    """The event as the rule of the fiscal status takes it."""
    return Event(
        document_key=row.document_key,
        event_type=row.event_type,
        sequence=row.sequence,
        protocol=row.protocol,
        occurred_at=row.occurred_at,
        author=row.author,
        description=row.description,
        accepted=row.accepted,
        status_code=row.status_code,
        text=row.text,
        extra=row.extra,
    )


def happening(
    document: Document, row: DocumentEvent, *, decides: bool, is_undone: bool
) -> Happening:
    undone, other = row.extra.get("cancels") or {}, row.extra.get("replaced_by") or ""
    same = Document.objects.filter(organization=document.organization_id, key=other)
    return Happening(
        row,
        event_name(row.event_type, row.description),
        decides,
        is_undone,
        event_name(str(undone.get("event_type", ""))) if undone else "",
        format_tax_id(row.author),
        same.values_list("pk", flat=True).first() if other else None,
    )


def problems_of(document: Document) -> list[Problem]:
    """What is doubtful in the file of this document, the gravest first; notices are left out."""
    file = document.file
    if file is None:
        return []
    rows = Problem.objects.about(file).filter(severity__in=GRAVITY)
    return sorted(rows, key=lambda row: GRAVITY.index(row.severity))[:SHOWN_PROBLEMS]


def rereadings_of(file: SourceFile | None) -> Iterable[Rereading]:
    """The readings that were repeated over the upload of a document, newest first."""
    if file is None:
        return []
    done = Rereading.objects.filter(file=file.container or file, reprocessing__dry_run=False)
    return done.filter(finished_at__isnull=False).select_related("reprocessing").order_by("-pk")[:5]


def arrival_of(document: Document) -> dict[str, Any]:
    """In which file the document came, who sent it, and where it was sent on to."""
    file = document.file
    upload = (file.container or file) if file else None
    forwarded: list[Forwarded] = []
    sent = None
    if file is not None and upload is not None:
        forwarded = forwardings_of(upload, member=file.pk)
        sent = DeliveryItem.objects.filter(file=upload).select_related("delivery").first()
    return {
        "file": file,
        "upload": upload,
        "delivery": sent.delivery if sent else None,
        "rereadings": list(rereadings_of(file)),
        "forwardings": forwarded,
    }
