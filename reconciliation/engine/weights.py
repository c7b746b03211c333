"""How much likelier a line is if it pays an item than if it pays nothing known.

One likelihood ratio for each thing observed (Fellegi and Sunter, "A theory for record linkage",
1969): kind of line, amount, delay, party, number, charge. Their logarithms are the points that
explain a link, and add up to its weight.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from reconciliation.engine.amounts import chance, told
from reconciliation.engine.columns import Flags, Floats, flags, floats, ints
from reconciliation.engine.expected import SPLIT
from reconciliation.engine.habits import FIRST_DAY, LAST_DAY, PAID_SHARE, Habits, day_index, weekday
from reconciliation.engine.payers import ROOT

MOST = 1e12  # a weight beyond it says nothing more
IDENTIFIER = 1e6
PRICE_SHARE = 0.35  # of lines without document that repeat a price of the organization's
OTHER_DEBTS = 0.10  # of a party's payments that are for something not seen here
NAMED, NAMED_BY_ROOT = 0.93, 0.30  # the payer named is the party, or of its company
OTHERS = 50  # parties an organization deals with besides those of its open documents
CITED = 0.45  # payments whose line cites the number
NUMBER_BY_CHANCE, LEAST_CHANCE, MOST_CHANCE = 1e-5, 2e-6, 1e-4
SWAPPED = 0.02 / 1e-4  # two digits swapped, against meeting such a number by chance
CITES_ANOTHER = 0.015
SAME_PART, OTHER_PART = 3.0, 0.05
OTHER_CHARGE, LONE_CHARGE = 1e-6, 0.1
FAR_OFF = 1e-5
SPLIT_ODDS, WHOLE_ODDS = SPLIT / (1 - SPLIT), PAID_SHARE / (1 - PAID_SHARE)


@dataclass(frozen=True, slots=True)
class Weights:
    """Each pair's weight and the factors it is the product of."""

    weight: Floats
    amount: Floats
    delay: Floats
    party: Floats
    number: Floats
    kind: Floats
    charge: Floats
    agrees: Flags  # the line names the party
    conflicts: Flags  # it names somebody else


def weigh(pairs: pl.DataFrame, habits: Habits) -> Weights:
    """Weigh pairs that `relate` has seen."""
    agrees, conflicts, named, by_chance = party_factors(pairs, habits)
    organization, kind = ints(pairs, "organization"), ints(pairs, "kind_row")
    spread = chance(organization, floats(pairs, "paid"), habits)
    often = PRICE_SHARE * floats(pairs, "often") + (1 - PRICE_SHARE) * spread
    shares = habits.shares[ints(pairs, "means"), kind]
    strangers = habits.without[kind] * often * by_chance
    own = OTHER_DEBTS * habits.debts[ints(pairs, "party_row")] * spread * shares
    unrelated = (strangers + np.where(agrees, own, 0)) / habits.days[organization]
    prior = np.where(ints(pairs, "parts") > 1, SPLIT_ODDS, WHOLE_ODDS)
    amount = floats(pairs, "fit")
    delay = delays(pairs, habits)
    number = numbers(pairs)
    charge = charges(pairs)
    weight = prior * shares * amount * delay * named * number * charge
    weight = np.minimum(weight / np.maximum(unrelated, 1e-300), MOST)
    return Weights(
        weight,
        amount / np.maximum(often, 1e-300),
        delay * habits.days[organization],
        named / np.maximum(by_chance, 1e-300),
        number,
        shares / np.maximum(habits.without[kind], 1e-300),
        charge * prior,
        agrees,
        conflicts,
    )


def party_factors(pairs: pl.DataFrame, habits: Habits) -> tuple[Flags, Flags, Floats, Floats]:
    """Whether the line names the party or another, and how likely both are."""
    by_id, by_name, fits = ints(pairs, "by_id"), ints(pairs, "by_name"), ints(pairs, "fits")
    has_id = flags(pairs, "has_id")
    agrees = (by_id > 0) | ((by_name > 0) & ~has_id)
    conflicts = ~agrees & (has_id | (fits > 0))
    named = np.where(by_id == ROOT, NAMED_BY_ROOT, NAMED)
    organization = ints(pairs, "organization")
    named = np.where(agrees, named, np.where(conflicts, habits.strangers[organization], 1.0))
    alike = np.where(by_id > 0, 1, np.maximum(fits, 1))
    known = habits.parties[organization] + OTHERS
    return agrees, conflicts, named, np.where(agrees, alike / known, 1.0)


def delays(pairs: pl.DataFrame, habits: Habits) -> Floats:
    late = ints(pairs, "late")
    place = (ints(pairs, "organization"), weekday(ints(pairs, "due")), day_index(late))
    delay = np.where(told(pairs) > 0, habits.delays[place], habits.silent_delays[place])
    return np.where((late < FIRST_DAY) | (late > LAST_DAY), FAR_OFF, delay)


def numbers(pairs: pl.DataFrame) -> Floats:
    """The number cited, swapped, of another document, or none; and the instalment behind it."""
    certainty, digits = floats(pairs, "certainty"), floats(pairs, "digits")
    by_chance = np.where(
        certainty > 0.3, NUMBER_BY_CHANCE, np.minimum(MOST_CHANCE, 0.5 * 10.0**-digits)
    )
    cited = CITED / np.maximum(by_chance, LEAST_CHANCE)
    other = CITES_ANOTHER + (1 - CITES_ANOTHER) * floats(pairs, "silence")
    number = np.where(
        flags(pairs, "cited"), cited, np.where(flags(pairs, "swapped"), SWAPPED, other)
    )
    part = pairs["same_part"].cast(pl.Float64).fill_null(-1).to_numpy()
    of_part = np.where(part == 1, SAME_PART, np.where(part == 0, OTHER_PART, 1.0))
    return number * np.where(flags(pairs, "cited"), of_part, 1.0)


def charges(pairs: pl.DataFrame) -> Floats:
    """Identifiers of charges: the same, another's, told by the line alone, or none."""
    charge = np.where(flags(pairs, "lone_charge"), LONE_CHARGE, 1.0)
    charge = np.where(flags(pairs, "other_charge"), OTHER_CHARGE, charge)
    return np.where(flags(pairs, "identified"), IDENTIFIER, charge)
