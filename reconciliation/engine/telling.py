"""From weighed links to what a person is told: bookings, proposals, and reasons for the rest."""

from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import groupby

import numpy as np

from reconciliation.engine.bands import why_not
from reconciliation.engine.booking import booked
from reconciliation.engine.cents import reais
from reconciliation.engine.columns import Flags, Ints, ints
from reconciliation.engine.differences import allocations
from reconciliation.engine.evidence import rows_of
from reconciliation.engine.facts import Fact, Facts
from reconciliation.engine.links import chosen
from reconciliation.engine.matching import Found
from reconciliation.engine.misses import Misses, tell_miss
from reconciliation.engine.model import Candidate, Doubt, Options, Outcome
from reconciliation.engine.rows import Line
from reconciliation.engine.sentence import tell
from reconciliation.engine.shown import shown_links
from reconciliation.engine.tables import Tables
from reconciliation.engine.uses import Uses

HUNDRED = Decimal(100)
SET_ASIDE = {
    "reversed": "Este lançamento e o seu estorno se anulam: não há nota a conciliar.",
    "repeated": "Este lançamento repete outro, igual em tudo: confira se entrou duas vezes.",
    "": "Lançamento de valor zero: não há o que conciliar.",
}


class Telling:
    """One outcome in the making. Lines are told one after the other, each by itself."""

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
        self.facts = Facts(tables, found, self.uses, worded=worded)
        self.why_aside: dict[int, str] = dict(found.books.set_aside.rows())
        asked = (about is None or line.id in about for line in tables.transactions)
        self.is_asked = np.fromiter(asked, bool, len(tables.transactions))

    def outcome(self) -> Outcome:
        links = self.found.links
        best = chosen(links, self.found.belief, float(self.options.propose_at / HUNDRED))
        sure = best[booked(self.found, float(self.options.accept_at / HUNDRED))[best]]
        sure = sure[np.argsort(links.row[sure], kind="stable")]
        is_taken = np.zeros(self.found.books.items.height, bool)
        is_taken[self.uses.members(sure)[0]] = True
        told = sure[self._of_asked(links.row[sure])]
        matches = [pair for fact in self.facts.each(told) for pair in self._candidates(fact)]
        doubts = self._doubts(sure, is_taken)
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

    def _candidates(self, fact: Fact) -> Iterator[Candidate]:
        evidence = rows_of(fact) if self.worded else ()
        reason = tell(fact) if self.worded else ""
        for item, cents, difference in allocations(fact):
            yield Candidate(
                transaction_id=fact.transaction.id,
                document_id=item.document.id,
                installment=item.installment,
                amount=reais(cents),
                score=fact.score,
                evidence=evidence,
                reason=reason,
                link=fact.number + 1,
                difference=difference,
            )

    def _doubts(self, sure: Ints, is_taken: Flags) -> list[Doubt]:
        """One for each line that is not booked, in the order of their identifiers."""
        codes = ints(self.found.books.lines, "line")
        is_waiting = self._of_asked(np.arange(len(codes)))
        is_waiting[self.found.links.row[sure]] = False
        shown = shown_links(self.tables, self.found, self.uses, self.options, is_waiting, is_taken)
        by_line = groupby(self.facts.each(shown), key=lambda fact: fact.row)
        told = {int(codes[row]): self._doubt(list(facts)) for row, facts in by_line}
        taken = self.found.books.items.filter(is_taken).select("document", "installment")
        misses = Misses(self.tables, taken)
        settled = {*codes[~is_waiting].tolist(), *np.flatnonzero(~self.is_asked).tolist()}
        compared = set(codes.tolist())
        cents = self.tables.lines["amount"].to_list()
        for code, line in enumerate(self.tables.transactions):
            if code in settled or code in told:
                continue
            if code in compared:
                why = tell_miss(Line(line, cents[code]), misses, self.options)
            else:
                why = SET_ASIDE[self.why_aside.get(code, "")]
            told[code] = Doubt(line.id, (), why)
        return [told[code] for code in sorted(told)]

    def _doubt(self, shown: list[Fact]) -> Doubt:
        candidates = [pair for fact in shown for pair in self._candidates(fact)]
        rival = shown[1] if len(shown) > 1 else None
        why = why_not(shown[0], rival, self.options)
        return Doubt(shown[0].transaction.id, tuple(candidates), why)

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
