"""Looking at files without keeping anything: what reading them would bring.

The records are counted by the very code that counts them when they are stored; only the question
which of them are there already is asked of the database, where a company is named, instead of
being answered by its constraints. What earlier files of the same round bring counts as there: of
each record a number of eight bytes is remembered, and nothing else of a file once it was told.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from hashlib import sha256 as new_sha256
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Model
from django.utils import timezone

from conciliacontag.database import lookup, session
from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from conciliacontag.storage import chunks
from ingestion.lines import (
    SHOWN_PROBLEMS,
    Line,
    document_line,
    make_line,
    problem_line,
    said_line,
)
from ingestion.models import Document, DocumentEvent, Mention, SourceFile, Transaction, Voiding
from ingestion.parsers.model import Options, ParseError, Problem, Reading
from ingestion.parsers.sniff import HEAD, sniff
from ingestion.reading import read_file
from ingestion.services.documents import Stored, event_key
from ingestion.services.files import too_large, usable_name
from ingestion.services.layouts import options_for
from ingestion.services.storing import Member, Outcome, is_readable, mark_known, origins, tell
from ingestion.services.taking_over import refused_before
from ingestion.services.told import mention_key, voiding_key
from ingestion.services.transactions import transaction_key

UNREADABLE = (
    "O arquivo não pôde ser aberto ou lido. Confira a permissão de leitura e o disco, e rode o "
    "comando de novo."
)


@dataclass(slots=True)
class Preview:
    """A round of looking at files, for a company or for none."""

    organization: Organization | None = None
    contents: dict[int, int] = field(default_factory=dict)  # document → what it said
    seen: set[int] = field(default_factory=set)

    def lines(self, path: Path) -> Iterator[Line]:
        """What reading this file would bring: a line, or one for each member and one for all."""
        file = SourceFile(filename=path.name)
        if self.organization:
            file.organization = self.organization
        try:
            file.kind, file.sha256 = look_at(path)
            check(path)
            yield from self.read(path, file)
        except ParseError as refusal:
            yield refused(path, file, refusal.as_problem())
        except DomainError as refusal:
            yield refused(path, file, as_problem(refusal))

    def read(self, path: Path, file: SourceFile) -> Iterator[Line]:
        is_archive = file.is_archive
        total, problems = Counter[str](), list[Problem]()
        for readings in read_file(path, path.name, options=self.options()):
            for member in self.count(file, readings):
                total += member.counts
                problems += member.findings[: SHOWN_PROBLEMS - len(problems)]
                yield line_of(path, file, member, is_archive=is_archive)
        if is_archive:
            failed = 0 < total["read"] == total["rejected"]
            failed = failed and any(problem.severity == "error" for problem in problems)
            told = map(problem_line, problems)
            yield make_line(
                path, sha256=file.sha256, kind="zip", counts=total, problems=told, refused=failed
            )

    def options(self) -> Options:
        if self.organization is None:
            return Options(timezone.localdate())
        with session([self.organization.pk]):
            return options_for(self.organization)

    def count(self, file: SourceFile, readings: list[Reading]) -> list[Member]:
        """The members of a chunk with their counts, as storing them would count."""
        members = [
            Member(reading, new_id() if file.is_archive else file.pk) for reading in readings
        ]
        hashes = [m.reading.sha256 for m in members if is_readable(m)]
        mark_known(file, members, self.there(SourceFile, "sha256", hashes) - self.refused(hashes))
        self.seen.update(map(number, hashes))
        fresh = [member for member in members if not member.known]
        tell(file, fresh, self.outcome(fresh))
        return members

    def refused(self, hashes: list[str]) -> set[str]:
        """Those that are there, but were refused: they would be read now."""
        if self.organization is None:
            return set()
        with session([self.organization.pk]):
            rows = refused_before(self.organization, hashes)
            found = set(rows.values_list("sha256", flat=True))
        return {sha256 for sha256 in found if number(sha256) not in self.seen}

    def outcome(self, members: list[Member]) -> Outcome:
        """Which records are new, as the constraints would say."""
        documents = self.documents(members)
        events = self.new(members, "events", event_key, DocumentEvent)
        events.early = self.early(members)
        return Outcome(
            documents=documents,
            events=events,
            transactions=self.new(members, "transactions", transaction_key, Transaction),
            voidings=self.new(members, "voidings", voiding_key, Voiding),
            mentions=self.mentions(members),
        )

    def documents(self, members: list[Member]) -> Stored:
        said = [(o.record.key, o.record.content_hash) for o in origins(members, "documents")]
        stored = self.stored_contents({key for key, _ in said})
        found = Stored()
        for key, content in said:
            before = self.contents.get(number(key), stored.get(key))
            if before is None:
                found.new.add(key)
                self.contents[number(key)] = number(content)
            elif before != number(content):
                found.conflicts.add(key)
        return found

    def stored_contents(self, keys: set[str]) -> dict[str, int]:
        if self.organization is None or not keys:
            return {}
        with session([self.organization.pk]):
            rows = Document.objects.filter(organization=self.organization, key__in=keys)
            return {key: number(said) for key, said in rows.values_list("key", "content_hash")}

    def early(self, members: list[Member]) -> set[str]:
        """Events whose document is neither stored nor in a file that was looked at."""
        events = [origin.record for origin in origins(members, "events")]
        present = self.stored_contents({event.document_key for event in events})
        return {
            event_key(event)
            for event in events
            if event.document_key not in present and number(event.document_key) not in self.contents
        }

    def mentions(self, members: list[Member]) -> Stored:
        keys = [mention_key(origin.record) for origin in origins(members, "mentions")]
        there: set[str] = set()
        if self.organization and keys:
            with session([self.organization.pk]):
                rows = Mention.objects.filter(
                    organization=self.organization,
                    natural_key__in=[key.partition("|")[2] for key in keys],
                )
                there = {f"{by}|{key}" for by, key in rows.values_list("told_by", "natural_key")}
        return self.unseen(keys, there)

    def new(
        self,
        members: list[Member],
        records: str,
        key_of: Callable[[Any], str],
        table: type[Model],
    ) -> Stored:
        keys = [key_of(origin.record) for origin in origins(members, records)]
        return self.unseen(keys, self.there(table, "natural_key", keys))

    def there(self, table: type[Model], column: str, values: list[str]) -> set[str]:
        """The values that are stored or were seen in this round."""
        found = {value for value in values if number(value) in self.seen}
        if self.organization is None or not values:
            return found
        with session([self.organization.pk]):
            return found | lookup(table, column, values, organization=self.organization)

    def unseen(self, keys: Iterable[str], there: set[str]) -> Stored:
        new = {key for key in keys if key not in there and number(key) not in self.seen}
        self.seen.update(map(number, new))
        return Stored(new=new)


def number(text: str) -> int:
    """Eight bytes that stand for a text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def bytes_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file of this machine.

    Raises:
        InvalidInput: it may not be opened, or the disk does not give it (`file_unreadable`).
    """
    try:
        with path.open("rb") as content:
            yield from chunks(content)
    except OSError as fault:
        raise InvalidInput(UNREADABLE, code="file_unreadable") from fault


def look_at(path: Path) -> tuple[str, str]:
    """What the bytes are, and their SHA-256.

    Raises:
        InvalidInput: they cannot be read.
    """
    head, digest = b"", new_sha256()
    for chunk in bytes_of(path):
        head = head or chunk[:HEAD]
        digest.update(chunk)
    return sniff(head), digest.hexdigest()


def check(path: Path) -> None:
    """What an arrival is refused for before it is read.

    Raises:
        DomainError: its name cannot be used, or it is larger than allowed.
    """
    usable_name(path.name)
    if path.stat().st_size > settings.UPLOAD_MAX_BYTES:
        raise too_large()


def refused(path: Path, file: SourceFile, problem: Problem) -> Line:
    """The line of a file of which nothing was read."""
    return make_line(
        path,
        sha256=file.sha256,
        kind=file.kind,
        counts={"read": 1, "rejected": 1},
        problems=[problem_line(problem)],
        refused=True,
    )


def as_problem(refusal: DomainError) -> Problem:
    return Problem(refusal.code, "error", "", refusal.message, "")


def line_of(path: Path, file: SourceFile, member: Member, *, is_archive: bool) -> Line:
    reading, counts = member.reading, member.counts
    errors = any(problem.severity == "error" for problem in member.findings)
    return make_line(
        path,
        member=reading.name if is_archive else "",
        sha256=reading.sha256 or ("" if is_archive else file.sha256),
        kind=member.parsed.kind,
        counts=counts,
        problems=map(problem_line, member.findings),
        refused=errors and counts["read"] == counts["rejected"],
        documents=[document_line(orjson.loads(content)) for content in reading.contents],
        transactions=map(said_line, member.parsed.transactions),
    )
