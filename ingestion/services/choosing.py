"""Which uploads a request to read again is about."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, SourceFile, Transaction

# Bytes that the scanner for malware did not let through are not read, however often one asks.
UNSAFE = ("file_infected", "file_not_scannable")
UNREADABLE = (
    "Nenhum destes arquivos pode ser lido de novo: ou ainda não terminaram de ser lidos, ou seus "
    "bytes não estão guardados."
)

Chosen = dict[UUID, set[UUID] | None]  # upload → members of it, or None for all of it


def choose(organization: Organization, files: Sequence[UUID], parser: str) -> Chosen:
    """The uploads to read again, each whole or with the members that were asked for."""
    if bool(files) == bool(parser):
        raise InvalidInput(
            "Diga quais arquivos ler de novo: por file_id ou file_ids, ou por parser, e não por "
            "ambos.",
            code="files_or_parser",
        )
    asked = SourceFile.objects.filter(organization=organization).order_by("pk")
    rows = asked.filter(pk__in=files) if files else read_by(asked, parser)
    found = list(rows.select_related("container"))
    if files and len(found) != len(set(files)):
        raise NotFound("Um dos arquivos pedidos não foi encontrado nesta empresa.")
    chosen: Chosen = {}
    for row in filter(is_readable, found):
        add_choice(chosen, row)
    if not chosen:
        raise InvalidInput(
            UNREADABLE if found else f"Nenhum arquivo desta empresa foi lido por {parser}.",
            code="nothing_to_reprocess",
            status=422,
        )
    return chosen


def read_by(files: "QuerySet[SourceFile]", parser: str) -> "QuerySet[SourceFile]":
    """Files that this reader and version read, or that brought rows it read."""
    rows = [
        Exists(table.objects.filter(file=OuterRef("pk"), parser=parser))
        for table in (Document, Transaction)
    ]
    return files.filter(Q(parser=parser) | rows[0] | rows[1])


def is_readable(row: SourceFile) -> bool:
    upload = row.container or row
    return (
        upload.processed_at is not None
        and bool(upload.storage_path)
        and upload.error_code not in UNSAFE
    )


def add_choice(chosen: Chosen, row: SourceFile) -> None:
    if row.container_id is None:
        chosen[row.pk] = None
        return
    members = chosen.setdefault(row.container_id, set())
    if members is not None:
        members.add(row.pk)


def as_list(members: set[UUID] | None) -> list[str] | None:
    return None if members is None else sorted(map(str, members))
