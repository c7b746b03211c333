"""From weighed links to what a person is told: bookings, proposals, and reasons for the rest."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import numpy as np

from reconciliation.engine.bands import why_not
from reconciliation.engine.booking import booked
from reconciliation.engine.differences import allocations, reais
from reconciliation.engine.evidence import rows_of
from reconciliation.engine.facts import Fact, Facts
from reconciliation.engine.known import Known
from reconciliation.engine.links import chosen
from reconciliation.engine.matching import Found, compare
from reconciliation.engine.misses import Misses, tell_miss
from reconciliation.engine.model import (
    Candidate,
    Doubt,
    OpenDocument,
    OpenTransaction,
    Options,
    Outcome,
)
from reconciliation.engine.rows import Line
from reconciliation.engine.sentence import tell
from reconciliation.engine.tables import Tables, as_tables

DEFAULTS = Options()
Progress = Callable[[int], None]
HUNDRED = Decimal(100)
CROWD = 0.3  # probability that some candidate is right, however small each one's


def match(
    documents: Sequence[OpenDocument],
    transactions: Sequence[OpenTransaction],
    options: Options = DEFAULTS,
    known: Known | None = None,
    *,
    worded: bool = True,
    progress: Progress | None = None,
) -> Outcome:
    """Decide which bank line pays which documents.

    Identifiers of documents and of transactions are unique among themselves. The outcome does not
    depend on the order of the rows; everything in it is sorted by identifier.

    Args:
        known: what earlier runs learned of the organization; learned from the rows without it.
        worded: without it candidates have no evidence and no sentence, which are four fifths of the
            work after the comparison.
        progress: told how much is done, in per cent.

    Raises:
        ValueError: an amount has a fraction of a cent.
    """
    tell_progress = progress or _quiet
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return _nothing(tables, options)
    tell_progress(10)
    found = compare(tables.payables, tables.lines, known)
    tell_progress(75)
    return _Telling(tables, found, options, worded=worded).outcome()


def _quiet(_: int) -> None:
    """Nobody asked."""


def learn(
    documents: Sequence[OpenDocument], transactions: Sequence[OpenTransaction]
) -> Known | None:
    """What the rows teach of their organization; None when a side is empty.

    Raises:
        ValueError: an amount has a fraction of a cent.
    """
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return None
    return compare(tables.payables, tables.lines).known


def reachable(
    documents: Sequence[OpenDocument], transactions: Sequence[OpenTransaction], known: Known
) -> frozenset[str]:
    """Identifiers of the documents that these lines may pay, as far as it would be shown."""
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return frozenset()
    found = compare(tables.payables, tables.lines, known)
    likely = found.belief[found.links.member_of] >= float(DEFAULTS.show_at / HUNDRED) / 2
    codes = found.books.items["document"].gather(np.unique(found.links.item[likely]))
    return frozenset(tables.documents.ids[code] for code in codes.to_list())


def _nothing(tables: Tables, options: Options) -> Outcome:
    misses = Misses(tables)
    doubts = tuple(_miss(line, misses, options) for line in tables.transactions)
    return Outcome((), doubts, tuple(tables.documents.ids))


class _Telling:
    """One outcome in the making."""

    def __init__(self, tables: Tables, found: Found, options: Options, *, worded: bool) -> None:
        self.tables, self.found, self.options, self.worded = tables, found, options, worded
        self.belief = found.belief
        self.books = booked(found, float(options.accept_at / HUNDRED))
        self.facts = Facts(tables, found)
        self.why_aside: dict[int, str] = dict(found.books.set_aside.rows())
        least = float(options.propose_at / HUNDRED)
        self.best = {
            int(found.links.row[link]): int(link)
            for link in chosen(found.links, self.belief, least)
        }

    def outcome(self) -> Outcome:
        matches: list[Candidate] = []
        doubts: list[Doubt] = []
        taken: set[int] = set()
        waiting: list[int] = []
        for code in range(len(self.tables.transactions)):
            row = self.facts.row_of.get(code)
            link = self.best.get(row) if row is not None else None
            fact = self.facts.of(link) if link is not None else None
            if fact is not None and self.books[fact.number]:
                matches += self._candidates(fact, self.facts.rival(fact))
                taken.update(member.item.place for member in fact.members)
            else:
                waiting.append(code)
        misses = Misses(self.tables, self._booked_payables(taken))
        doubts = [self._doubt(code, misses, taken) for code in waiting]
        return Outcome(
            tuple(matches),
            tuple(doubts),
            self._unmatched(matches, doubts),
            self._aside(),
            self.found.known,
        )

    def _candidates(self, fact: Fact, rival: Fact | None) -> Iterator[Candidate]:
        evidence = rows_of(fact, rival) if self.worded else ()
        reason = tell(fact, rival) if self.worded else ""
        for member, cents, difference in allocations(fact):
            yield Candidate(
                transaction_id=fact.transaction.id,
                document_id=member.document.id,
                installment=member.installment,
                amount=reais(cents),
                score=fact.score,
                evidence=evidence,
                reason=reason,
                link=fact.number + 1,
                difference=difference,
            )

    def _doubt(self, code: int, misses: Misses, taken: set[int]) -> Doubt:
        line = self.tables.transactions[code]
        row = self.facts.row_of.get(code)
        if row is None:
            return self._set_aside(code)
        shown = list(self._shown(row, taken))
        if not shown:
            return _miss(line, misses, self.options)
        candidates = [
            candidate
            for fact in shown
            for candidate in self._candidates(fact, self.facts.rival(fact))
        ]
        rival = shown[1] if len(shown) > 1 else None
        return Doubt(line.id, tuple(candidates), why_not(shown[0], rival, self.options))

    def _shown(self, row: int, taken: set[int]) -> Iterator[Fact]:
        """Links of a line worth showing, likeliest first, among what is still open.

        Where none is probable and all of them together are, the first few stand for the rest.
        """
        links = self.facts.of_line(row)
        most = self.options.most_candidates
        best = self.facts.of(int(links[0])).score if len(links) else Decimal(0)
        is_seen = best >= self.options.show_at
        crowded = len(links) > most and not is_seen and float(self.belief[links].sum()) >= CROWD
        shown: set[tuple[tuple[str, str], ...]] = set()
        for link in links.tolist():
            fact = self.facts.of(link)
            told = fact.score >= self.options.show_at
            if most <= 0 or not (told or crowded):
                return
            paid = tuple((member.document.id, member.installment) for member in fact.members)
            if paid not in shown and all(member.item.place not in taken for member in fact.members):
                shown.add(paid)
                most -= 1
                yield fact

    def _set_aside(self, code: int) -> Doubt:
        line = self.tables.transactions[code]
        why = self.why_aside.get(code)
        if why == "reversed":
            return Doubt(
                line.id, (), "Este lançamento e o seu estorno se anulam: não há nota a conciliar."
            )
        if why == "repeated":
            return Doubt(
                line.id,
                (),
                "Este lançamento repete outro, igual em tudo: confira se entrou duas vezes.",
            )
        return Doubt(line.id, (), "Lançamento de valor zero: não há o que conciliar.")

    def _booked_payables(self, taken: set[int]) -> set[tuple[int, int]]:
        rows = self.found.books.items.select("document", "installment").rows()
        return {rows[place] for place in taken}

    def _unmatched(self, matches: list[Candidate], doubts: list[Doubt]) -> tuple[str, ...]:
        told = {pair.document_id for pair in matches}
        told.update(pair.document_id for doubt in doubts for pair in doubt.candidates)
        return tuple(pk for pk in self.tables.documents.ids if pk not in told)

    def _aside(self) -> tuple[tuple[str, str], ...]:
        aside = self.why_aside.items()
        return tuple((self.tables.transactions[code].id, why) for code, why in aside)


def _miss(line: OpenTransaction, misses: Misses, options: Options) -> Doubt:
    return Doubt(line.id, (), tell_miss(Line(line), misses, options))
