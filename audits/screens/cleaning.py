"""What a clean-up takes, on the batch's page; what it left behind, on the closing record's."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.exports.leaving import WORDS, cleanup_preview, worded
from audits.exports.retention import retention_of
from audits.exports.services import cleanup_batch
from audits.history import tell
from audits.models import Batch, BatchStatus, ClosingRecord, Decision
from conciliacontag.organizations.models import AuditLog
from conciliacontag.organizations.sentences import tell as tell_act
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, attempt

SHOWN_FILES = 50
PAGE_SIZE = 50
LONGEST_LINE = 9
NUMBERED = ("rows", "cards", "responses", "images", "exports", "revisions", "decisions", "history")


def cleaning(batch: Batch) -> dict[str, Any]:
    """What cleaning the batch up would take and leave, for `pages/batch_cleanup.html`."""
    leaving, kept = cleanup_preview(batch), retention_of(batch.organization)
    return {
        "leaving": leaving,
        "leaving_files": leaving.files[:SHOWN_FILES],
        "leaving_more": max(0, len(leaving.files) - SHOWN_FILES),
        "leaving_rows": worded(leaving.rows),
        "staying_rows": worded(leaving.stays),
        "retention": kept,
        "is_exported": batch.status == BatchStatus.EXPORTED,
    }


def cleanup(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """Clean up when the batch's name was typed; the closing record tells what went."""
    back = reverse("admin:audits_batch_change", args=[batch.pk])
    if request.POST.get("name", "").strip() != batch.name.strip():
        messages.error(
            request, "O nome digitado não é o deste lote. Nada foi removido; digite-o como está."
        )
        return HttpResponseRedirect(back)
    kept: list[ClosingRecord] = []

    def work() -> str:
        kept.append(cleanup_batch(batch.pk, requested_by=author(request), confirm=True))
        return "Lote limpo. Os arquivos saíram; a trilha, as decisões e este registro ficam."

    if not attempt(request, work):
        return HttpResponseRedirect(back)
    return HttpResponseRedirect(reverse("admin:audits_closingrecord_change", args=[kept[0].pk]))


def closing_page(request: HttpRequest, record: ClosingRecord) -> dict[str, Any]:
    """Who closed the batch and why, what was in it, what left, and every decision by its line."""
    line = request.GET.get("linha", "").strip()
    return {
        "how": how_closed(record),
        "numbers": [
            (WORDS[kind][1], record.counts[kind]) for kind in NUMBERED if kind in record.counts
        ],
        "sampling": record.counts.get("sampling", []),
        "removed": [as_file(one) for one in record.removed[:SHOWN_FILES]],
        "removed_more": max(0, len(record.removed) - SHOWN_FILES),
        "removed_count": len(record.removed),
        "line": line,
        "decisions": decisions_of(record, line, request.GET.get("pagina", "1")),
    }


def how_closed(record: ClosingRecord) -> str:
    """The act as the trail tells it."""
    acts = AuditLog.objects.select_related("actor").filter(
        organization=record.organization_id,
        entity_type="audits.batch",
        entity_id=str(record.batch_id),
        action__startswith="batch.cleaned",
    )
    act = acts.first()
    return tell_act(act) if act else ""


def as_file(removed: Any) -> dict[str, Any]:
    """A removed file; older records kept nothing of it but its key."""
    return removed if isinstance(removed, dict) else {"key": removed, "name": removed}


def decisions_of(record: ClosingRecord, line: str, number: str) -> "Page[Any]":
    """The decisions of a batch or of one of its lines, a page of them, told in sentences."""
    rows = Decision.objects.filter(batch_id=record.batch_id).select_related("author")
    if line:
        fits = line.isdecimal() and len(line) <= LONGEST_LINE
        rows = rows.filter(line=int(line)) if fits else rows.none()
    page: Page[Any] = Paginator(rows.order_by("line", "at", "id"), PAGE_SIZE).get_page(number)
    page.object_list = [(one.line, tell(one)) for one in page.object_list]
    return page


ROUTES = (("POST", "limpar", "audits_batch_cleanup", cleanup),)
