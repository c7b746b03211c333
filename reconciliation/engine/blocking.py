"""Which pairs are worth comparing, without comparing all with all.

Equal amounts on the right side within the date window, and whatever an identifier points at. A
list longer than `COMMON` tells nothing about its members, so it is left unread: a pair that
deserves to be booked, and every rival as good as it, is then reached by a rarer list (the number,
the party, a word of the name). This keeps a month of identical prices near-linear.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from reconciliation.engine.model import Options
from reconciliation.engine.rows import Item, Line

COMMON = 60
SHOWN_OF_MANY = 5  # items of a long list that are still looked at, those nearest in time
NEAR_PERCENT = 5  # a difference up to this share of the document is shown as a proposal


class SortedLists:
    """Items by key, each list sorted by one number, so that a range of it is two bisections."""

    def __init__(self, measure: Callable[[Item], int]) -> None:
        self._measure = measure
        self._items: defaultdict[Hashable, list[Item]] = defaultdict(list)
        self._marks: dict[Hashable, list[int]] = {}

    def add(self, key: Hashable, item: Item) -> None:
        self._items[key].append(item)

    def freeze(self) -> None:
        """Sort every list; ties keep the order of the items, which is that of their identifiers."""
        for key, items in self._items.items():
            items.sort(key=self._measure)
            self._marks[key] = [self._measure(item) for item in items]

    def between(self, key: Hashable, low: int, high: int) -> tuple[int, int]:
        """Positions of the items whose measure lies in low..high, both included."""
        marks = self._marks.get(key, [])
        return bisect_left(marks, low), bisect_right(marks, high)

    def rare(self, key: Hashable, low: int, high: int) -> Sequence[Item]:
        """The items in a range, or none when they are too many to tell anything."""
        start, stop = self.between(key, low, high)
        return self._items[key][start:stop] if 0 < stop - start <= COMMON else ()

    def nearest(self, key: Hashable, low: int, high: int, aim: int) -> Sequence[Item]:
        """The few items in a range that lie nearest to `aim`."""
        start, stop = self.between(key, low, high)
        middle = bisect_left(self._marks.get(key, []), aim, start, stop)
        first, last = max(start, middle - SHOWN_OF_MANY), min(stop, middle + SHOWN_OF_MANY)
        around = self._items[key][first:last] if last > first else []
        around.sort(key=lambda item: (abs(self._measure(item) - aim), item.place))
        return around[:SHOWN_OF_MANY]


class Index:
    """Every way from a bank line to the items it may pay."""

    def __init__(self, items: Iterable[Item], options: Options) -> None:
        self._options = options
        self._keys: defaultdict[str, list[Item]] = defaultdict(list)
        self._by_amount = SortedLists(_day)
        self._by_mark = SortedLists(_day)  # amount and a mark of the party: CNPJ, root, word
        self._by_number = SortedLists(_cents)
        self._by_party = SortedLists(_cents)
        for item in items:
            self._add(item)
        for lists in (self._by_amount, self._by_mark, self._by_number, self._by_party):
            lists.freeze()

    def _add(self, item: Item) -> None:
        side = item.receivable
        if item.document.key:
            self._keys[item.document.key].append(item)
        self._by_amount.add((side, item.cents), item)
        for mark in {item.party, *item.short_parties, *item.words} - {""}:
            self._by_mark.add((side, item.cents, mark), item)
        if item.number:
            self._by_number.add((side, item.number), item)
        for party in {item.party, *item.short_parties} - {""}:
            self._by_party.add((side, party), item)

    def by_key(self, line: Line) -> list[Item]:
        """Items of the documents whose access key the line cites, whatever side and amount."""
        return [item for key in line.mentions.keys for item in self._keys.get(key, ())]

    def identified(self, line: Line) -> set[Item]:
        """Items of about the line's amount whose key, number or party the line cites."""
        low, high = near_range(line.cents)
        found = {item for item in self.by_key(line) if _is_near(line, item, low, high)}
        for number, mention in line.mentions.numbers.items():
            if mention.sure:
                found.update(self._by_number.rare((line.receivable, number), low, high))
        for party in (*line.mentions.tax_ids, *line.mentions.roots):
            found.update(self._by_party.rare((line.receivable, party), low, high))
        return found

    def equal_amount(self, line: Line) -> Sequence[Item]:
        """Items of the line's exact amount, due within the window of its day.

        Of a list too long, those that share a mark of the party with the line.
        """
        low, high = self.window(line)
        key = (line.receivable, line.cents)
        start, stop = self._by_amount.between(key, low, high)
        if stop - start <= COMMON:
            return self._by_amount.rare(key, low, high)
        return [
            item for mark in _marks(line) for item in self._by_mark.rare((*key, mark), low, high)
        ]

    def sample(self, line: Line) -> Sequence[Item]:
        """A few items of a list that `equal_amount` finds too long, nearest in time."""
        return self._by_amount.nearest((line.receivable, line.cents), *self.window(line), line.day)

    def window(self, line: Line) -> tuple[int, int]:
        """First and last due day that a payment on the line's day may belong to."""
        return line.day - self._options.days_after, line.day + self._options.days_before


def near_range(cents: int) -> tuple[int, int]:
    """Document amounts from which a payment of `cents` differs by at most 5 %, rounded inwards."""
    return -(-cents * 100 // (100 + NEAR_PERCENT)), cents * 100 // (100 - NEAR_PERCENT)


def _is_near(line: Line, item: Item, low: int, high: int) -> bool:
    return item.receivable == line.receivable and low <= item.cents <= high


def _marks(line: Line) -> set[str]:
    words = {word for name in line.names for word in name.words}
    return {*line.mentions.tax_ids, *line.mentions.roots, *words}


def _day(item: Item) -> int:
    return item.day


def _cents(item: Item) -> int:
    return item.cents
