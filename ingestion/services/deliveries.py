"""Files that are sent together: announced, received one by one, continued after a break.

`receive_file` stays the only door. What is written here is which file came with which sending and
what became of it, so that sender and screen count the same. Sending a file again finds its row.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256 as new_sha256
from typing import NamedTuple

from django.db.transaction import atomic
from django.utils import timezone

from conciliacontag.database import lock, session
from conciliacontag.errors import DomainError
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.storage import cut
from ingestion.models import Delivery, DeliveryItem, Origin, Outcome, Source, SourceFile
from ingestion.services.files import receive_file

LONGEST_NAME = 1024  # bytes: names are part of an index
LONGEST_TITLE = 200
CALM = "Este arquivo já tinha sido enviado. Nada foi duplicado."


class Known(NamedTuple):
    """A file a sender holds and has not sent: its hash, and its name if it was told."""

    sha256: str
    filename: str = ""


def start_delivery(
    organization: Organization,
    *,
    sender: User | None,
    origin: Origin,
    title: str = "",
    announced: int | None = None,
    announced_bytes: int | None = None,
) -> Delivery:
    """Open a delivery. It closes by itself when as many files have come as were announced.

    Raises:
        NotAllowed: the person may not send files to this organization.
    """
    if sender:
        require(sender, organization, Act.SEND)
    with session([organization.pk]):
        delivery: Delivery = Delivery.objects.create(
            organization=organization,
            sender=sender,
            origin=origin,
            title=printable(title)[:LONGEST_TITLE],
            announced=announced,
            announced_bytes=announced_bytes,
        )
    return delivery


def continue_command(organization: Organization, title: str, announced: int) -> Delivery:
    """The delivery of a command that was interrupted over the same path, or a new one."""
    named = printable(title)[:LONGEST_TITLE]
    with session([organization.pk]):
        mine = Delivery.objects.open().filter(organization=organization, origin=Origin.COMMAND)
        delivery = mine.filter(title=named).first()
        if delivery:
            Delivery.objects.filter(pk=delivery.pk).update(announced=announced)
            return delivery
    return start_delivery(
        organization, sender=None, origin=Origin.COMMAND, title=named, announced=announced
    )


def continue_poll(source: Source) -> Delivery:
    """The open delivery of a place: its round's first file opens it, a killed round's goes on."""
    with session([source.organization_id]):
        lock(place_lock(source))
        delivery, _ = (
            Delivery.objects.select_for_update()
            .open()
            .get_or_create(
                source=source,
                defaults={
                    "organization_id": source.organization_id,
                    "origin": Origin(source.kind),
                    "title": source.name[:LONGEST_TITLE],
                },
            )
        )
        Delivery.objects.filter(pk=delivery.pk).update(last_at=timezone.now())
    delivery.organization = source.organization
    return delivery


def end_poll(source: Source) -> None:
    """Close what a round received; one that was opened for a file that did not come leaves.

    A file may be on its way to it all the same, told by a notice: `write` opens it again.
    """
    with session([source.organization_id]):
        lock(place_lock(source))
        for delivery in Delivery.objects.open().filter(source=source).select_for_update():
            if count := delivery.items.count():
                close(delivery, announced=count)
            else:
                delivery.delete()


def place_lock(source: Source) -> str:
    """One opens or closes at a time: what leaves in between is neither there nor free."""
    return f"delivery {source.pk}"


def receive_item(
    delivery: Delivery,
    *,
    uploader: User | None,
    filename: str,
    chunks: Iterable[bytes],
    content_type: str = "",
) -> tuple[SourceFile, bool]:
    """Receive one file of a delivery and write down what became of it; False: it was known.

    A delivery that was closed takes files as well: closing only ends the waiting for them.

    Raises:
        DomainError: whatever `receive_file` refuses; the refusal is written down as well.
    """
    item = DeliveryItem(
        organization_id=delivery.organization_id,
        delivery=delivery,
        filename=cut(printable(filename), LONGEST_NAME),
    )
    stream = Hashed(chunks)
    try:
        file, created = receive_file(
            delivery.organization,
            uploader=uploader,
            filename=filename,
            chunks=stream,
            content_type=content_type,
        )
    except DomainError as refusal:
        item.outcome = Outcome.WAITING if refusal.status >= 500 else Outcome.REFUSED
        item.code, item.message = refusal.code, refusal.message
        write(item, sha256=stream.sha256, size=stream.size)
        raise
    item.file, item.outcome = file, Outcome.RECEIVED if created else Outcome.KNOWN
    item.message = "" if created else CALM
    return file, write(item, sha256=file.sha256, size=file.size).outcome == Outcome.RECEIVED


def write(item: DeliveryItem, *, sha256: str, size: int) -> DeliveryItem:
    """Keep the row, unless it is there: what came first stands, and a refusal may become better."""
    defaults = {
        name: getattr(item, name) for name in ("organization_id", "outcome", "code", "message")
    }
    with session([item.organization_id]):
        hold_delivery(item)
        row, created = DeliveryItem.objects.get_or_create(
            delivery=item.delivery,
            filename=item.filename,
            sha256=sha256,
            defaults=defaults | {"file": item.file, "size": size},
        )
        # Whoever received it may be written down behind who sent it at the same time and found it.
        is_better = row.file_id is None or item.outcome == Outcome.RECEIVED
        if not created and item.file and is_better:
            row.file, row.outcome, row.code, row.message = item.file, item.outcome, "", item.message
            row.save()
    return row


def hold_delivery(item: DeliveryItem) -> None:
    """Keep a place's delivery from leaving within this transaction, or open it again."""
    if item.delivery.source_id is None:
        return
    held = Delivery.objects.select_for_update(no_key=True).filter(pk=item.delivery_id)
    if held.first() is None:
        sources = Source.objects.select_related("organization")
        item.delivery = continue_poll(sources.get(pk=item.delivery.source_id))


