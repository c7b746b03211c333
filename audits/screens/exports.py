"""The page of an export: both files with their hashes, and what the manifest says."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from audits.exports.views import send_dossier
from audits.models import Export, ExportStatus
from conciliacontag.errors import NotFound
from conciliacontag.pages import FactAdmin
from conciliacontag.storage import is_stored, open_stored

SHOWN_CORRECTIONS = 200
FILES = {
    "csv": ("csv_path", "Results_Corrigidos.csv", "text/csv"),
    "manifesto": ("manifest_path", "results_manifest.json", "application/json"),
}


def page(request: HttpRequest, export: Export) -> dict[str, Any]:
    corrections = export.manifest.get("corrections") or []
    count = export.manifest.get("corrected_cells", len(corrections))
    return {
        "is_done": export.status == ExportStatus.DONE,
        "is_there": is_stored(export.csv_path),
        "corrections": corrections[:SHOWN_CORRECTIONS],
        "correction_count": count,
        "pending": pending_of(export),
    }


def pending_of(export: Export) -> int:
    """Cards that left without a decision, because who exported said so."""
    summary: dict[str, int] = export.manifest.get("summary") or {}
    return summary.get("total", 0) - summary.get("resolved", 0)


def download_csv(model_admin: FactAdmin, request: HttpRequest, export: Export) -> HttpResponseBase:
    return download(export, "csv")


def download_manifest(
    model_admin: FactAdmin, request: HttpRequest, export: Export
) -> HttpResponseBase:
    return download(export, "manifesto")


def download_dossier(
    model_admin: FactAdmin, request: HttpRequest, export: Export
) -> HttpResponseBase:
    """Everything that proves the export, as one ZIP; 404 once a part of it is gone."""
    if export.status != ExportStatus.DONE:
        raise Http404("Esta exportação não terminou.")
    try:
        return send_dossier(export)
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal


def download(export: Export, which: str) -> HttpResponseBase:
    """The stored bytes as they are; 404 once they are gone."""
    field, name, content_type = FILES[which]
    key = getattr(export, field)
    if export.status != ExportStatus.DONE or not is_stored(key):
        raise Http404("O arquivo desta exportação já não está guardado.")
    return FileResponse(
        open_stored(key), as_attachment=True, filename=name, content_type=content_type
    )


ROUTES = (
    ("GET", "csv", "audits_export_csv", download_csv),
    ("GET", "dossie", "audits_export_dossier", download_dossier),
    ("GET", "manifesto", "audits_export_manifest", download_manifest),
)
