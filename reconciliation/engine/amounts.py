"""How the amount of a line relates to what an item expects, and how likely that is.

The likelihood of a relation is a probability per cent of money: an exact amount has the whole of
its share, a discount of a few percent spreads it over every amount it could have been.
"""

import numpy as np
import polars as pl

from reconciliation.engine.columns import Floats, Ints, flags, floats, ints
from reconciliation.engine.expected import EXACT, GROSS, WITHHELD, WITHHELD_RATES
from reconciliation.engine.habits import LATE_TERMS, Habits

CENTS, INTEREST, FEE, DISCOUNT, PARTIAL, OVER = (
    "cents", "interest", "fee", "discount", "partial", "over",
)  # fmt: skip
# What share of payments is of each relation, before an organization has shown its own.
SHARES = {
    EXACT: 0.80, GROSS: 0.01, WITHHELD: 0.05, CENTS: 0.012, INTEREST: 0.05, FEE: 0.02,
    DISCOUNT: 0.03, PARTIAL: 0.03, OVER: 0.004,
}  # fmt: skip
NONE = ""
CODES = {name: code for code, name in enumerate((*SHARES, NONE))}  # begins as `WHOLE` does
RELATIONS = pl.Series(list(CODES), dtype=pl.Enum(list(CODES)))
MOST_CENTS = 5  # a difference that is rounding
LEAST_FEE, MOST_FEE = 50, 1_500  # cents a bank keeps of one payment
USUAL_FEES = 700  # cents; fees spread evenly up to here
MOST_DISCOUNT = 0.12
ROUND_DISCOUNTS = (0.01, 0.02, 0.03, 0.05, 0.10)
MOST_INTEREST = 0.35
LATE_SPREAD = 0.2  # interest nobody told the terms of, as a share of the item
ROUND_PARTS = 0.6  # share of partial payments in whole reais
# Of amounts that need no more than their relation to be explained; the others depend on the pair.
LIKELIHOOD = np.zeros(len(CODES))
LIKELIHOOD[CODES[EXACT]] = SHARES[EXACT]
LIKELIHOOD[CODES[GROSS]] = SHARES[GROSS]
LIKELIHOOD[CODES[WITHHELD]] = SHARES[WITHHELD] * 2 / len(WITHHELD_RATES)
LIKELIHOOD[CODES[CENTS]] = SHARES[CENTS] / (2 * MOST_CENTS)


def relate(pairs: pl.DataFrame, expected: pl.DataFrame, habits: Habits) -> pl.DataFrame:
    """Adds `relation` ("" when nothing explains the amount), `fit`, its likelihood, and `often`.

    `often` is the share of the organization's items that have the line's very amount.
    """
    amounts = expected.select("item", "paid", known="relation")
    known = pairs.join(amounts, on=["item", "paid"], how="left", maintain_order="left")
    code = ints(known.select(pl.col("known").to_physical().fill_null(CODES[NONE])), "known").copy()
    fit = LIKELIHOOD[code]
    net, paid = floats(pairs, "net"), floats(pairs, "paid")
    extra = paid - net
    open_ = code == CODES[NONE]
    cents = open_ & (np.abs(extra) <= MOST_CENTS)
    code[cents], fit[cents] = CODES[CENTS], LIKELIHOOD[CODES[CENTS]]
    above = np.flatnonzero(open_ & ~cents & (extra > 0) & (extra < MOST_INTEREST * net))
    code[above] = np.where(ints(pairs, "late")[above] > 0, CODES[INTEREST], CODES[OVER])
    below = np.flatnonzero(open_ & ~cents & (extra < 0))
    code[below], fit[below] = _below(ints(pairs, "late")[below], net[below], paid[below])
    prices = habits.prices.rename({"amount": "paid"})
    priced = known.drop("known").join(
        prices, on=["organization", "paid"], how="left", maintain_order="left"
    )
    related = priced.with_columns(
        pl.col("often").fill_null(0.0),
        relation=RELATIONS.gather(code),
        fit=pl.Series(fit),
    )
    return refit(related, habits)


def refit(pairs: pl.DataFrame, habits: Habits) -> pl.DataFrame:
    """The same relations, with the likelihood of interest as the habits have it now."""
    fit = floats(pairs, "fit").copy()
    relation = pairs["relation"]
    late = np.flatnonzero((relation == INTEREST).to_numpy())
    fit[late] = _interest(pairs[late], habits)
    over = (relation == OVER).to_numpy()
    fit[over] = SHARES[OVER] / (MOST_INTEREST * floats(pairs, "net")[over])
    return pairs.with_columns(fit=pl.Series(fit))


def _interest(pairs: pl.DataFrame, habits: Habits) -> Floats:
    """Fine and interest to the cent, or an amount nobody told the terms of."""
    net, paid, late = floats(pairs, "net"), floats(pairs, "paid"), ints(pairs, "late")
    terms = habits.terms[ints(pairs, "organization")]
    by_terms = np.zeros(pairs.height)
    for place, (fine, rate) in enumerate(LATE_TERMS):
        hit = np.abs(paid - net - np.rint(net * (fine + rate / 30 * late))) <= 1
        by_terms = np.maximum(by_terms, hit * terms[:, place] / 3)
    return SHARES[INTEREST] * np.maximum(by_terms, 0.1 / (LATE_SPREAD * net))


def _below(late: Ints, net: Floats, paid: Floats) -> tuple[Ints, Floats]:
    """Less than expected: a bank's fee, an early discount, or a part of it."""
    missing = net - paid
    is_fee = (missing >= LEAST_FEE) & (missing <= MOST_FEE)
    fee = np.where(is_fee, SHARES[FEE] / USUAL_FEES, 0)
    may_discount = (missing <= MOST_DISCOUNT * net) & (late < 3)
    round_rate = np.zeros(len(net), bool)
    for rate in ROUND_DISCOUNTS:
        round_rate |= np.abs(missing - np.rint(rate * net)) <= 1
    spread = 0.5 / (MOST_DISCOUNT * 0.8 * net) + 0.5 * round_rate / 9
    discount = np.where(may_discount, SHARES[DISCOUNT] * spread, 0)
    whole = np.where(paid % 100 == 0, ROUND_PARTS * 100, 1 - ROUND_PARTS)
    part = SHARES[PARTIAL] * whole / np.maximum(net, 100)
    likelihood = np.stack([fee, discount, part])
    codes = np.array([CODES[FEE], CODES[DISCOUNT], CODES[PARTIAL]])
    return codes[likelihood.argmax(0)], likelihood.max(0)


def chance(organization: Ints, amount: Floats, habits: Habits) -> Floats:
    """Probability that an unrelated line has this amount, to the cent, as amounts are spread."""
    mean, deviation = habits.amounts[organization].T
    distance = (np.log(np.maximum(amount, 1)) - mean) / deviation
    density = np.exp(-(distance**2) / 2) / (deviation * np.sqrt(2 * np.pi))
    spread: Floats = density / np.maximum(amount, 1)
    return spread


def told(pairs: pl.DataFrame) -> Floats:
    """1 where the due date is known, declared or supposed with the instalments."""
    known = flags(pairs, "declared") | (ints(pairs, "parts") > 1)
    return known.astype(np.float64)
