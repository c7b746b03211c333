"""What gave way to a decision comes back when the decision is taken back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from ingestion.models import Document, Transaction
from ingestion.models.documents import PAYABLE
from reconciliation.booking import Touched, room_for
from reconciliation.displacing import kept_for, rebuilt
from reconciliation.models import MATCHED, Reconciliation, ReconciliationStatus, Run

Rows = list[Reconciliation]


def put_back(links: Iterable[UUID]) -> Touched:
    """Bring back what gave way to the decisions of these links, which are taken back already.

    Proposals stand as they stood, and a machine's booking is booked again where both of its sides
    still have the room: otherwise it is proposed. A link with a document that is not valid any
    more stays away. What a run said meanwhile of the rest of such a line goes.
    """
    kept = kept_for(links)
    rows = list(rebuilt(kept))
    kept.delete()
    touched = Touched()
    known = Reconciliation.objects.in_bulk([row.pk for row in rows])
    restore_amounts([row for row in rows if row.pk in known])
    gone = still_possible([row for row in rows if row.pk not in known])
    touched.add(gone)
    meanwhile = Reconciliation.objects.filter(transaction__in=touched.lines, alert="")
    meanwhile.by_machine().exclude(MATCHED).delete()
    found = list(by_link(gone))
    booked = [link for link in found if link[0].status == ReconciliationStatus.MATCHED]
    # Proposals take no room: however many there are, they come back at once.
    proposed = (link for link in found if link[0].status != ReconciliationStatus.MATCHED)
    Reconciliation.objects.bulk_create(row for link in proposed for row in link)
    for link in booked:
        as_it_fits(link)
        Reconciliation.objects.bulk_create(link)
    return touched


def restore_amounts(rows: Rows) -> None:
    """The decision's own rows, with the amounts that were proposed before it changed them."""
    Reconciliation.objects.bulk_update(rows, ["amount", "difference", "difference_kind"])


def still_possible(rows: Rows) -> Rows:
    """Rows whose whole link still speaks of lines and valid documents that are there."""
    notes = {row.document_id for row in rows if row.document_id}
    lines = {row.transaction_id for row in rows if row.transaction_id}
    named = {row.run_id for row in rows if row.run_id}
    runs = set(Run.objects.filter(pk__in=named).values_list("pk", flat=True))
    there: set[UUID | None] = {None}
    there.update(Document.objects.filter(PAYABLE, pk__in=notes).values_list("pk", flat=True))
    there.update(Transaction.objects.filter(pk__in=lines).values_list("pk", flat=True))
    for row in rows:
        row.run_id = row.run_id if row.run_id in runs else None
    return [
        row
        for link in by_link(rows)
        if all({one.document_id, one.transaction_id} <= there for one in link)
        for row in link
    ]


def by_link(rows: Iterable[Reconciliation]) -> Iterable[Rows]:
    found: defaultdict[UUID, Rows] = defaultdict(list)
    for row in rows:
        found[row.link].append(row)
    return found.values()


def as_it_fits(link: Sequence[Reconciliation]) -> None:
    """A booking of the past as a proposal where the room for it was given away."""
    room = room_for(link)
    for row in link:
        room.take(row)
    left = [room.of_line(row) for row in link] + [room.of_document(row) for row in link]
    if min(left) < 0 or is_booked(link):
        for row in link:
            row.status, row.content_hash = ReconciliationStatus.PARTIAL, ""


def is_booked(link: Iterable[Reconciliation]) -> bool:
    """Whether one of these pairs has been booked meanwhile."""
    booked = Reconciliation.objects.matched().filter(
        transaction__in=[row.transaction_id for row in link]
    )
    pairs = booked.values_list("transaction_id", "document_id", "installment")
    said = {(row.transaction_id, row.document_id, row.installment) for row in link}
    return not said.isdisjoint(pairs)
