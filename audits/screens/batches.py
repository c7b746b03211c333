"""The batch's page: how far the review is, what an export would change, what a clean-up takes."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.charts import share
from audits.exports.services import cleanup_batch, export_batch
from audits.models import Batch, BatchStatus, CardStatus, Export, ExportStatus, Response
from audits.screens.cards import author
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
        "leaving": leaving(batch, counts["total"]),
        "may_export": holds(request, batch.organization_id, Act.EXPORT),
        "may_clean": holds(request, batch.organization_id, Act.CLEAN),
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


def leaving(batch: Batch, cards: int) -> dict[str, Any]:
    """What a clean-up takes away: files, bytes, rows."""
    sizes = batch.exports.filter(status=ExportStatus.DONE).values_list("csv_size", flat=True)
    return {
        "files": 1 + 2 * len(sizes),
        "bytes": batch.original_size + sum(size or 0 for size in sizes),
        "cards": cards,
        "responses": Response.objects.filter(card__batch=batch).count(),
    }


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


def cleanup(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """Clean up when the batch's name was typed; the closing record tells what went."""
    back = reverse("admin:audits_batch_change", args=[batch.pk])
    if request.POST.get("name", "").strip() != batch.name:
        messages.error(
            request, "O nome digitado não é o deste lote. Nada foi removido; digite-o como está."
        )
        return HttpResponseRedirect(back)
    kept: list[Any] = []

    def work() -> str:
        kept.append(cleanup_batch(batch.pk, requested_by=author(request), confirm=True))
        return "Lote limpo. Os arquivos saíram; a trilha, as decisões e este registro ficam."

    if not attempt(request, work):
        return HttpResponseRedirect(back)
    return HttpResponseRedirect(reverse("admin:audits_closingrecord_change", args=[kept[0].pk]))


ROUTES = (
    ("POST", "exportar", "audits_batch_export", export),
    ("POST", "limpar", "audits_batch_cleanup", cleanup),
)
