"""Which links are booked without asking a person."""

import numpy as np
import polars as pl

from reconciliation.engine.amounts import CENTS, DISCOUNT, FEE, INTEREST
from reconciliation.engine.columns import Flags, flags, ints
from reconciliation.engine.expected import EXACT, GROSS, WITHHELD
from reconciliation.engine.links import CARD
from reconciliation.engine.matching import Found

ACCEPT_AT = 0.99
BY_NUMBER = [WITHHELD, INTEREST, CENTS, FEE, DISCOUNT, GROSS]  # explained, when the note is cited
BY_PARTY = [INTEREST, CENTS]  # … or only the party is known
BY_CARD_AT = 0.998  # a day of card sales, less a learned rate, to the cent
SILENT = 0.2  # less: the line cites some note


def booked(found: Found, accept_at: float = ACCEPT_AT) -> Flags:
    """For each link, whether it is booked.

    It takes an identifier, or two independent witnesses: the amount, and a number or a party. A
    differing amount needs its number, or interest to the cent; several documents need all their
    numbers; card sales need a rate that many lines follow. Parts are never booked, nor is what the
    line contradicts.
    """
    pairs = found.pairs
    identified, cited = flags(pairs, "identified"), flags(pairs, "cited")
    agrees = found.weights.agrees
    named = cited | identified
    exact = (pairs["relation"] == EXACT).to_numpy()
    sure = exact & (named | agrees)
    sure |= pairs["relation"].is_in(BY_NUMBER).to_numpy() & named
    sure |= pairs["relation"].is_in(BY_PARTY).to_numpy() & agrees
    against = contradicted(pairs) & ~identified & ~(agrees & cited)
    cards = (found.links.sort == CARD) & (found.raw >= BY_CARD_AT)
    accepted = found.links.confirmed | cards
    accepted[: pairs.height] = sure & ~against
    certain: Flags = accepted & (np.round(found.belief, 4) >= accept_at)
    return certain


def contradicted(pairs: pl.DataFrame) -> Flags:
    """Where the line says something against the pair."""
    has_id, fits = flags(pairs, "has_id"), ints(pairs, "fits") > 0
    by_id, by_name = ints(pairs, "by_id") > 0, ints(pairs, "by_name") > 0
    another_party = (has_id & ~by_id) | (fits & ~by_id & ~by_name)
    cited = flags(pairs, "cited")
    silent = cited | flags(pairs, "swapped")
    another_note = ~silent & (pairs["silence"] < SILENT).to_numpy()
    another_part = cited & ~pairs["same_part"].fill_null(True).to_numpy()
    against: Flags = another_party | another_note | another_part | flags(pairs, "other_charge")
    return against