class Hashed:
    """Passes chunks on and knows their hash when the last one has come."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks, self.digest, self.size = chunks, new_sha256(), 0
        self.is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks:
            self.digest.update(chunk)
            self.size += len(chunk)
            yield chunk
        self.is_whole = True

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest() if self.is_whole else ""


def settle_arrivals(delivery: Delivery) -> Delivery:
    """After a slice: note that it came, and close the delivery when everything has come.

    What came in the end replaces the note that it could not be kept.
    """
    with session([delivery.organization_id]):
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        items = row.items.exclude(outcome=Outcome.WAITING)
        whole = items.exclude(sha256="").values("filename")
        row.items.filter(sha256="", filename__in=whole).delete()
        row.last_at = timezone.now()
        count = items.count()
        if row.announced is not None and count >= row.announced:
            row.announced, row.closed_at = count, row.closed_at or row.last_at
        row.save(update_fields=["last_at", "closed_at", "announced"])
    return row


def note_known(delivery: Delivery, held: Sequence[Known], *, by: User) -> dict[str, SourceFile]:
    """Which of these bytes the organization has; they are written down as known, not to be sent.

    A file that this delivery itself has brought stays received.
    """
    require(by, delivery.organization, Act.SEND)
    with session([delivery.organization_id]):
        wanted = {one.sha256 for one in held}
        rows = SourceFile.objects.filter(organization=delivery.organization, sha256__in=wanted)
        found = {row.sha256: row for row in rows}
        add_known(delivery, [one for one in held if one.sha256 in found], found)
    settle_arrivals(delivery)
    return found


def add_known(delivery: Delivery, held: Sequence[Known], found: dict[str, SourceFile]) -> None:
    mine = set(
        delivery.items.filter(sha256__in=found).values_list("sha256", flat=True)
    )  # a hash without a name is any file of these bytes
    named = [
        (one.sha256, printable(one.filename) or found[one.sha256].filename)
        for one in held
        if one.filename or one.sha256 not in mine
    ]
    DeliveryItem.objects.bulk_create(
        (
            DeliveryItem(
                organization_id=delivery.organization_id,
                delivery=delivery,
                filename=cut(name, LONGEST_NAME),
                sha256=digest,
                size=found[digest].size,
                file=found[digest],
                outcome=Outcome.KNOWN,
                message=CALM,
            )
            for digest, name in named
        ),
        ignore_conflicts=True,
    )


def close_delivery(delivery: Delivery, *, by: User | None = None) -> Delivery:
    """Nothing more will come; what was announced and did not come is no longer waited for."""
    if by:
        require(by, delivery.organization, Act.SEND)
    with session([delivery.organization_id]):
        row: Delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
        close(row)
    return row


def close(delivery: Delivery, *, announced: int | None = None) -> None:
    if delivery.is_open:
        delivery.closed_at = timezone.now()
        delivery.announced = delivery.announced if announced is None else announced
        delivery.save(update_fields=["closed_at", "announced"])


def dismiss_delivery(delivery: Delivery, *, by: User) -> Delivery:
    """A person has seen what went wrong and takes it off the list."""
    require(by, delivery.organization, Act.SEND)
    with atomic():
        row = close_delivery(delivery)
        if row.dismissed_at is None:
            row.dismissed_at = timezone.now()
            row.save(update_fields=["dismissed_at"])
    return row


def printable(name: str) -> str:
    """A name as the database can hold it and a page can show it."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "�" for char in name)
