"""The batch's page: how far the review is, what an export would change, what a clean-up takes."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.charts import share
from audits.exports.services import export_batch
from audits.models import Batch, BatchStatus, CardStatus, Export, ExportStatus, Response
from audits.screens.cards import author
from audits.screens.cleaning import cleaning
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, holds

SHOWN_CARDS = 100
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
    cards = batch.cards.select_related("transaction").in_order()
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
        "progress": share(done, counts["total"]),
        "cards": [(card, "; ".join(card.doubts)) for card in cards[:SHOWN_CARDS]],
        "first_open": batch.cards.open().order_by("line").first(),
        "exports": batch.exports.select_related("requested_by"),
        "is_exporting": batch.exports.filter(status=ExportStatus.RUNNING).exists(),
        "change": change_preview(batch),
        "may_export": holds(request, batch.organization_id, Act.EXPORT),
        "may_clean": may_clean,
        **(cleaning(batch) if may_clean else {}),
    }


def steps(batch: Batch) -> list[Step]:
    at = [value for value, _ in STEPS].index(BatchStatus(batch.status))
    return [Step(name, place < at, place == at) for place, (_, name) in enumerate(STEPS)]


def change_preview(batch: Batch) -> dict[str, int]:
    """How many cells in how many lines an export would change."""
    changed = Response.objects.filter(card__batch=batch, corrected_value__isnull=False).exclude(
        corrected_value=F("read_value")
    )
    return changed.aggregate(cells=Count("pk"), lines=Count("card", distinct=True))


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
    if export.status == ExportStatus.RUNNING:
        return "A exportação está em andamento; o arquivo aparece aqui quando ficar pronto."
    if created:
        return f"Revisão {export.revision} exportada. O arquivo e o manifesto estão abaixo."
    return f"Nada mudou desde a revisão {export.revision}: o mesmo arquivo continua valendo."


ROUTES = (("POST", "exportar", "audits_batch_export", export),)
