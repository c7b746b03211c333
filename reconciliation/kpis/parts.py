"""Parts of a page, computed apart: one that fails or takes too long takes no other along."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DatabaseError, connection
from django.db.transaction import atomic
from structlog import get_logger

MOST_SECONDS = 5
LIMIT = "SELECT set_config('statement_timeout', %s, true)"
log = get_logger(__name__)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Part:
    """What a part came to; None when it could not be computed now."""

    name: str
    title: str
    value: Any = None

    @property
    def is_missing(self) -> bool:
        return self.value is None


@dataclass(frozen=True, slots=True)
class Planned:
    """A part, and the work that it takes: never None."""

    name: str
    title: str
    work: Callable[[], Any]


def once(work: Callable[[], Value]) -> Callable[[], Value]:
    """The same work for several parts: done, or found impossible, a single time."""
    kept: list[Value] = []
    fault: list[DatabaseError] = []

    def result() -> Value:
        if fault:
            raise fault[0]
        if not kept:
            try:
                kept.append(work())
            except DatabaseError as raised:
                fault.append(raised)
                raise
        return kept[0]

    return result


def compute(planned: Sequence[Planned], only: str = "") -> dict[str, Part]:
    """Each part by its name; the named one alone when there is a part of that name."""
    wanted = [one for one in planned if one.name == only] or planned
    return {one.name: Part(one.name, one.title, result(one)) for one in wanted}


def result(planned: Planned) -> Any:
    """What the work comes to, or None: the database refused it, or it took too long."""
    try:
        with atomic(), connection.cursor() as cursor:
            usual = cursor.execute("SHOW statement_timeout").fetchone()[0]
            cursor.execute(LIMIT, [f"{round(MOST_SECONDS * 1000)}ms"])
            value = planned.work()
            cursor.execute(LIMIT, [usual])
    except DatabaseError as fault:
        log.warning("part_not_computed", part=planned.name, fault=str(fault))
        return None
    return value
