"""What was learned of organizations, kept apart from the rows it was learned from.

Habits are arrays over the kinds of lines and the parties of one set of books; here both are told
by name, so that they serve the next set as well.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from reconciliation.engine.columns import Books, Floats, floats
from reconciliation.engine.habits import MEANS, Habits
from reconciliation.engine.kinds import UNTOLD
from reconciliation.engine.reading import KINDS, Reading, Vocabulary


@dataclass(frozen=True, slots=True)
class Known:
    """Words, kinds, parties and habits of the organizations of some books."""

    vocabulary: Vocabulary
    kinds: pl.DataFrame  # KINDS and kind_row
    debts: pl.DataFrame  # organization, party, debts
    habits: Habits


def known_from(books: Books, reading: Reading, vocabulary: Vocabulary, habits: Habits) -> Known:
    debts = books.parties.select("organization", "party", debts=pl.Series(habits.debts))
    return Known(vocabulary, reading.kinds, debts, habits)


def habits_for(books: Books, reading: Reading, known: Known) -> Habits:
    """Known habits, as arrays over the kinds and parties of these books.

    A kind nobody has seen says nothing for or against paying; an unknown party owes nothing else.
    """
    habits = known.habits
    places = reading.kinds.select(KINDS).join(
        known.kinds, on=KINDS, how="left", maintain_order="left"
    )["kind_row"]
    seen = places.is_not_null().to_numpy()
    place = places.fill_null(0).to_numpy()
    debts = books.parties.join(
        known.debts, on=["organization", "party"], how="left", maintain_order="left"
    )
    return replace(
        habits,
        shares=np.where(seen, habits.shares[:, place], _unseen_share(reading, known)),
        without=np.where(seen, habits.without[place], 1 - UNTOLD),
        promise=np.where(seen, habits.promise[place], UNTOLD),
        debts=floats(debts.with_columns(pl.col("debts").fill_null(0.0)), "debts"),
    )


def _unseen_share(reading: Reading, known: Known) -> Floats:
    """Share of one line in the payments of its organization, for each kind."""
    kinds = known.kinds.with_columns(without=pl.Series(known.habits.without))
    whole = kinds.group_by("organization").agg(lines=pl.col("without").sum())
    lines = reading.kinds.join(whole, on="organization", how="left", maintain_order="left")
    payments = np.maximum(floats(lines.with_columns(pl.col("lines").fill_null(1.0)), "lines"), 1)
    return np.repeat((UNTOLD / payments)[None], MEANS, 0)
