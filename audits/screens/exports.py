"""The page of an export: both files with their hashes, and what the manifest says."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from audits.models import Export, ExportStatus
from conciliacontag.pages import FactAdmin
from conciliacontag.storage import is_stored, open_stored

SHOWN_CORRECTIONS = 200
FILES = {
    "csv": ("csv_path", "Results_Corrigidos.csv", "text/csv; charset=utf-8"),
    "manifesto": ("manifest_path", "results_manifest.json", "application/json"),
}


def page(request: HttpRequest, export: Export) -> dict[str, Any]:
    corrections = export.manifest.get("corrections") or []
    return {
        "is_done": export.status == ExportStatus.DONE,
        "is_there": is_stored(export.csv_path),
        "corrections": corrections[:SHOWN_CORRECTIONS],
        "correction_count": len(corrections),
    }


def download_csv(model_admin: FactAdmin, request: HttpRequest, export: Export) -> HttpResponseBase:
    return download(export, "csv")


def download_manifest(
    model_admin: FactAdmin, request: HttpRequest, export: Export
) -> HttpResponseBase:
    return download(export, "manifesto")


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
    ("GET", "manifesto", "audits_export_manifest", download_manifest),
)
