"""One to one: which pairs are clearly the best, for their bank line and for their document.

A pair is booked when nothing that shares its line or its item comes near it. It then takes its
rivals away, which may leave another pair alone at the top, until nothing changes. Booking one pair
never spoils another that was ready, so the result does not depend on the order of the pairs.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

from reconciliation.engine.model import Options
from reconciliation.engine.scoring import LATE, ON_TIME, Pair

Node = tuple[str, int]  # ("line" or "item", its place)
CALENDAR = ON_TIME - LATE


class Graph:
    """Pairs that are still possible, by bank line and by item, the strongest at the end."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._pairs: defaultdict[Node, list[Pair]] = defaultdict(list)
        self._closed: set[Node] = set()
        for pair in pairs:
            for node in ends(pair):
                self._pairs[node].append(pair)
        for around in self._pairs.values():
            around.sort(key=_strength)

    @property
    def nodes(self) -> list[Node]:
        return list(self._pairs)

    def of_line(self, place: int) -> list[Pair]:
        """The open pairs of one bank line, strongest first."""
        return list(self._strongest_first(("line", place)))

    def best(self, node: Node) -> Pair | None:
        """A strongest open pair at a node; closed ones above it are forgotten on the way."""
        around = self._pairs[node]
        while around and not self._is_open(around[-1]):
            around.pop()
        return around[-1] if around else None

    def rivals(self, pair: Pair, options: Options) -> list[Pair]:
        """What comes near a pair: the strongest other pair of its line, and of its item.

        Near is better, equal, or worse by less than the margin. The stronger comes first.
        """
        floor = pair.weight - max(math.ceil(options.margin), 1)
        others = (
            next(
                (rival for rival in self._strongest_first(node) if self._competes(rival, pair)),
                None,
            )
            for node in ends(pair)
        )
        near = (other for other in others if other is not None and other.weight > floor)
        return sorted(near, key=_strength, reverse=True)

    def close(self, pair: Pair) -> list[Node]:
        """Take a booked pair and its rivals out; return the nodes that lost a rival by that."""
        touched = [
            other
            for node in ends(pair)
            for rival in self._strongest_first(node)
            for other in ends(rival)
            if other != node
        ]
        self._closed.update(ends(pair))
        return touched

    def _competes(self, rival: Pair, pair: Pair) -> bool:
        """Does a pair stand in another's way? Instalments of one note are told apart by the day.

        They fall a month apart, which is less than the margin; at worst the money of a note is
        put to another instalment of the same note.
        """
        if rival is pair or rival.item.document is not pair.item.document:
            return rival is not pair
        if rival.line is pair.line:
            return pair.date - rival.date < CALENDAR
        better = self.best(("line", rival.line.place)) or rival
        same_note = better.item.document is rival.item.document
        return not (same_note and better.date - rival.date >= CALENDAR)

    def _strongest_first(self, node: Node) -> Iterator[Pair]:
        return (pair for pair in reversed(self._pairs.get(node, ())) if self._is_open(pair))

    def _is_open(self, pair: Pair) -> bool:
        return self._closed.isdisjoint(ends(pair))


def book_clear(graph: Graph, options: Options) -> list[Pair]:
    """Book every pair that is or becomes clearly best, and close it in the graph."""
    booked: list[Pair] = []
    waiting = graph.nodes
    while waiting:
        pair = graph.best(waiting.pop())
        if pair is not None and is_clear(pair, graph, options):
            waiting.extend(graph.close(pair))
            booked.append(pair)
    return booked


def is_clear(pair: Pair, graph: Graph, options: Options) -> bool:
    """Is a pair of equal amount good enough, corroborated, and far above every rival?"""
    if pair.weight < options.accept_at or pair.is_sample:
        return False
    if not (pair.is_exact and pair.is_corroborated):
        return False
    return not graph.rivals(pair, options)


def ends(pair: Pair) -> tuple[Node, Node]:
    """The two nodes a pair connects."""
    return ("line", pair.line.place), ("item", pair.item.place)


def _strength(pair: Pair) -> tuple[int, int, int]:
    """Weight; places only settle which of two equal rivals is named."""
    return pair.weight, -pair.item.place, -pair.line.place
