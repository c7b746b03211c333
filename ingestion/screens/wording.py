"""How several pages word counts and spans of time."""

from datetime import timedelta
from typing import Protocol


class Counted(Protocol):
    """A row with the counts of its records."""

    @property
    def new(self) -> int: ...
    @property
    def known(self) -> int: ...
    @property
    def informative(self) -> int: ...
    @property
    def rejected(self) -> int: ...


def tell_counts(row: Counted) -> str:
    """`12 novos · 3 já conhecidos · 1 recusado`; a dash while nothing was read."""
    words = (
        (row.new, "novo", "novos"),
        (row.known, "já conhecido", "já conhecidos"),
        (row.informative, "informativo", "informativos"),
        (row.rejected, "recusado", "recusados"),
    )
    return " · ".join(counted(*word) for word in words if word[0]) or "—"


def counted(count: int, one: str, many: str) -> str:
    """`1 arquivo`, `1.200 arquivos`."""
    return f"{thousands(count)} {one if count == 1 else many}"


def thousands(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def spell(span: timedelta) -> str:
    """`40 s`, `3 min`, `2 h 05 min`: as exact as a person wants to know it."""
    seconds = max(round(span.total_seconds()), 1)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
