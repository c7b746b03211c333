"""The batch's page: how far the review is, what an export would change, what a clean-up takes."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from audits.evidence.images import missing_images
from audits.exports.preview import START, Place, preview
from audits.exports.services import export_batch
from audits.models import Batch, BatchStatus, CardStatus, Export, ExportStatus
from audits.screens.cleaning import cleaning
from audits.screens.review_grid import doubts_in_words
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, attempt, holds
from reconciliation.kpis.charts import share

SHOWN_CARDS, SHOWN_CELLS, SHOWN_NAMES = 100, 10, 10
LINE = re.compile(r"[0-9]{1,9}")
STEPS = (
    (BatchStatus.PENDING, "Recebido"),
    (BatchStatus.IN_REVIEW, "Em revisão"),
    (BatchStatus.READY, "Revisado"),
    (BatchStatus.EXPORTED, "Exportado"),
)


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    is_done: bool
    is_current: bool


def page(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    cards = batch.cards.select_related("transaction").defer("raw_answers", "candidates").in_order()
    counts = batch.cards.aggregate(
        total=Count("pk"), waiting=Count("pk", filter=~Q(status=CardStatus.RESOLVED))
    )
    done = counts["total"] - counts["waiting"]
    may_clean = holds(request, batch.organization_id, Act.CLEAN)
    return {
        "steps": steps(batch),
        "total": counts["total"],
        "waiting": counts["waiting"],
        "done": done,
        "progress": share(done, counts["total"]) or 0,
        "cards": [(card, doubts_in_words(card)) for card in cards[:SHOWN_CARDS]],
        "exports": batch.exports.select_related("requested_by").defer("manifest"),
        "running": running(batch),
        "origin": origin(batch),
        "change": preview(batch, viewer=author(request), limit=SHOWN_CELLS),
        "may_export": holds(request, batch.organization_id, Act.EXPORT),
        "may_clean": may_clean,
        **(cleaning(batch) if may_clean else {}),
    }


def running(batch: Batch) -> Export | None:
    """The export under way; one whose lease ran out holds nobody up."""
    held = batch.exports.filter(status=ExportStatus.RUNNING, locked_until__gt=timezone.now())
    return held.select_related("requested_by").first()


def origin(batch: Batch) -> dict[str, Any]:
    """The file a batch came from, and which of its images came along."""
    missing = missing_images(batch)
    return {
        "layout": batch.bound_layout.definition.name,
        "images": batch.evidence.count(),
        "missing": missing[:SHOWN_NAMES],
        "more_missing": max(0, len(missing) - SHOWN_NAMES),
        "left_out": batch.left_out[:SHOWN_NAMES],
        "more_left_out": max(0, len(batch.left_out) - SHOWN_NAMES),
    }


def steps(batch: Batch) -> list[Step]:
    at = [value for value, _ in STEPS].index(BatchStatus(batch.status))
    return [Step(name, place < at, place == at) for place, (_, name) in enumerate(STEPS)]


def changes(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """All cells that an export would change, page by page."""
    # The database knows no NUL, and neither does any column.
    line, field = request.GET.get("linha", ""), request.GET.get("campo", "").replace("\x00", "")
    after = Place(int(line), field) if LINE.fullmatch(line) else START
    change = preview(batch, viewer=author(request), after=after)
    context = {"change": change, "is_later": after != START}
    return model_admin.show(request, "pages/changes.html", batch, context)


# The export commits its own steps: who asks meanwhile learns that it is under way.
@non_atomic_requests
def export(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    pending = request.POST.get("allow_pending") == "1"

    def work() -> str:
        made, created = export_batch(batch.pk, requested_by=author(request), allow_pending=pending)
        return told(made, created)

    attempt(request, work)
    return HttpResponseRedirect(reverse("admin:audits_batch_change", args=[batch.pk]))


def told(export: Export, created: bool) -> str:
    if created:
        return f"Revisão {export.revision} exportada. O arquivo e o manifesto estão abaixo."
    return f"Nada mudou desde a revisão {export.revision}: o mesmo arquivo continua valendo."


ROUTES = (
    ("GET", "alteracoes", "audits_batch_changes", changes),
    ("POST", "exportar", "audits_batch_export", export),
)
