"""Which documents a few lines concern, and what competes with these: the rest need not be compared.

Where what was learned is held fixed, a link depends on its line, on what else the line may pay, on
who else may pay its documents, and, where several are paid together, on all that their party owes.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from reconciliation.engine.columns import PARTY, ints, read_lines, read_payables
from reconciliation.engine.expected import expected_amounts, undeclared_installments
from reconciliation.engine.known import Known
from reconciliation.engine.matching import compare
from reconciliation.engine.model import OpenTransaction
from reconciliation.engine.pairs import equal_pairs
from reconciliation.engine.papers import Papers
from reconciliation.engine.tables import as_tables

LEAST = 0.01  # probability, before anybody competes: half of what is shown


def reachable(
    documents: Papers, transactions: Sequence[OpenTransaction], known: Known
) -> frozenset[str]:
    """Identifiers of the documents that these lines may pay, if no other line does."""
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return frozenset()
    found = compare(tables.payables, tables.lines, known)
    likely = found.belief[found.links.member_of] >= LEAST
    codes = found.books.items["document"].gather(np.unique(found.links.item[likely]))
    return frozenset(documents.ids[code] for code in codes.to_list())


def of_equal_amount(documents: Papers, transactions: Sequence[OpenTransaction]) -> frozenset[str]:
    """Identifiers of the documents of which a line, near in time, has the very amount."""
    tables = as_tables(documents, transactions)
    if tables.payables.is_empty() or tables.lines.is_empty():
        return frozenset()
    whole, _ = read_payables(tables.payables)
    lines = read_lines(tables.lines)
    items = pl.concat([whole, undeclared_installments(whole, lines)])
    pairs = equal_pairs(lines, items, expected_amounts(items, lines))
    codes = items["document"].gather(pairs["item"].unique())
    return frozenset(documents.ids[code] for code in codes.to_list())


def beside(documents: Papers, payables: pl.DataFrame, near: Collection[str]) -> pl.DataFrame:
    """The payables of these documents, and all else that their parties owe, or are owed."""
    owner = [*PARTY, "receivable"]
    places = {documents.place_of(pk) for pk in near}
    own = payables.filter(pl.col("document").is_in([one for one in places if one is not None]))
    named = own.filter(pl.col("party") != "").select(owner).unique()
    others = payables.join(named, on=owner, how="semi")
    codes = np.union1d(ints(own, "document"), ints(others, "document"))
    return payables.filter(pl.col("document").is_in(codes))


def acquainted(known: Known, payables: pl.DataFrame) -> Known:
    """What is known, with the parties that have come since it was learned."""
    met = payables.group_by(PARTY).agg(name=pl.col("party_name").min(), debts=pl.lit(0.0))
    new = met.join(known.parties, on=PARTY, how="anti").sort(PARTY)
    parties = pl.concat([known.parties, new.select(known.parties.columns)])
    return replace(known, parties=parties)
