"""What was read of files: problems, documents, bank lines."""

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from conciliacontag.errors import NotFound
from conciliacontag.organizations.models import User
from conciliacontag.storage import link
from ingestion.api.filters import BY_ARRIVAL, DocumentFilter, TransactionFilter
from ingestion.api.serializers import (
    DocumentDetailSerializer,
    DocumentSerializer,
    FileDetailSerializer,
    LinkSerializer,
    TransactionSerializer,
)
from ingestion.models import Document, SourceFile, Transaction
from ingestion.services.stored import is_kept

GONE = "O arquivo original já foi removido, ou ainda espera o antivírus."


def person(request: Request) -> User:
    """The logged-in person; the permission class has let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError(request.user)
    return request.user


class UploadView(RetrieveAPIView[SourceFile]):
    """One file with its counts and problems; ask again while it is being read."""

    queryset = SourceFile.objects.all()
    serializer_class = FileDetailSerializer


class UploadLinkView(GenericAPIView[SourceFile]):
    """A fresh link to the original bytes, for an hour."""

    queryset = SourceFile.objects.select_related("container")
    serializer_class = LinkSerializer

    @extend_schema(request=None, responses=LinkSerializer)
    def post(self, request: Request, pk: str) -> Response:
        file = self.get_object()
        if not is_kept(file):
            raise NotFound(GONE, code="file_removed")
        stored = file.container or file
        made = link(stored.storage_path, filename=stored.filename)
        return Response(made | {"sha256": stored.sha256, "size": stored.size})


class DocumentsView(ListAPIView[Document]):
    """Fiscal documents, in the order in which they came."""

    queryset = Document.objects.defer("normalized")
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    ordering = BY_ARRIVAL


class DocumentView(RetrieveAPIView[Document]):
    """One fiscal document whole."""

    queryset = Document.objects.all()
    serializer_class = DocumentDetailSerializer


class TransactionsView(ListAPIView[Transaction]):
    """Bank lines, in the order in which they came."""

    queryset = Transaction.objects.all()
    serializer_class = TransactionSerializer
    filterset_class = TransactionFilter
    ordering = BY_ARRIVAL


class TransactionView(RetrieveAPIView[Transaction]):
    """One bank line."""

    queryset = Transaction.objects.all()
    serializer_class = TransactionSerializer
