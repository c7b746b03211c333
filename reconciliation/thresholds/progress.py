"""How far an act on many lines has come, for whoever waits for it.

The act is one transaction, and its rows are seen when it ends: until then the cache tells. It is
only a look; without the cache nothing is told and the act goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError
from structlog import get_logger

KEPT = 600  # seconds after the last word of a process that was killed
AT_ONCE = 200  # links between two words
Told = Callable[[int], None]  # how many lines are done
Thing = TypeVar("Thing")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """So many of so many lines."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """Never rounded up: all but one are not all."""
        return self.done * 100 // self.total if self.total else 100


@contextmanager
def telling(act: UUID, total: int) -> Iterator[Told]:
    """Tell of an act as long as it lasts, however it ends."""

    def tell(done: int) -> None:
        keep(act, Progress(done, total))

    tell(0)
    try:
        yield tell
    finally:
        keep(act, None)


def keep(act: UUID, progress: Progress | None) -> None:
    try:
        if progress is None:
            cache.delete(key_of(act))
        else:
            cache.set(key_of(act), (progress.done, progress.total), KEPT)
    except (RedisError, OSError) as fault:
        log.warning("progress_not_told", fault=type(fault).__name__)


def progress_of(act: UUID) -> Progress | None:
    """How far it has come; None when it is not under way, or nobody knows."""
    try:
        found = cache.get(key_of(act))
    except (RedisError, OSError):
        return None
    return Progress(*found) if found else None


def key_of(act: UUID) -> str:
    return f"act-on-many:{act}"


def parts(things: Sequence[Thing], tell: Told) -> Iterator[Sequence[Thing]]:
    """Some at a time; each part is told as done when the next one is asked for."""
    for start in range(0, len(things), AT_ONCE):
        yield things[start : start + AT_ONCE]
        tell(min(start + AT_ONCE, len(things)))
