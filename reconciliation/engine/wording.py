"""Words of links, told when somebody asks for them; what they need is looked up for many at once.

A run spells what it found row by row: it asks in the order of the links, so that few are held at a
time, and what nobody asks is never told.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from reconciliation.engine.bands import why_not
from reconciliation.engine.columns import Ints
from reconciliation.engine.evidence import rows_of
from reconciliation.engine.facts import Fact, Facts
from reconciliation.engine.model import Evidence, Options
from reconciliation.engine.sentence import tell

AT_ONCE = 8_192  # links: what is looked up of them is dropped once all of them are told


class Block:
    """Links that are looked up together, as soon as one of them is asked about."""

    def __init__(self, facts: Facts, links: Ints) -> None:
        self._facts, self._links = facts, links

    @cached_property
    def facts(self) -> list[Fact]:
        return self._facts.of(self._links)


class Words:
    """What can be said of one link."""

    __slots__ = ("_block", "_place")

    def __init__(self, block: Block, place: int) -> None:
        self._block, self._place = block, place

    def evidence(self) -> tuple[Evidence, ...]:
        return rows_of(self._block.facts[self._place])

    def reason(self) -> str:
        return tell(self._block.facts[self._place])

    def why_not(self, options: Options, *, has_rival: bool) -> str:
        """Why the link waits for a person; its rival is the one told behind it."""
        facts, place = self._block.facts, self._place
        return why_not(facts[place], facts[place + 1] if has_rival else None, options)


def words_of(facts: Facts, links: Ints, rows: Ints) -> Iterator[Words]:
    """One for each link; those of one line stand together, and are looked up together.

    Args:
        rows: the line of each link.
    """
    ends = np.append(np.flatnonzero(np.diff(rows)) + 1, len(rows))
    start = 0
    while start < len(links):
        end = int(ends[np.searchsorted(ends, min(start + AT_ONCE, len(links)))])
        block = Block(facts, links[start:end])
        yield from (Words(block, place) for place in range(end - start))
        start = end
