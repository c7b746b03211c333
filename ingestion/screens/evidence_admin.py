"""What a file's page shows of the bytes themselves: pictures, pages of a PDF, downloads."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from conciliacontag.errors import DomainError
from ingestion.models import SourceFile
from ingestion.originals import SANDBOX, as_csv, download, guarded, image_type
from ingestion.screens.refused_rows import refused_rows
from ingestion.screens.reread_admin import RereadAdmin
from ingestion.services.stored import original_bytes, page_picture

GONE = "O arquivo original já não está guardado."


class EvidenceAdmin(RereadAdmin):
    """Pages of files with what can be looked at in them."""

    def get_urls(self) -> list[Any]:
        views = (
            ("baixar/", "download", self.download_view),
            ("imagem/", "image", self.image_view),
            ("paginas/<int:number>/", "picture", self.picture_view),
            ("recusadas/", "refused", self.refused_view),
        )
        mine = [
            path(
                f"<path:object_id>/{place}",
                self.admin_site.admin_view(require_safe(view)),
                name=f"ingestion_sourcefile_{name}",
            )
            for place, name, view in views
        ]
        return mine + list(super().get_urls())

    def download_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The original bytes of a file, also of one in a package."""
        row: SourceFile = self.find(request, object_id)
        return download(row) or missing(request, GONE)

    def image_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """A picture, harmless whatever it holds."""
        row: SourceFile = self.find(request, object_id)
        content = original_bytes(row) if row.kind == "image" else None
        kind = image_type(content) if content is not None else ""
        if content is None or not kind:
            return missing(request, "Esta imagem não pode ser mostrada aqui; baixe o original.")
        return guarded(HttpResponse(content, content_type=kind), SANDBOX)

    def picture_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponseBase:
        """One page of a PDF as a picture."""
        row: SourceFile = self.find(request, object_id)
        picture = page_picture(row, number) if row.kind == "pdf" else None
        if picture is None:
            return missing(request, "Esta página não pode ser desenhada; baixe o original.")
        return guarded(HttpResponse(picture, content_type="image/png"), SANDBOX)

    def refused_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The rows of a table that stayed out, with the reason of each."""
        row: SourceFile = self.find(request, object_id)
        try:
            header, rows = refused_rows(row)
        except DomainError as refusal:
            raise Http404(refusal.message) from refusal
        return as_csv([header, *rows], f"recusadas-{row.filename}")


def missing(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "pages/parts/missing.html", {"sentence": sentence}, status=404)
