"""What a family of fiscal documents tells the dispatcher: its namespace, its records, its wrappers.

A family is a table. A new one is a module with such a table and one more line in
`ingestion.parsers.fiscal`; nothing else has to know it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from ingestion.parsers.model import (
    Document,
    Event,
    Mention,
    Options,
    ParseError,
    Problem,
    Voiding,
)

Element = etree._Element
NOTHING_TO_DO = "Nada a fazer; o arquivo fica guardado."


@dataclass(slots=True)
class Found:
    """What was read of one file until now; every record adds to one of these."""

    documents: list[Document] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    voidings: list[Voiding] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    informative: int = 0
    rejected: int = 0
    parser: str = ""  # of the family of the first record

    @property
    def is_empty(self) -> bool:
        accepted = self.documents or self.events or self.voidings or self.mentions
        return not (accepted or self.informative or self.rejected)


# Reads one record into `found`; a ParseError leaves the record out, counted and explained.
ReadRecord = Callable[[Element, Options, Found], None]


@dataclass(frozen=True, slots=True)
class Family:
    """The elements of one kind of fiscal document, all by their local name."""

    parser: str  # "nfe/1": module and version, stored with every row
    records: Mapping[str, ReadRecord]
    wrappers: frozenset[str] = frozenset()  # answers and batches: the records stand inside
    packed: frozenset[str] = frozenset()  # base64 over gzip, with a document inside
    namespace: str = ""  # empty: cities write any or none, and the root's name alone tells
    bare: frozenset[str] = frozenset()  # records of a namespace that also come without it
    adopts: bool = False  # what stands in its wrappers without a known namespace belongs to it

    def has(self, name: str) -> bool:
        return name in self.records or name in self.wrappers or name in self.packed


def read_record(element: Element, read: ReadRecord, options: Options, found: Found) -> None:
    """Read one record; one that is refused is counted and explained, and the others go on."""
    try:
        read(element, options, found)
    except ParseError as error:
        found.problems.append(error.as_problem())
        found.rejected += 1


def note(element: Element, message: str, found: Found) -> None:
    """Count a record that is neither document nor event, and say what it is."""
    place = local_name(element)
    found.problems.append(Problem("summary", "info", place, message, NOTHING_TO_DO))
    found.informative += 1


def noting(message: str) -> ReadRecord:
    """The reader of a record of which there is only that to say."""
    return lambda element, _options, found: note(element, message, found)


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace_of(element: Element) -> str:
    """The namespace of an element, or ""."""
    return str(element.tag)[1:].partition("}")[0] if str(element.tag).startswith("{") else ""
