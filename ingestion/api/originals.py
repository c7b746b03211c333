"""A document's original bytes and its printed page, over HTTP."""

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from conciliacontag.errors import NotFound
from ingestion.api.serializers import DocumentSerializer
from ingestion.models import Document
from ingestion.originals import as_pdf, download
from ingestion.printing import is_printable, printed
from ingestion.services.stored import original_bytes
from ingestion.words import PRINTED_NAMES


class DocumentFileView(GenericAPIView[Document]):
    """What comes out of one document as a file."""

    queryset = Document.objects.select_related("file__container")
    serializer_class = DocumentSerializer


class DocumentOriginalView(DocumentFileView):
    """The file in which the document came, or its member of a package."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> HttpResponseBase:
        """Baixa os bytes originais do arquivo em que o documento chegou."""
        answer = download(self.get_object().file)
        if answer is None:
            raise NotFound("O arquivo original já não está guardado.", code="file_removed")
        return answer


class DocumentPdfView(DocumentFileView):
    """The printed page, drawn on demand."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> HttpResponseBase:
        """Desenha o DANFE, DACTE ou DANFSe a partir do XML original."""
        document = self.get_object()
        name = PRINTED_NAMES.get(document.doc_type, "DANFE")
        content = original_bytes(document.file) if is_printable(document) else None
        page = printed(document, content) if content is not None else None
        if page is None:
            message = f"Este documento não tem {name}; use os campos do documento."
            raise NotFound(message, code="document_not_printable")
        return as_pdf(page, f"{name}-{document.number}.pdf")
