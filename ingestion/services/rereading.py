"""One chunk of a file that is read again: what it said is updated, what is new is added.

Records are counted as in a first reading: what the file brought itself is new, what another file
brought is known. What it brought once and does not give any more stays, and is told.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from conciliacontag.database import lookup
from conciliacontag.organizations.models import Organization
from ingestion.models import (
    Document,
    DocumentEvent,
    FileStatus,
    PageText,
    Problem,
    Rereading,
    SourceFile,
    Statement,
    Transaction,
)
from ingestion.parsers.model import Reading
from ingestion.parsers.names import stored_name
from ingestion.services.documents import Stored, settle_events, store_documents, store_events
from ingestion.services.findings import missing, moved
from ingestion.services.fiscal_status import recompute
from ingestion.services.processing import COUNTS, GAVE_UP
from ingestion.services.storing import (
    Member,
    Outcome,
    add_problems,
    document_origins,
    is_kept,
    is_refused,
    origins,
    place_prefix,
    store_readings,
    tell,
)
from ingestion.services.told import (
    store_mentions,
    store_pages,
    store_statements,
    store_voidings,
)
from ingestion.services.transactions import store_transactions
from ingestion.services.updating import (
    DOCUMENTS,
    EVENTS,
    MENTIONS,
    TRANSACTIONS,
    VOIDINGS,
    Updated,
    update_rows,
)


@dataclass(slots=True)
class Change:
    """What one chunk changed."""

    fields: Counter[str] = field(default_factory=Counter)
    missing: list[tuple[UUID, str]] = field(default_factory=list)
    moved: list[tuple[UUID, str]] = field(default_factory=list)

    def add(self, updated: Updated) -> None:
        self.fields += updated.changed
        self.missing += updated.missing
        self.moved += updated.moved


def reread(row: Rereading, file: SourceFile, readings: list[Reading]) -> Change:
    """Bring rows of an upload to what its readings say now, within the caller's transaction."""
    if row.members_read == 0:
        forget_refusal(file)
    rows, fresh = sort_readings(row, file, readings)
    change = Change()
    members = [Member(reading, known.pk) for known, reading in rows]
    if members:
        forget_told(file, members)
        outcome = update_records(file.organization, members, change)
        tell(file, members, outcome)
        tell_changes(file, members, change)
        add_problems(file, (finding for member in members for finding in member.findings))
        for (known, _), member in zip(rows, members, strict=True):
            settle(file, known, member, change)
    if fresh:
        store_readings(file, fresh)
    file.members_read = max(file.members_read, row.members_read + len(readings))
    file.save()
    return change


def forget_refusal(file: SourceFile) -> None:
    """An archive that was refused as a whole counts as one record, which is now read after all."""
    whole = file.members_read < (file.member_count or 1) or file.error_code == GAVE_UP.code
    if not (file.error_code and whole and file.rejected):
        return
    file.problems.filter(code=file.error_code, severity="error").delete()
    file.read, file.rejected = file.read - 1, file.rejected - 1
    file.error_code = file.error = ""


def sort_readings(
    row: Rereading, file: SourceFile, readings: list[Reading]
) -> tuple[list[tuple[SourceFile, Reading]], list[Reading]]:
    """Readings that have a row of this upload, and those that the organization never had.

    Members whose bytes came with another upload have neither: that upload answers for them.
    """
    if not file.is_archive:
        return [(file, readings[0])], []
    hashes = [reading.sha256 for reading in readings if is_kept(reading)]
    rows = {member.sha256: member for member in file.members.filter(sha256__in=hashes)}
    # The same bytes may come under a second name, which may contradict them.
    found = {one.sha256: one for one in readings if is_named(rows.get(one.sha256), one)}
    wanted = [(rows[sha256], one) for sha256, one in found.items() if is_wanted(row, rows[sha256])]
    if row.only is not None:
        return wanted, []
    seen = lookup(SourceFile, "sha256", hashes, organization=file.organization)
    return wanted, [one for one in readings if is_kept(one) and one.sha256 not in seen]


def is_named(known: SourceFile | None, reading: Reading) -> bool:
    return known is not None and known.filename == stored_name(reading.name)


def is_wanted(row: Rereading, member: SourceFile) -> bool:
    return row.only is None or str(member.pk) in row.only


def forget_told(file: SourceFile, members: list[Member]) -> None:
    """Remove what only the machine says and nobody decides about: it is written anew."""
    ids = [member.file_id for member in members]
    Statement.objects.filter(file__in=ids).delete()
    PageText.objects.filter(file__in=ids).delete()
    problems = Problem.objects.filter(file=file)
    if file.is_archive:
        problems = problems.of_members([member.reading.name for member in members])
    problems.delete()


