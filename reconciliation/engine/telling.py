"""From weighed links to what a person is told: bookings, proposals, and reasons for the rest."""

from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from functools import cached_property, partial
from itertools import chain, islice

import numpy as np

from reconciliation.engine.booking import booked
from reconciliation.engine.cents import reais
from reconciliation.engine.columns import Flags, Ints, ints
from reconciliation.engine.facts import Facts
from reconciliation.engine.links import chosen
from reconciliation.engine.matching import Found
from reconciliation.engine.misses import Misses, tell_miss
from reconciliation.engine.model import Candidate, Doubt, Evidence, Options, Outcome
from reconciliation.engine.paying import Payments, Share
from reconciliation.engine.points import hundredths_of, in_points
from reconciliation.engine.rows import Line
from reconciliation.engine.shown import shown_links
from reconciliation.engine.tables import Tables
from reconciliation.engine.uses import Uses
from reconciliation.engine.wording import words_of

Said = tuple[
    tuple[Evidence, ...] | Callable[[], tuple[Evidence, ...]],
    str | Callable[[], str],
]
HUNDRED = Decimal(100)
SET_ASIDE = {
    "reversed": "Este lançamento e o seu estorno se anulam: não há nota a conciliar.",
    "repeated": "Este lançamento repete outro, igual em tudo: confira se entrou duas vezes.",
    "": "Lançamento de valor zero: não há o que conciliar.",
}


class Telling:
    """One outcome in the making: who pays what. Its words are told when they are asked for."""

    def __init__(
        self,
        tables: Tables,
        found: Found,
        options: Options,
        *,
        worded: bool,
        about: Collection[str] | None = None,
    ) -> None:
        self.tables, self.found, self.options, self.worded = tables, found, options, worded
        self.uses = Uses(found)
        self.payments = Payments(tables, found, self.uses)
        self.facts = Facts(tables, found, self.uses)
        self.why_aside: dict[int, str] = dict(found.books.set_aside.rows())
        self.is_asked = np.ones(len(tables.transactions), bool)
        if about is not None:
            self.is_asked[:] = [line.id in about for line in tables.transactions]
        self.is_taken = np.zeros(found.books.items.height, bool)

    def outcome(self) -> Outcome:
        links = self.found.links
        best = chosen(links, self.found.belief, float(self.options.propose_at / HUNDRED))
        sure = best[booked(self.found, float(self.options.accept_at / HUNDRED))[best]]
        sure = sure[np.argsort(links.row[sure], kind="stable")]
        self.is_taken[self.uses.members(sure)[0]] = True
        told = sure[self._of_asked(links.row[sure])]
        matches = [pair for pairs in self._candidates(told) for pair in pairs]
        doubts = self._doubts(sure)
        return Outcome(
            tuple(matches),
            tuple(doubts),
            self._unmatched(matches, doubts),
            self._aside(),
            self.found.known,
        )

    def _of_asked(self, rows: Ints) -> Flags:
        """Which rows are of lines that are asked about."""
        asked: Flags = self.is_asked[ints(self.found.books.lines, "line")[rows]]
        return asked

    def _candidates(self, links: Ints) -> Iterator[list[Candidate]]:
        """What each link pays; its words are the same for all that it pays together."""
        rows = self.found.links.row[links]
        lines = ints(self.found.books.lines, "line")[rows].tolist()
        scores = map(in_points, hundredths_of(self.found.belief[links]).tolist())
        told = zip(
            links.tolist(), lines, scores, self.payments.of(links),
            words_of(self.facts, links, rows), strict=True,
        )  # fmt: skip
        for link, line, score, shares, words in told:
            said = (words.evidence, words.reason) if self.worded else ((), "")
            yield self._pairs(line, link, score, shares, said)

    def _pairs(
        self, line: int, link: int, score: Decimal, shares: list[Share], said: Said
    ) -> list[Candidate]:
        pairs: list[Candidate] = []
        transaction, ids = self.tables.transactions[line].id, self.tables.documents.ids
        for (document, installment), (given, difference) in shares:
            pair = Candidate(
                transaction, ids[document], installment, reais(given), score, *said, link + 1,
                difference,
            )  # fmt: skip
            if not pairs and len(shares) > 1:  # the others repeat what is told of the first
                said = partial(getattr, pair, "evidence"), partial(getattr, pair, "reason")
            pairs.append(pair)
        return pairs

    def _doubts(self, sure: Ints) -> list[Doubt]:
        """One for each line that is not booked, in the order of their identifiers."""
        codes = ints(self.found.books.lines, "line")
        is_waiting = self._of_asked(np.arange(len(codes)))
        is_waiting[self.found.links.row[sure]] = False
        shown = shown_links(
            self.found, self.uses, self.payments, self.options, is_waiting, self.is_taken
        )
        told = {**dict(self._set_aside(codes)), **dict(self._proposals(shown, codes))}
        for code in codes[is_waiting].tolist():
            if code not in told:
                why = partial(self._miss, code)
                told[code] = Doubt(self.tables.transactions[code].id, (), why)
        return [told[code] for code in sorted(told)]

    def _proposals(self, shown: Ints, codes: Ints) -> Iterator[tuple[int, Doubt]]:
        """The lines of these links, with all that is shown of each."""
        rows, starts, counts = np.unique(
            self.found.links.row[shown], return_index=True, return_counts=True
        )
        place = np.arange(len(shown)) - np.repeat(starts, counts)
        first = shown[place < 2]
        words = words_of(self.facts, first, self.found.links.row[first])
        pairs = self._candidates(shown)
        for code, count in zip(codes[rows].tolist(), counts.tolist(), strict=True):
            candidates = chain.from_iterable(islice(pairs, count))
            best, *rival = islice(words, min(count, 2))
            why = partial(best.why_not, self.options, has_rival=bool(rival))
            yield code, Doubt(self.tables.transactions[code].id, tuple(candidates), why)

    def _set_aside(self, codes: Ints) -> Iterator[tuple[int, Doubt]]:
        """Lines that are asked about and were compared with nothing."""
        is_aside = self.is_asked.copy()
        is_aside[codes] = False
        for code in np.flatnonzero(is_aside).tolist():
            why = SET_ASIDE[self.why_aside.get(code, "")]
            yield code, Doubt(self.tables.transactions[code].id, (), why)

    @cached_property
    def _cents(self) -> list[int]:
        return self.tables.lines["amount"].to_list()

    @cached_property
    def _misses(self) -> Misses:
        taken = self.found.books.items.filter(self.is_taken).select("document", "installment")
        return Misses(self.tables, taken)

    def _miss(self, code: int) -> str:
        cents = self._cents[code]
        return tell_miss(Line(self.tables.transactions[code], cents), self._misses, self.options)

    def _unmatched(self, matches: list[Candidate], doubts: list[Doubt]) -> tuple[str, ...]:
        told = {pair.document_id for pair in matches}
        told.update(pair.document_id for doubt in doubts for pair in doubt.candidates)
        return tuple(pk for pk in self.tables.documents.ids if pk not in told)

    def _aside(self) -> tuple[tuple[str, str], ...]:
        aside = self.why_aside.items()
        return tuple((self.tables.transactions[code].id, why) for code, why in aside)


def tell_nothing(tables: Tables, options: Options) -> Outcome:
    """The outcome where one side is empty: every line with its reason."""
    misses = Misses(tables)
    told = zip(tables.transactions, tables.lines["amount"].to_list(), strict=True)
    doubts = [
        Doubt(line.id, (), tell_miss(Line(line, cents), misses, options)) for line, cents in told
    ]
    return Outcome((), tuple(doubts), tuple(tables.documents.ids))
