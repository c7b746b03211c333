"""Rows out of readings: bulk inserts that say what was new, known, in conflict or rejected.

Everything is written by COPY and `ON CONFLICT DO NOTHING`, so the unique constraints decide what
is new and a second delivery of the same reading changes nothing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from conciliacontag.brazil import clean_text
from conciliacontag.database import copy_rows, lookup
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.models import FileStatus, Problem, SourceFile
from ingestion.models.files import place_of
from ingestion.parsers.model import Parsed, Reading
from ingestion.parsers.model import Problem as Finding
from ingestion.parsers.names import stored_name
from ingestion.services.documents import Origin, Stored, event_key, store_documents, store_events
from ingestion.services.findings import conflict, early, located, repeated
from ingestion.services.taking_over import (
    Earlier,
    hold_refused,
    leave_package,
    read_alone,
    take_over,
)
from ingestion.services.told import (
    mention_key,
    store_mentions,
    store_pages,
    store_statements,
    store_voidings,
    voiding_key,
)
from ingestion.services.transactions import store_transactions, transaction_key

PROBLEM_COLUMNS = (
    "id",
    "organization_id",
    "file_id",
    "code",
    "severity",
    "place",
    "message",
    "remedy",
)
MEMBER_COLUMNS = (
    "id",
    "organization_id",
    "uploader_id",
    "container_id",
    "filename",
    "storage_path",
    "content_type",
    "kind",
    "parser",
    "size",
    "sha256",
    "status",
    "error_code",
    "error",
    "read",
    "new",
    "known",
    "informative",
    "rejected",
    "members_read",
    "attempts",
    "created_at",
    "processed_at",
)
PROCESSED, FAILED = str(FileStatus.PROCESSED.value), str(FileStatus.FAILED.value)


@dataclass(slots=True)
class Outcome:
    """What became of the records of a chunk, by kind."""

    documents: Stored
    events: Stored
    transactions: Stored
    voidings: Stored
    mentions: Stored


@dataclass(slots=True)
class Member:
    """A reading on its way into the tables, and what is counted for it."""

    reading: Reading
    file_id: UUID
    known: bool = False  # the organization has these very bytes already
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def parsed(self) -> Parsed:
        return self.reading.parsed


def store_readings(file: SourceFile, readings: list[Reading]) -> None:
    """Write what the readings say and add what was counted to the file's own row (not saved)."""
    members = [member_of(file, reading) for reading in readings]
    earlier = find_earlier(file, members)
    fresh = [member for member in members if not member.known]
    count_records(file, fresh)
    for member in members:
        file.read += member.counts["read"]
        file.new += member.counts["new"]
        file.known += member.counts["known"]
        file.informative += member.counts["informative"]
        file.rejected += member.counts["rejected"]
    add_members(file, [m for m in fresh if m.file_id != file.pk and is_kept(m.reading)])
    add_problems(file, (finding for member in members for finding in member.findings))
    for member, one in earlier:
        follow_up(file, member, one)


def member_of(file: SourceFile, reading: Reading) -> Member:
    """A member of an archive becomes a row of its own; a plain file is the row itself."""
    plain = not file.is_archive or reading.sha256 == file.sha256
    if plain:
        file.kind, file.parser = reading.parsed.kind, reading.parsed.parser
    return Member(reading, file.pk if plain else new_id())


def find_earlier(file: SourceFile, members: list[Member]) -> list[tuple[Member, Earlier]]:
    """Mark members that came before; those refused then and readable now, with their rows."""
    readable = [m for m in members if m.file_id != file.pk and is_readable(m)]
    hashes = [member.reading.sha256 for member in readable]
    refused = hold_refused(file, hashes)
    moving = {sha256 for sha256, one in refused.items() if not one.is_upload}
    seen = lookup(SourceFile, "sha256", hashes, organization=file.organization) if hashes else set()
    mark_known(file, members, seen - moving)
    found = [(m, refused.pop(m.reading.sha256)) for m in readable if m.reading.sha256 in refused]
    for member, one in found:
        member.file_id = member.file_id if one.is_upload else one.row.pk
    return found


def mark_known(file: SourceFile, members: list[Member], seen: set[str]) -> None:
    """Mark members whose bytes came before, in this organization or earlier in this chunk.

    What is refused is refused again, each time with its reason, and hides nothing readable.
    """
    for member in members:
        if member.file_id == file.pk or not is_readable(member):
            continue
        member.known = member.reading.sha256 in seen
        seen.add(member.reading.sha256)
        if member.known:
            member.counts.update(known=member.parsed.read, read=member.parsed.read)
            place = place_of(member.reading.name)
            member.findings.append(repeated(place, "Este arquivo já tinha chegado."))


def follow_up(file: SourceFile, member: Member, earlier: Earlier) -> None:
    """Tell where the row of a refused file was that it is read now."""
    if earlier.is_upload:
        read_alone(earlier.row, member.reading.name)
        return
    take_over(earlier.row, file, member_values(file, member))
    if earlier.package:
        leave_package(earlier.row, earlier.package)
        told = f"Este arquivo foi lido depois, no pacote {file.filename}."
        add_problems(earlier.package, [repeated(place_of(earlier.row.filename), told)])


def is_readable(member: Member) -> bool:
    return is_kept(member.reading) and not is_refused(member.parsed)


def is_refused(parsed: Parsed) -> bool:
    return 0 < parsed.read == parsed.rejected


