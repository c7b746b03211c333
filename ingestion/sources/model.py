"""What every place that files are fetched from looks like to the poll that reads it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from conciliacontag.errors import DomainError

CONNECT_SECONDS = 10
ANSWER_SECONDS = 30
# Names under which programs write what is not finished yet.
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".partial")

Known = Callable[[Sequence[str]], set[str]]


class SourceRefused(DomainError):
    """The place cannot be read now; the sentence says why and what to do."""

    code = "source_unreachable"
    status = 422


class StillWriting(Exception):
    """The file changed while it was being read: it waits for the next round."""


class Gone(Exception):
    """What was listed is no longer there: somebody was faster."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a place.

    `identity` changes whenever the content may have changed; an item is received once by it. With
    a `note` there is nothing to fetch: the item is written down as skipped, or failed, and why.
    """

    identity: str
    name: str
    place: str = ""
    size: int = 0
    note: str = ""
    is_failed: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to "testar conexão"; a fingerprint is there to be confirmed by a person."""

    message: str
    fingerprint: str = ""


class Way(Protocol):
    """An open connection to one place; closed by the `with` block that holds it."""

    counts: Counter[str]

    def __enter__(self) -> Self: ...

    def __exit__(self, *fault: object) -> None: ...

    def pages(self, known: Known) -> Iterator[list[Item]]:
        """What is there, in handfuls; a handful is settled before the next one is asked for.

        `known` tells which identities were dealt with before.
        """

    def read(self, item: Item) -> Iterator[bytes]:
        """The bytes of an item. Raises StillWriting, Gone or SourceRefused."""

    def settle(self, item: Item, refusal: str) -> None:
        """Called after the item's row is committed, perhaps again later: move it or mark it."""

    def check(self) -> Checked:
        """Look whether the place can be read at all."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a person has set up: the organization's key, settings, and the secrets in the clear."""

    tenant_key: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]


def is_unfinished(name: str) -> bool:
    """Whether the name alone says that the file is hidden or still being written."""
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def in_handfuls(items: Sequence[Item], size: int = 200) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
