"""How probable each link is when a line pays one thing and a thing is paid once.

Every possible link has a weight: how much likelier its lines are if they pay its items than if they
pay nothing known. Beliefs are the marginals of the model in which links exclude each other
(monomer-dimer model), found by passing messages until they settle; two equal candidates share
their probability, and a line that has a better use elsewhere leaves its rivals free. A message
tells a link how free its line, or its item, is once all other links have had their say.

A note that does not tell its instalments may have been paid whole, in two, in three: variants. They
exclude each other, while the parts of one variant confirm each other.

Source: Bayati, Gamarnik, Katz, Nair, Tetali, "Simple deterministic approximation algorithms for
counting matchings" (STOC 2007): the messages converge whatever the graph.
"""

from dataclasses import dataclass

import numpy as np

from reconciliation.engine.columns import Floats, Ints, summed

ROUNDS = 12  # of ten thousand links, nine are then more than 0.05 from where they would settle


@dataclass(frozen=True, slots=True)
class Variants:
    """Items that are parts of notes which may have been split in several ways."""

    item: Ints
    variant: Ints  # of each item, counted from 0
    note: Ints  # of each variant, counted from 0
    prior: Floats  # of each variant: how often notes are paid so; included in weights

    def freedom(self, claims: Floats) -> tuple[Floats, Floats]:
        """For each item, the weight of all that may happen to its note, and of what its use leaves.

        Args:
            claims: the sum of what links claim of each item.
        """
        odds = np.log1p(claims[self.item] / self.prior[self.variant])
        used = summed(self.variant, odds, len(self.prior))
        share = self.prior * np.expm1(used)
        whole, left = 1 + claims, np.ones(len(claims))
        note = 1 + summed(self.note, share, len(self.prior))
        whole[self.item] = note[self.note][self.variant]
        left[self.item] = np.exp(used[self.variant] - odds)
        return whole, left

    def notes(self, items: int) -> Ints:
        """For each of so many items, one that stands for all items of its note."""
        together = np.arange(items)
        note = self.note[self.variant]
        first = np.full(int(note.max(initial=-1)) + 1, items)
        np.minimum.at(first, note, self.item)
        together[self.item] = first[note]
        return together

    def by_item(self) -> dict[int, tuple[int, int]]:
        """Note and variant of each item."""
        ways = zip(self.note[self.variant].tolist(), self.variant.tolist(), strict=True)
        return dict(zip(self.item.tolist(), ways, strict=True))


class Ends:
    """The lines, or the items, that links hold on to, and the messages these send."""

    def __init__(
        self, link: Ints, node: Ints, *, links: int, nodes: int, variants: Variants | None = None
    ) -> None:
        self._link, self._node, self._nodes = link, node, nodes
        self._links, self._variants = links, variants
        self._single = len(link) == links  # every link has one, in the order of the links
        self._message = np.ones(len(link))
        self.free = np.ones(links)  # product of the messages of a link

    def update(self, claim: Floats) -> None:
        """Send new messages.

        Args:
            claim: of each link, its weight as far as its other ends leave it free.
        """
        if not self._single:
            claim = (claim * self.free)[self._link] / self._message
        whole = summed(self._node, claim, self._nodes)
        if self._variants is None:
            self._message = 1 / (1 + np.maximum(whole[self._node] - claim, 0))
        else:
            whole, left = self._variants.freedom(whole)
            claim = claim * left[self._node]
            self._message = left[self._node] / np.maximum(whole[self._node] - claim, 1)
        if self._single:
            self.free = self._message
        else:
            self.free = np.exp(np.bincount(self._link, np.log(self._message), self._links))


def beliefs(weight: Floats, lines: Ends, items: Ends, rounds: int = ROUNDS) -> Floats:
    """Probability of each link, 0 to 1.

    The number of rounds is fixed: what is far away in the graph changes nothing. Lines have the
    last word, so that what is believed of the uses of one line is never more than one in all.
    """
    for _ in range(rounds):
        lines.update(weight * items.free)
        items.update(weight * lines.free)
    lines.update(weight * items.free)
    odds = weight * lines.free * items.free
    return odds / (1 + odds)
