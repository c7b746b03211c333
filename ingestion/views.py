"""Uploading, and reading what was read."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.db.transaction import atomic, non_atomic_requests
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import link
from ingestion.filters import DocumentFilter, FileFilter, TransactionFilter
from ingestion.models import Document, SourceFile, Transaction
from ingestion.multipart import UploadParser
from ingestion.serializers import (
    DocumentDetailSerializer,
    DocumentSerializer,
    FileDetailSerializer,
    FileSerializer,
    LinkSerializer,
    ReceivedSerializer,
    TransactionSerializer,
    UploadRequest,
)
from ingestion.services.files import receive_file

CALM = "Este arquivo já tinha sido enviado. Nada foi duplicado."
RECEIVED = "Arquivo recebido. A leitura começa em instantes."
UNSCANNED = (
    "Arquivo recebido. A leitura começa assim que o antivírus, fora do ar agora, o verificar."
)


# The bytes may take minutes to come: no transaction is held open meanwhile.
@method_decorator(non_atomic_requests, name="dispatch")
class UploadsView(ListAPIView[SourceFile]):
    """Send a file, or list the files that were sent."""

    acts: ClassVar[dict[str, Act]] = {"POST": Act.SEND}
    parser_classes = [UploadParser]
    serializer_class = FileSerializer
    filterset_class = FileFilter

    def get_queryset(self) -> QuerySet[SourceFile]:
        return SourceFile.objects.all()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with atomic():
            return super().get(request, *args, **kwargs)

    @extend_schema(
        request=UploadRequest, responses={200: ReceivedSerializer, 201: ReceivedSerializer}
    )
    def post(self, request: Request) -> Response:
        uploaded = request.FILES.get("file")
        if uploaded is None:
            raise InvalidInput(
                "Nenhum arquivo foi enviado. Mande-o no campo file, como multipart/form-data.",
                code="file_missing",
            )
        with atomic():
            organization = choose_organization(
                person(request), request.POST.get("organization_id"), Act.SEND
            )
        file, created = receive_file(
            organization,
            uploader=person(request),
            filename=request.POST.get("sent_name", ""),
            chunks=uploaded.chunks(),
            content_type=uploaded.content_type or "",
        )
        answer = ReceivedSerializer(file).data
        received = UNSCANNED if file.waits_for_scan else RECEIVED
        answer |= {"created": created, "message": received if created else CALM}
        headers = {"Location": reverse("upload", args=[file.pk])}
        return Response(answer, status=201 if created else 200, headers=headers)


def person(request: Request) -> User:
    """The logged-in person; the permission class has let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError(request.user)
    return request.user


class UploadView(RetrieveAPIView[SourceFile]):
    """One file with its counts and problems; ask again while it is being read."""

    queryset = SourceFile.objects.prefetch_related("problems")
    serializer_class = FileDetailSerializer


class UploadLinkView(GenericAPIView[SourceFile]):
    """A fresh link to the original bytes, for an hour."""

    queryset = SourceFile.objects.all()
    serializer_class = LinkSerializer

    @extend_schema(request=None, responses=LinkSerializer)
    def post(self, request: Request, pk: str) -> Response:
        file = self.get_object()
        stored = file.container or file
        made = link(stored.storage_path, filename=stored.filename)
        return Response(made | {"sha256": stored.sha256, "size": stored.size})


class DocumentsView(ListAPIView[Document]):
    """Fiscal documents, newest first."""

    queryset = Document.objects.defer("normalized")
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter


class DocumentView(RetrieveAPIView[Document]):
    """One fiscal document whole."""

    queryset = Document.objects.all()
    serializer_class = DocumentDetailSerializer


class TransactionsView(ListAPIView[Transaction]):
    """Bank lines, newest first."""

    queryset = Transaction.objects.all()
    serializer_class = TransactionSerializer
    filterset_class = TransactionFilter


class TransactionView(RetrieveAPIView[Transaction]):
    """One bank line."""

    queryset = Transaction.objects.all()
    serializer_class = TransactionSerializer
