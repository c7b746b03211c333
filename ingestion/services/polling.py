"""Reading a place: every item once, through `receive_file`, and written down after its commit.

A poll that is killed has lost nothing and doubles nothing: an item that was received but not yet
written down gives the same file again, one that was written down but not yet moved is moved.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from structlog import get_logger

from conciliacontag.celery import ring
from conciliacontag.database import EVERY, lookup, session
from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.metrics import SOURCE_ITEMS
from ingestion.models import ItemStatus, Source, SourceFile, SourceItem
from ingestion.models.sources import digest
from ingestion.services.deliveries import continue_poll, end_poll, printable, receive_item
from ingestion.services.processing import LeaseLost, lease_end
from ingestion.sources import WAYS
from ingestion.sources.bucket import Bucket
from ingestion.sources.model import Gone, Item, StillWriting, Way

log = get_logger(__name__)


def poll_sources() -> int:
    """Ring for every place whose time has come; return how many."""
    with session(EVERY):
        due = list(Source.objects.due().values_list("organization_id", "pk"))
    for organization_id, source_id in due:
        ring("ingestion.poll_source", str(organization_id), str(source_id))
    return len(due)


def poll_source(
    organization_id: UUID, source_id: UUID, *, is_forced: bool = False
) -> dict[str, Any] | None:
    """Read one place under a lease and return what came of it; None when somebody else does.

    A place that cannot be read waits longer after each failure; its sentence is kept for the
    page. Delivered twice, it works once.
    """
    source = claim(organization_id, source_id, is_forced=is_forced)
    if source is None:
        return None
    poll = Poll(source)
    result: dict[str, Any] = {}
    try:
        poll.run()
    except LeaseLost:
        log.warning("lease_lost", source_id=str(source_id))
        return None
    except (DomainError, OSError) as fault:
        result = tell(fault)
        log.warning("source_not_read", source_id=str(source_id), code=result["code"])
    result |= {"counts": dict(poll.counts)}
    end_poll(source)
    finish(source, result)
    return result


def tell(fault: Exception) -> dict[str, Any]:
    if isinstance(fault, DomainError):
        return {"code": fault.code, "error": fault.message}
    return {
        "code": "source_failed",
        "error": "A leitura parou no meio por uma falha do sistema. A próxima continua daqui.",
    }


def claim(organization_id: UUID, source_id: UUID, *, is_forced: bool) -> Source | None:
    """Take the lease; after several rounds that did not end, the next one waits its turn."""
    with session([organization_id]):
        rows = Source.objects.free() if is_forced else Source.objects.due()
        held = rows.select_for_update(of=("self",)).select_related("organization")
        source = held.filter(pk=source_id).first()
        if source is None:
            return None
        source.attempts += 1
        source.locked_until = lease_end()
        if source.attempts > settings.MOST_ATTEMPTS:
            source.next_run_at = timezone.now() + source.pause
        source.save(update_fields=["attempts", "locked_until", "next_run_at"])
    return source


def finish(source: Source, result: dict[str, Any]) -> None:
    """Give the lease back and set the next time."""
    if "error" not in result:
        source.attempts = 0
    now = timezone.now()
    with session([source.organization_id]):
        Source.objects.filter(pk=source.pk, locked_until=source.locked_until).update(
            attempts=source.attempts,
            locked_until=None,
            last_run_at=now,
            next_run_at=now + source.pause,
            last_result=result,
        )


class Poll:
    """One round over one place, that keeps its lease alive while bytes flow."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.counts: Counter[str] = Counter()
        self.renewed_at = time.monotonic()

    def run(self) -> None:
        with WAYS[self.source.kind](self.source.access()) as way:
            try:
                for page in way.pages(self.known):
                    self.deal_with(way, page)
            finally:
                self.counts.update(way.counts)

    def known(self, identities: Sequence[str]) -> set[str]:
        return known(self.source, identities)

    def deal_with(self, way: Way, page: Sequence[Item]) -> None:
        done = dealt_with(self.source, page)
        for item in page:
            self.renew()
            if item.identity in done:
                way.settle(item, done[item.identity])
                continue
            self.count(take(self.source, way, item, self.alive))

    def count(self, status: str) -> None:
        self.counts[status] += 1
        SOURCE_ITEMS.labels(kind=self.source.kind, status=status).inc()

    def alive(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.renew()
            yield chunk

    def renew(self) -> None:
        """Prolong the lease when a third of it has passed.

        Raises:
            LeaseLost: another worker has taken the place over, or a person has removed it.
        """
        if time.monotonic() - self.renewed_at < settings.LEASE_SECONDS / 3:
            return
        with session([self.source.organization_id]):
            rows = Source.objects.filter(pk=self.source.pk, locked_until=self.source.locked_until)
            self.source.locked_until = lease_end()
            if not rows.update(locked_until=self.source.locked_until):
                raise LeaseLost
        self.renewed_at = time.monotonic()


def known(source: Source, identities: Sequence[str]) -> set[str]:
    """Which of these items were dealt with before."""
    by_digest = {digest(identity): identity for identity in identities}
    with session([source.organization_id]):
        found = lookup(SourceItem, "identity", list(by_digest), source=source)
    return {by_digest[one] for one in found}


def dealt_with(source: Source, page: Sequence[Item]) -> dict[str, str]:
    """The items of a page that were dealt with before; those refused with their sentence."""
    by_digest = {digest(item.identity): item.identity for item in page}
    with session([source.organization_id]):
        rows = SourceItem.objects.filter(source=source, identity__in=by_digest)
        found = list(rows.values_list("identity", "status", "message"))
    return {
        by_digest[identity]: message if status == ItemStatus.FAILED else ""
        for identity, status, message in found
    }


def plain(chunks: Iterable[bytes]) -> Iterable[bytes]:
    return chunks


def take(source: Source, way: Way, item: Item, alive: Any = plain) -> str:
    """Receive one item, write it down, then let the place move or mark it; say what became of it.

    An item that is still being written, or gone, is not written down: it may come again.
    """
    if item.note:
        way.settle(item, "")
        status = ItemStatus.FAILED if item.is_failed else ItemStatus.SKIPPED
        write_down(source, item, status, item.note)
        return status
    try:
        file, created = receive_item(
            continue_poll(source),
            uploader=None,
            filename=item.name,
            chunks=alive(way.read(item)),
        )
    except StillWriting:
        return "waiting"
    except Gone:
        return "gone"
    except InvalidInput as refusal:
        write_down(source, item, ItemStatus.FAILED, refusal.message)
        way.settle(item, refusal.message)
        return ItemStatus.FAILED
    write_down(source, item, ItemStatus.RECEIVED, "" if created else REPEATED, file)
    way.settle(item, "")
    return ItemStatus.RECEIVED if created else "repeated"


REPEATED = "Este arquivo já tinha chegado antes. Nada foi duplicado."


def write_down(
    source: Source, item: Item, status: str, message: str, file: SourceFile | None = None
) -> None:
    with session([source.organization_id]):
        SourceItem.objects.get_or_create(
            source=source,
            identity=digest(item.identity),
            defaults={
                "organization": source.organization,
                "name": printable(item.name)[:1024],
                "status": status,
                "message": message,
                "file": file,
            },
        )


def preview_source(source: Source) -> tuple[list[Item], Counter[str]]:
    """What a round would receive now; nothing is fetched, moved or written down."""
    found: list[Item] = []
    with WAYS[source.kind](source.access()) as way:
        for page in way.pages(lambda identities: known(source, identities)):
            done = dealt_with(source, page)
            found += [item for item in page if not item.note and item.identity not in done]
    return found, way.counts


def fetch_object(organization_id: UUID, source_id: UUID, key: str) -> str:
    """Receive the one object a bucket has told of; say what became of it.

    What cannot be read now is found by the next round.
    """
    with session([organization_id]):
        rows = Source.objects.select_related("organization")
        source = rows.filter(pk=source_id, enabled=True).first()
    if source is None:
        return "gone"
    try:
        with Bucket(source.access()) as way:
            item = way.find(key)
            if dealt_with(source, [item]):
                return "known"
            outcome = take(source, way, item)
            end_poll(source)
            return outcome
    except Gone:
        return "gone"
    except DomainError as refusal:
        log.warning("object_not_fetched", source_id=str(source_id), code=refusal.code)
        return refusal.code