def update_records(organization: Organization, members: list[Member], change: Change) -> Outcome:
    """Update what the members brought before and insert the rest; say what became of each."""
    files = [member.file_id for member in members]
    accepted = [member for member in members if not is_refused(member.parsed)]
    store_statements(organization, origins(accepted, "statements"))
    store_pages(organization, origins(accepted, "pages"))
    done = {
        kind: update_rows(organization, kind, files, said)
        for kind, said in (
            (DOCUMENTS, document_origins(members)),
            (EVENTS, origins(members, "events")),
            (TRANSACTIONS, origins(members, "transactions")),
            (VOIDINGS, origins(members, "voidings")),
            (MENTIONS, origins(members, "mentions")),
        )
    }
    for updated in done.values():
        change.add(updated)
    outcome = Outcome(
        documents=joined(done[DOCUMENTS], store_documents(organization, done[DOCUMENTS].remaining)),
        events=joined(done[EVENTS], store_events(organization, done[EVENTS].remaining)),
        transactions=joined(
            done[TRANSACTIONS], store_transactions(organization, done[TRANSACTIONS].remaining)
        ),
        voidings=joined(done[VOIDINGS], store_voidings(organization, done[VOIDINGS].remaining)),
        mentions=joined(done[MENTIONS], store_mentions(organization, done[MENTIONS].remaining)),
    )
    settle_fiscal_status(organization, members, outcome.events, change)
    return outcome


def joined(updated: Updated, stored: Stored) -> Stored:
    """What the file brought before counts as new again, so the counts are those of one reading."""
    stored.new |= updated.matched
    return stored


def settle_fiscal_status(
    organization: Organization, members: list[Member], events: Stored, change: Change
) -> None:
    """The status follows from the new contents and from all events; early ones are told again."""
    said = origins(members, "events")
    if said:
        events.early |= settle_events(organization, said)
    keys = {document.key for member in members for document in member.parsed.documents}
    keys |= {origin.record.document_key for origin in said}
    if changed := recompute(organization, keys):
        change.fields["fiscal_status"] += changed


def tell_changes(file: SourceFile, members: list[Member], change: Change) -> None:
    """Add to each member's findings what it does not give any more, and amounts that moved."""
    by_file = {member.file_id: member for member in members}
    for finding, told in ((missing, change.missing), (moved, change.moved)):
        for file_id, what in told:
            member = by_file[file_id]
            member.findings.append(finding(place_prefix(file, member), what))


def settle(file: SourceFile, known: SourceFile, member: Member, change: Change) -> None:
    """Write the new counts and state of one file; an archive's counts move by the difference."""
    parsed = member.parsed
    for name in COUNTS:
        if known.pk != file.pk:
            setattr(file, name, getattr(file, name) + member.counts[name] - getattr(known, name))
        setattr(known, name, member.counts[name])
    error = next((problem for problem in parsed.problems if problem.severity == "error"), None)
    kept = any(file_id == known.pk for file_id, _ in change.missing)
    failed = error is not None and is_refused(parsed) and not kept
    known.kind, known.parser = parsed.kind, parsed.parser
    known.status = FileStatus.FAILED if failed else FileStatus.PROCESSED
    known.error_code = error.code if failed and error else ""
    known.error = f"{error.message} {error.remedy}".strip() if failed and error else ""
    known.processed_at = timezone.now()
    if known.pk != file.pk:
        known.save()


def measure(file: SourceFile, readings: Sequence[Reading] = ()) -> dict[str, int]:
    """What an upload amounts to: its rows, its problems, its counts.

    Args:
        readings: count only the rows of these members, not all that a package holds.
    """
    own = Q(file=file) | Q(file__container=file)
    if readings:
        hashes = [reading.sha256 for reading in readings]
        same = SourceFile.objects.filter(organization=file.organization_id, sha256__in=hashes)
        mine = same.filter(Q(pk=file.pk) | Q(container=file)).values_list("pk", flat=True)
        own = Q(file__in=list(mine))
    rows: dict[str, Any] = {
        "documents": Document.objects.filter(own),
        "events": DocumentEvent.objects.filter(own),
        "transactions": Transaction.objects.filter(own),
        "problems": file.problems.all(),
    }
    counted = {name: found.count() for name, found in rows.items()}
    return counted | {name: getattr(file, name) for name in COUNTS}
