"""Documents meet bank lines: from columns to links with a probability each.

Stages: open the books and read the lines; compare what identifiers, numbers and parties point at;
compare equal amounts of what is still open; learn the organization's habits from what agrees and
weigh again; then interest to the cent, payments for several items, days of card sales, and what is
left of a part payment.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from reconciliation.engine import kinds
from reconciliation.engine.amounts import INTEREST, PARTIAL, refit, relate, told
from reconciliation.engine.cards import card_links
from reconciliation.engine.columns import Books, Floats, flags, ints, summed
from reconciliation.engine.expected import (
    EXACT,
    expected_amounts,
    undeclared_installments,
    variants_of,
)
from reconciliation.engine.groups import group_links
from reconciliation.engine.habits import (
    MEANS,
    STRANGERS,
    Habits,
    learn_delays,
    learn_terms,
    usual,
)
from reconciliation.engine.known import Known, habits_for, known_from
from reconciliation.engine.leftover import explained_pairs
from reconciliation.engine.links import GROUP, Links, Room, joined, pair_links
from reconciliation.engine.pairs import describe, equal_pairs, evident_pairs
from reconciliation.engine.parts import LIKELY, part_links, rests
from reconciliation.engine.reading import Reading, open_books, read_books
from reconciliation.engine.weights import Weights, weigh

ROUNDS = 2  # of learning; a fourth changes nothing that can be seen
ONE_WITNESS, CONTRADICTED, ADDED_UP, BY_CARD = 0.9995, 0.995, 0.98, 0.995
SURE, SETTLED = 0.9, 0.995
SEEN_STRANGERS = 60  # payments whose weight the usual share of strangers has
GUESSED = 5  # rounds of belief where more is to come
HOPELESS = 1e-4  # a weight no habit can turn into a link


@dataclass(frozen=True, slots=True)
class Found:
    """Every possible link that was weighed."""

    books: Books
    reading: Reading
    pairs: pl.DataFrame  # of the links that pay one item, in their order
    weights: Weights
    links: Links
    raw: Floats  # probability of each link as the model has it
    together: Floats  # … and of each two parts of an item
    trust: Floats  # the most the model may claim of it
    known: Known

    @property
    def belief(self) -> Floats:
        """Probability of each link, 0 to 1."""
        return self.raw * self.trust


def compare(payables: pl.DataFrame, lines: pl.DataFrame, known: Known | None = None) -> Found:
    """Weigh everything; what is `known` is used as it is, otherwise learned on the way."""
    books = open_books(payables, lines, known.parties if known else None)
    reading, vocabulary = read_books(books, known.vocabulary if known else None)
    split = undeclared_installments(books.items, books.lines)
    books = replace(books, items=pl.concat([books.items, split]))
    habits = habits_for(books, reading, known) if known else _first_habits(books, reading)
    expected = expected_amounts(books.items, books.lines)
    room = Room(books.lines.height, books.items.height, variants_of(books.items))
    pairs = _pairs(books, reading, expected, habits, room)
    if known is None:
        for _ in range(ROUNDS):
            _learn(books, reading, pairs, habits, room)
            pairs = refit(pairs, habits)
    pairs, found = _with_explained(pairs, books, reading, expected, habits, room)
    weights = weigh(pairs, habits)
    links = _all_links(pairs, weights, books, reading, habits, room)
    links = replace(links, parts=part_links(pairs, weights, found, habits))
    belief, together = links.believe()
    learned = known or known_from(books, reading, vocabulary, habits)
    limits = trust(pairs, weights, links)
    return Found(books, reading, pairs, weights, links, belief, together, limits, learned)


def trust(pairs: pl.DataFrame, weights: Weights, links: Links) -> Floats:
    """How far the model itself is believed: what no observation of a single line can exceed.

    Measured on synthetic years with known truth, where of a thousand links the model was sure of
    as many were wrong: none that two witnesses confirm, one in two thousand with one or none, five
    where the line names somebody else, and twenty where several items were added up.
    """
    named = flags(pairs, "identified")
    witnesses = 2 * named.astype(int) + flags(pairs, "cited") + weights.agrees
    single = np.where(witnesses >= 2, 1.0, ONE_WITNESS)
    single = np.where(weights.conflicts & ~named, CONTRADICTED, single)
    believed = np.where(links.sort == GROUP, ADDED_UP, BY_CARD)
    believed = np.where(links.confirmed, ONE_WITNESS, believed)
    believed[: len(single)] = single
    return believed


def _first_habits(books: Books, reading: Reading) -> Habits:
    habits = usual(books, reading)
    habits.promise = kinds.learn_promise(books, reading)
    kinds.first_guess(habits, reading)
    return habits


def _pairs(
    books: Books, reading: Reading, expected: pl.DataFrame, habits: Habits, room: Room
) -> pl.DataFrame:
    """Evident pairs, and pairs of equal amounts among what these leave open."""
    evident = relate(describe(evident_pairs(books, reading), books, reading), expected, habits)
    evident = evident.filter(pl.col("fit") > 0)
    weights = weigh(evident, habits)
    belief = _believe(evident, weights, room)
    sure = (belief > SETTLED) & (
        weights.agrees | flags(evident, "cited") | flags(evident, "identified")
    )
    settled = evident.filter(pl.Series(sure))
    lines = books.lines.join(settled.select("row"), on="row", how="anti")
    items = books.items.join(settled.select("item"), on="item", how="anti")
    equal = equal_pairs(lines, items, expected)
    fresh = equal.unique(["row", "item"]).join(evident, on=["row", "item"], how="anti")
    more = relate(describe(fresh, books, reading), expected, habits)
    more = more.filter(pl.Series(weigh(more, habits).weight > HOPELESS))
    hopeful = evident.filter(pl.Series(weights.weight > HOPELESS))
    both = pl.concat([hopeful, more.select(hopeful.columns)])
    return both[np.lexsort((ints(both, "item"), ints(both, "row")))]


def _believe(pairs: pl.DataFrame, weights: Weights, room: Room) -> Floats:
    return _singles(pairs, weights, room).believe(GUESSED)[0]


def _singles(pairs: pl.DataFrame, weights: Weights, room: Room) -> Links:
    return pair_links(room, ints(pairs, "row"), ints(pairs, "item"), weights.weight)


def _learn(books: Books, reading: Reading, pairs: pl.DataFrame, habits: Habits, room: Room) -> None:
    """One round: what the pairs believed so far say about the organization."""
    weights = weigh(pairs, habits)
    belief = _believe(pairs, weights, room)
    witnessed = weights.agrees | flags(pairs, "cited") | flags(pairs, "identified")
    row, size = ints(pairs, "row"), books.lines.height
    paying = summed(row, belief, size)
    confirmed = summed(row, belief * witnessed, size)
    cell = ints(pairs, "means") * reading.kinds.height + ints(pairs, "kind_row")
    by_means = summed(cell, belief, MEANS * reading.kinds.height).reshape(MEANS, -1)
    kinds.learn_kinds(habits, reading, paying, confirmed, by_means)
    sure = (belief > SURE).astype(np.float64)
    dated = pairs.select("organization", "due", "late").with_columns(
        told=pl.Series(told(pairs) > 0)
    )
    for is_told in (True, False):
        part = dated["told"].to_numpy() == is_told
        weight = (belief * sure)[part]
        rows = dated.filter(pl.Series(part))
        delays = learn_delays(rows, weight, books.organizations, declared=is_told)
        if is_told:
            habits.delays = delays
        else:
            habits.silent_delays = delays
    cited = flags(pairs, "cited") & (pairs["relation"] == EXACT).to_numpy() & (belief > SURE)
    known = cited & (weights.conflicts | weights.agrees)
    other, either = (
        summed(ints(pairs, "organization")[seen], belief[seen], books.organizations)
        for seen in (cited & weights.conflicts, known)
    )
    habits.strangers = (other + SEEN_STRANGERS * STRANGERS) / (either + SEEN_STRANGERS)
    late = pairs.filter(pl.Series((belief > 0.5) & witnessed), pl.col("relation") == INTEREST)
    habits.terms = learn_terms(late, books.organizations)


def _with_explained(
    pairs: pl.DataFrame,
    books: Books,
    reading: Reading,
    expected: pl.DataFrame,
    habits: Habits,
    room: Room,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """More pairs for what is open, whose amount interest, cents or a part payment explains exactly.

    Returns:
        Pairs, and which of them are two parts of one item (row, other, item).
    """
    weights = weigh(pairs, habits)
    belief = _believe(pairs, weights, room)
    more = explained_pairs(books, habits, *_explained(pairs, belief, room))
    whole = np.where(pairs["relation"] == PARTIAL, 0, belief)
    likely = (weights.agrees | flags(pairs, "cited")) & (belief > LIKELY)
    found = rests(pairs, likely, books, *_explained(pairs, whole, room))
    rest = found.select(row="other", item="item", identified=pl.lit(False))
    every = pl.concat([pairs.select("row", "item", "identified"), more, rest])
    fresh = every.unique(["row", "item"], keep="first", maintain_order=True).slice(pairs.height)
    related = relate(describe(fresh, books, reading), expected, habits)
    return pl.concat([pairs, related.select(pairs.columns)], rechunk=True), found


def _explained(pairs: pl.DataFrame, belief: Floats, room: Room) -> tuple[Floats, Floats]:
    """The probability that some pair explains each line, and each item."""
    return (
        summed(ints(pairs, "row"), belief, room.lines),
        summed(ints(pairs, "item"), belief, room.items),
    )


def _all_links(
    pairs: pl.DataFrame,
    weights: Weights,
    books: Books,
    reading: Reading,
    habits: Habits,
    room: Room,
) -> Links:
    singles = _singles(pairs, weights, room)
    belief, _ = singles.believe(GUESSED)
    paying, paid = _explained(pairs, belief, room)
    groups = group_links(books, reading, habits, room, paying, paid)
    cards = card_links(books, reading, habits, room, paying, paid)
    return joined(singles, groups, cards)