def is_kept(reading: Reading) -> bool:
    """Files of the operating system are counted but not kept as rows."""
    return bool(reading.sha256) and reading.parsed.kind != "ignored"


def count_records(file: SourceFile, members: list[Member]) -> None:
    """Insert the records of all members together, then tell each member what became of its own."""
    tell(file, members, store_records(file.organization, members))


def store_records(organization: Organization, members: list[Member]) -> Outcome:
    """Write everything the members say; what is not there costs no query."""
    accepted = [member for member in members if not is_refused(member.parsed)]
    store_statements(organization, origins(accepted, "statements"))
    store_pages(organization, origins(accepted, "pages"))
    return Outcome(
        documents=store_documents(organization, document_origins(members)),
        events=store_events(organization, origins(members, "events")),
        transactions=store_transactions(organization, origins(members, "transactions")),
        voidings=store_voidings(organization, origins(members, "voidings")),
        mentions=store_mentions(organization, origins(members, "mentions")),
    )


def tell(file: SourceFile, members: list[Member], outcome: Outcome) -> None:
    """Count each member's records by what became of them, and name what a person should know."""
    for member in members:
        parsed, name = member.parsed, place_prefix(file, member)
        member.findings += [located(finding, name) for finding in parsed.problems]
        member.counts.update(informative=parsed.informative, rejected=parsed.rejected)
        for document in parsed.documents:
            count_document(member, document.key, outcome.documents, name)
        for event in parsed.events:
            count_event(member, event_key(event), outcome.events, name)
        for transaction in parsed.transactions:
            count_quietly(member, transaction_key(transaction), outcome.transactions)
        for voiding in parsed.voidings:
            count_quietly(member, voiding_key(voiding), outcome.voidings)
        for mention in parsed.mentions:
            count_quietly(member, mention_key(mention), outcome.mentions)
        member.counts["read"] = sum(member.counts.values())


def document_origins(members: Iterable[Member]) -> list[Origin]:
    return [
        Origin(member.file_id, member.parsed.parser, document, content)
        for member in members
        for document, content in zip(member.parsed.documents, member.reading.contents, strict=True)
    ]


def origins(members: Iterable[Member], records: str) -> list[Origin]:
    return [
        Origin(member.file_id, member.parsed.parser, record)
        for member in members
        for record in getattr(member.parsed, records)
    ]


def count_document(member: Member, key: str, stored: Stored, name: str) -> None:
    if key in stored.new:
        stored.new.discard(key)
        member.counts["new"] += 1
    elif key in stored.conflicts:
        member.counts["rejected"] += 1
        member.findings.append(conflict(name, key))
    else:
        member.counts["known"] += 1
        member.findings.append(repeated(name, f"A nota {key} já tinha chegado."))


def count_event(member: Member, key: str, stored: Stored, name: str) -> None:
    if key in stored.new:
        stored.new.discard(key)
        member.counts["new"] += 1
    else:
        member.counts["known"] += 1
        member.findings.append(repeated(name, "Este evento já tinha chegado."))
    if key in stored.early:
        member.findings.append(early(name, key))


def count_quietly(member: Member, key: str, stored: Stored) -> None:
    """Lines of statements overlap every month, and documents are mentioned again and again."""
    member.counts["new" if key in stored.new else "known"] += 1
    stored.new.discard(key)


def place_prefix(file: SourceFile, member: Member) -> str:
    return "" if member.file_id == file.pk else place_of(member.reading.name)


def add_members(file: SourceFile, members: list[Member]) -> None:
    """A row for each member that is kept; its bytes rest inside the archive's own object.

    Bytes that are both refused and read, under two names, are the row of the name they are read by.
    """
    read = {member.reading.sha256 for member in members if not is_refused(member.parsed)}
    kept = [m for m in members if not is_refused(m.parsed) or m.reading.sha256 not in read]
    if kept:
        rows = [list(member_values(file, member).values()) for member in kept]
        copy_rows(SourceFile, MEMBER_COLUMNS, rows, conflict=("organization_id", "sha256"))


def member_values(file: SourceFile, member: Member) -> dict[str, Any]:
    """The row of a member, by `MEMBER_COLUMNS`."""
    now, reading, counts = timezone.now(), member.reading, member.counts
    error = next((p for p in member.parsed.problems if p.severity == "error"), None)
    failed = error is not None and counts["rejected"] == counts["read"]
    values = (
        member.file_id,
        file.organization_id,
        file.uploader_id,
        file.pk,
        stored_name(reading.name),
        file.storage_path,
        "",
        member.parsed.kind,
        member.parsed.parser,
        reading.size,
        reading.sha256,
        FAILED if failed else PROCESSED,
        error.code if failed and error else "",
        f"{error.message} {error.remedy}".strip() if failed and error else "",
        counts["read"],
        counts["new"],
        counts["known"],
        counts["informative"],
        counts["rejected"],
        0,
        0,
        now,
        now,
    )
    return dict(zip(MEMBER_COLUMNS, values, strict=True))


def add_problems(file: SourceFile, findings: Iterable[Finding]) -> None:
    """Keep findings on the page of the file that a person sent."""
    rows = [
        [
            new_id(),
            file.organization_id,
            file.pk,
            finding.code,
            finding.severity,
            clean_text(finding.place)[:1024],
            clean_text(finding.message),
            clean_text(finding.remedy),
        ]
        for finding in findings
    ]
    if rows:
        copy_rows(Problem, PROBLEM_COLUMNS, rows)
