"""What was learned of organizations, kept apart from the rows it was learned from.

Habits are arrays over the kinds of lines and the parties of one set of books; here both are told
by name, so that they serve the next set as well.
"""

from dataclasses import dataclass, fields, replace
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl

from reconciliation.engine.columns import PARTY, Books, Floats, floats, packed, unpacked
from reconciliation.engine.habits import MEANS, Habits
from reconciliation.engine.kinds import UNTOLD
from reconciliation.engine.reading import KINDS, Reading, Vocabulary


@dataclass(frozen=True, slots=True)
class Known:
    """Words, kinds, parties and habits of the organizations of some books."""

    vocabulary: Vocabulary
    kinds: pl.DataFrame  # KINDS and kind_row
    parties: pl.DataFrame  # organization, party, name, debts
    habits: Habits


def known_from(books: Books, reading: Reading, vocabulary: Vocabulary, habits: Habits) -> Known:
    parties = books.parties.select("organization", "party", "name", debts=pl.Series(habits.debts))
    return Known(vocabulary, reading.kinds, parties, habits)


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
        known.parties.select("organization", "party", "debts"),
        on=PARTY,
        how="left",
        maintain_order="left",
    )
    return replace(
        habits,
        shares=np.where(seen, habits.shares[:, place], _unseen_share(reading, known)),
        without=np.where(seen, habits.without[place], 1 - UNTOLD),
        promise=np.where(seen, habits.promise[place], UNTOLD),
        debts=floats(debts.with_columns(pl.col("debts").fill_null(0.0)), "debts"),
    )


def to_bytes(known: Known) -> bytes:
    """What is known, to be kept; the same knowledge always gives bytes that read back the same."""
    frames = {
        "bank_words": known.vocabulary.bank_words,
        "contexts": known.vocabulary.contexts,
        "kinds": known.kinds,
        "known_parties": known.parties,
    }
    told = {one.name: getattr(known.habits, one.name) for one in fields(Habits)}
    frames |= {name: value for name, value in told.items() if isinstance(value, pl.DataFrame)}
    arrays = {name: np.asarray(value) for name, value in told.items() if name not in frames}
    arrays |= {name: packed(frame) for name, frame in frames.items()}
    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def from_bytes(kept: bytes) -> Known:
    """What `to_bytes` kept, by the same version of the engine."""
    with np.load(BytesIO(kept), allow_pickle=False) as file:
        told = {
            name: unpacked(value) if value.dtype == np.uint8 else value
            for name, value in file.items()
        }
    habits: dict[str, Any] = {one.name: told[one.name] for one in fields(Habits)}
    vocabulary = Vocabulary(told["bank_words"], told["contexts"])
    return Known(vocabulary, told["kinds"], told["known_parties"], Habits(**habits))


def _unseen_share(reading: Reading, known: Known) -> Floats:
    """Share of one line in the payments of its organization, for each kind."""
    kinds = known.kinds.with_columns(without=pl.Series(known.habits.without))
    whole = kinds.group_by("organization").agg(lines=pl.col("without").sum())
    lines = reading.kinds.join(whole, on="organization", how="left", maintain_order="left")
    payments = np.maximum(floats(lines.with_columns(pl.col("lines").fill_null(1.0)), "lines"), 1)
    return np.repeat((UNTOLD / payments)[None], MEANS, 0)
