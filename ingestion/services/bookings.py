"""Under which CFOP one purchase is booked, and its XML as an accounting system wants to read it.

The CFOP of a note is its issuer's; the buyer books it under one of its own (Ajuste SINIEF s/nº of
1970, annex II). What was signed stays as it is, in the storage and in the record: what leaves with
another CFOP is a working copy, and says so.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path, PurePosixPath
from uuid import UUID

from django.utils import timezone

from conciliacontag.database import session
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import harmless, local_copy
from ingestion.cfop import CHOICES
from ingestion.models import Document, DocumentBooking, SourceFile
from ingestion.models.documents import Direction
from ingestion.parsers.model import ParseError
from ingestion.reading import read_original
from ingestion.services.preferences import MESSAGES
from ingestion.services.stored import is_kept, member_name
from ingestion.working_copies import working_copy

MOST = 500  # notes of one ZIP
ISSUED = (
    "Esta nota foi emitida pela própria empresa: só o que ela comprou se contabiliza sob um CFOP "
    "de entrada. Nada foi alterado."
)
TOO_MANY = f"Peça no máximo {MOST} notas de uma vez."
NOT_THERE = (
    "Uma das notas pedidas não foi encontrada entre as que você pode ver. Confira ids e peça de "
    "novo; nada foi entregue."
)
MISSING = "faltam.txt"
GONE = "{name}: o arquivo original já não está guardado.\r\n"


def book_document(document: Document, *, user: User, cfop: str) -> DocumentBooking | None:
    """Say under which CFOP a purchase is booked; "" takes that back.

    What a person said stands before the supplier's preference; taken back, the preference counts
    again from the next reading on. Said twice, it is written once.

    Raises:
        NotAllowed: the person may not decide in this organization.
        InvalidInput: no CFOP of entry, or the note is no purchase (`not_a_purchase`).
    """
    require(user, document.organization, Act.DECIDE)
    if document.direction != Direction.RECEIVED:
        raise InvalidInput(ISSUED, code="not_a_purchase")
    if cfop not in ("", *CHOICES):
        wrong = {"cfop": [{"code": "invalid", "message": MESSAGES["cfop"]}]}
        raise InvalidInput(details={"fields": wrong})
    with session([document.organization_id]):
        Document.objects.select_for_update().get(pk=document.pk)
        before = DocumentBooking.objects.filter(document=document).first()
        if (before.cfop if before and before.said_by_id else "") == cfop:
            return before
        saved, _ = DocumentBooking.objects.update_or_create(
            document=document,
            defaults={
                "organization": document.organization,
                "cfop": cfop,
                "said_by": user if cfop else None,
                "applied_at": timezone.now(),
            },
        )
        diff = {"cfop": cfop or "nenhum"}
        record(document.organization, "document.booked", document, actor=user, diff=diff)
    return saved


def chosen_documents(ids: Sequence[UUID], *, user: User) -> list[Document]:
    """The notes of these identifiers, which this person may take along.

    Raises:
        InvalidInput: there are too many, or none.
        NotFound: one of them is not there.
        NotAllowed: the person may not export from the organization of one.
    """
    wanted = set(ids)
    if not wanted or len(wanted) > MOST:
        message = TOO_MANY if wanted else "Informe em ids as notas, separadas por vírgulas."
        raise InvalidInput(message, code="ids_out_of_bounds")
    rows = Document.objects.select_related("organization", "file__container", "booking")
    found = list(rows.filter(pk__in=wanted).order_by("file__storage_path", "pk"))
    if len(found) != len(wanted):
        raise NotFound(NOT_THERE)
    for organization in {row.organization for row in found}:
        require(user, organization, Act.EXPORT)
    return found


def working_copies(documents: Sequence[Document]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each note, in the order of where they are kept.

    Notes without a CFOP of entry of their own are the originals, byte for byte. A list of those
    whose bytes are gone comes last: none is missing without a word.
    """
    missing = []
    for _, together in groupby(documents, key=lambda row: row.file and row.file.storage_path):
        for row, content in originals(list(together)):
            if content is None:
                missing.append(GONE.format(name=stem(row)))
            else:
                yield named(row, content)
    if missing:
        yield MISSING, "".join(missing).encode()


def originals(rows: Sequence[Document]) -> Iterator[tuple[Document, bytes | None]]:
    """The bytes of notes that are kept in one file, which is opened once; None where gone."""
    file = rows[0].file
    if file is None or not is_kept(file):
        yield from ((row, None) for row in rows)
        return
    with local_copy(file.storage_path) as path:
        for row in rows:
            yield row, read_kept(path, row.file or file)


def read_kept(path: Path, file: SourceFile) -> bytes | None:
    try:
        return read_original(path, member=member_name(file))
    except ParseError:
        return None


def named(row: Document, content: bytes) -> tuple[str, bytes]:
    booking = getattr(row, "booking", None)
    copy = working_copy(content, booking.cfop) if booking and booking.cfop else None
    if copy is not None:
        return f"{stem(row)}-copia-de-trabalho.xml", copy
    kind = PurePosixPath(row.file.filename).suffix[:8] if row.file else ""
    return f"{stem(row)}{kind or '.xml'}", content


def stem(row: Document) -> str:
    """The access key, which is what a note is known by outside."""
    return harmless(row.key) or str(row.pk)
