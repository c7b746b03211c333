"""What an organization's payments are like: learned from its books, given to every comparison.

Each organization has its own; where it has shown little, the usual values stand in for it (priors),
with the weight of a few dozen payments. Held fixed, they make the outcome of a pair depend on that
pair and its rivals alone.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from reconciliation.engine.columns import Books, Floats, Ints, floats, ints, summed
from reconciliation.engine.reading import Reading

Steps = tuple[tuple[int, int, float], ...]

FIRST_DAY, LAST_DAY = -12, 95  # days after the due date, or after the issue
DAYS = np.arange(FIRST_DAY, LAST_DAY + 1)
FAR_DATED = 0.1  # lines at either end of the books that do not tell how long these are
SEEN_ITEMS = 30  # items before a price says how often it is asked
SEEN_PAYMENTS = 30  # payments whose weight the usual delays have, for each weekday
# Fine and monthly interest for late payment, as contracts write them; 2 % and 1 % are the law's
# limit to consumers (CDC, art. 52, § 1º) and its usual measure (CTN, art. 161, § 1º).
FINES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.10)
MONTHLY = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05)
LATE_TERMS = [(fine, rate) for fine in FINES for rate in MONTHLY if fine + rate > 0]
LAWFUL = (0.02, 0.01)
LAWFUL_SHARE, SEEN_TERMS = 0.3, 3.0
PAID_SHARE = 0.92  # of what falls due
STRANGERS = 0.05  # payments that somebody else makes
MEANS_SEEN = 15.0
MEANS = 9


@dataclass(slots=True)
class Habits:
    """Arrays whose first axis is the organization, or the kind of line (`kind_row`)."""

    delays: Floats  # organization, weekday of the due date, day of DAYS: probability
    silent_delays: Floats  # the same from the issue, where no due date is told
    terms: Floats  # organization, LATE_TERMS: share of late payments that follow them
    shares: Floats  # means, kind: share of the payments that come as lines of this kind
    without: Floats  # kind: lines that pay no document
    strangers: Floats  # organization: share of payments whose line names somebody else
    amounts: Floats  # organization, (mean, deviation) of the logarithm of a line's cents
    days: Floats  # organization: how many days its lines span
    parties: Floats  # organization: how many parties it has
    prices: pl.DataFrame  # organization, amount, often: share of items of this very amount
    debts: Floats  # party_row: how many items it has
    promise: Floats = field(default_factory=lambda: np.zeros(0))  # kind: share that may pay
    # organization, acquirer, rate: what is left of a card sale; None until it is learned
    rates: pl.DataFrame | None = None


def usual(books: Books, reading: Reading) -> Habits:
    """Habits before anything has been learned."""
    count, kinds = books.organizations, reading.kinds.height
    delays, silent = usual_delays(declared=True), usual_delays(declared=False)
    whole = books.items.filter(pl.col("parts") == 1)
    sizes = whole.group_by("organization").agg(sizes=pl.len())
    prices = whole.group_by("organization", "amount").agg(count=pl.len())
    prices = prices.join(sizes, on="organization").select(
        "organization", "amount", often=pl.col("count") / (pl.col("sizes") + SEEN_ITEMS)
    )
    return Habits(
        delays=np.repeat(delays[None], count, 0),
        silent_delays=np.repeat(silent[None], count, 0),
        terms=np.tile(usual_terms(), (count, 1)),
        shares=np.zeros((MEANS, kinds)),
        without=np.zeros(kinds),
        strangers=np.full(count, STRANGERS),
        amounts=_amounts(books),
        days=_days(books),
        parties=_counts(ints(books.parties, "organization"), count),
        prices=prices,
        debts=_counts(ints(whole, "party_row"), books.parties.height),
    )


# First and last day, and the probability of each day between.
DELAYS: Steps = ((-10, -1, 0.015), (0, 2, 0.16), (3, 15, 0.021), (16, 47, 0.0035))
ON_THE_DAY = 0.3  # of what falls due on a weekend
SILENT_DELAYS: Steps = ((0, 40, 0.02), (41, 75, 0.004))


def usual_delays(*, declared: bool) -> Floats:
    """Half pay within two days of the due date, a sixth before, a third late; by weekday.

    What falls on a weekend is mostly paid on Monday, though PIX is paid on any day. Without a due
    date, within six weeks of the issue.
    """
    steps = DELAYS if declared else SILENT_DELAYS
    flat = np.full(len(DAYS), 1e-4)
    for first, last, share in steps:
        flat[(first <= DAYS) & (last >= DAYS)] += share
    flat /= flat.sum()
    rolled = np.full((7, len(DAYS)), 1e-6)
    for weekday in range(7):
        paid_on = (weekday + DAYS) % 7
        ahead = np.where(paid_on == 5, 2, np.where(paid_on == 6, 1, 0))
        np.add.at(rolled[weekday], np.minimum(np.arange(len(DAYS)) + ahead, len(DAYS) - 1), flat)
    return (1 - ON_THE_DAY) * rolled + ON_THE_DAY * flat


def weekday(due: Ints) -> Ints:
    """0 is Monday: the first day of the ordinals was one."""
    return (due + 6) % 7


def day_index(late: Ints) -> Ints:
    return np.clip(late - FIRST_DAY, 0, len(DAYS) - 1)


def learn_delays(pairs: pl.DataFrame, weight: Floats, count: int, *, declared: bool) -> Floats:
    """Delays of one sort of items, drawn towards the usual ones where few were seen."""
    size = len(DAYS)
    cell = (ints(pairs, "organization") * 7 + weekday(ints(pairs, "due"))) * size
    seen = summed(cell + day_index(ints(pairs, "late")), weight, count * 7 * size)
    shares = seen.reshape(count, 7, size) + SEEN_PAYMENTS * usual_delays(declared=declared)
    delays: Floats = shares / shares.sum(2, keepdims=True)
    return delays


def learn_terms(pairs: pl.DataFrame, count: int) -> Floats:
    """Which fine and interest late payments follow, from pairs a second witness confirms."""
    seen = np.tile(SEEN_TERMS * usual_terms(), (count, 1))
    organization = ints(pairs, "organization")
    hits = follows_terms(floats(pairs, "net"), floats(pairs, "paid"), ints(pairs, "late"))
    share = hits / np.maximum(hits.sum(1, keepdims=True), 1)
    np.add.at(seen, organization, share)
    whole = np.bincount(organization, minlength=count) + SEEN_TERMS
    return seen / whole[:, None]


def usual_terms() -> Floats:
    other = (1 - LAWFUL_SHARE) / (len(LATE_TERMS) - 1)
    return np.array([LAWFUL_SHARE if term == LAWFUL else other for term in LATE_TERMS])


def follows_terms(net: Floats, paid: Floats, late: Ints) -> Floats:
    """For each pair and term, 1 when fine and interest explain the difference to a cent."""
    extra = paid - net
    expected = [np.rint(net * (fine + rate / 30 * late)) for fine, rate in LATE_TERMS]
    return np.stack([np.abs(extra - cents) <= 1 for cents in expected], 1).astype(np.float64)


def _amounts(books: Books) -> Floats:
    organization = ints(books.lines, "organization")
    logs = np.log(np.maximum(floats(books.lines, "amount"), 1))
    count = np.bincount(organization, minlength=books.organizations) + 1e-9
    mean = summed(organization, logs, books.organizations) / count
    square = summed(organization, logs * logs, books.organizations) / count
    return np.stack([mean, np.sqrt(np.maximum(square - mean**2, 0.25))], 1)


def _days(books: Books) -> Floats:
    """Days the lines span; a few that are dated far off do not count."""
    day = pl.col("day")
    span = day.quantile(1 - FAR_DATED) - day.quantile(FAR_DATED)
    found = books.lines.group_by("organization").agg(days=span / (1 - 2 * FAR_DATED) + 1)
    days = np.full(books.organizations, 30.0)
    days[ints(found, "organization")] = np.maximum(floats(found, "days"), 30)
    return days


def _counts(codes: Ints, size: int) -> Floats:
    return np.bincount(codes, minlength=size).astype(np.float64)
