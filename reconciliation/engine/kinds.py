"""Which kinds of lines pay documents at all, learned without anybody telling it.

Bank fees, taxes and transfers hit the amount of some document by chance, and no more often near
its due date than half a year away. A kind of line that pays documents hits far more often near the
due date: the excess over chance is the share of its lines that pay, whatever words it is made of.
"""

import numpy as np
import polars as pl

from reconciliation.engine.columns import Books, Flags, Floats, Ints, ints, summed
from reconciliation.engine.habits import MEANS, MEANS_SEEN, Habits
from reconciliation.engine.nearest import Calendar
from reconciliation.engine.reading import Reading

NEAR = (-10, 50)  # days from the due date
AWAY = (110, 170)  # days before or after it, where nothing is paid
CERTAINTY = 1.5  # standard deviations taken off the excess: few lines show nothing
MISDATED = 0.02  # due dates at either end of the books that may be mistaken
UNTOLD = 0.6  # share that may pay where the books are too short to tell
LEAST_SHARE, LEAST_LINES = 0.005, 0.05


def learn_promise(books: Books, reading: Reading) -> Floats:
    """For each kind of line, the share of its lines that may pay documents, 0 to 1."""
    after, near, before = _hits(books)
    could_after, could_before = _reach(books)
    kind = ints(reading.lines, "kind_row")
    count = reading.kinds.height
    lines = np.bincount(kind, minlength=count)
    hits = summed(kind, near, count) / np.maximum(lines, 1)
    tries = summed(kind, could_after + could_before, count)
    by_chance = summed(kind, after * could_after + before * could_before, count)
    by_chance = by_chance / np.maximum(tries, 1)
    spread = hits * (1 - hits) + by_chance * (1 - by_chance) + 0.05
    excess = hits - by_chance - CERTAINTY * np.sqrt(spread / (lines + 1))
    promise = np.clip(excess / (1 - np.minimum(by_chance, 0.95)), 0, 1)
    return np.where(tries > 0.5 * lines, promise, UNTOLD)


def _hits(books: Books) -> tuple[Flags, Flags, Flags]:
    """Whether each line has the amount of an item due long before, about, and long after it."""
    items = books.items.filter(pl.col("parts") == 1).select(
        "organization", "receivable", "due", amount="net"
    )
    due = Calendar(items, ["organization", "receivable", "amount"])
    before = due.any_near(books.lines, -AWAY[1], -AWAY[0])
    near = due.any_near(books.lines, -NEAR[1], -NEAR[0])
    return before, near, due.any_near(books.lines, *AWAY)


def _reach(books: Books) -> tuple[Floats, Floats]:
    """Whether the books hold due dates half a year before, and after, each line."""
    span = books.items.group_by("organization").agg(
        first=pl.col("due").quantile(MISDATED), last=pl.col("due").quantile(1 - MISDATED)
    )
    lines = books.lines.select("organization", "day").join(
        span, on="organization", how="left", maintain_order="left"
    )
    after = (lines["day"] - AWAY[1] >= lines["first"]).fill_null(False)
    before = (lines["day"] + AWAY[1] <= lines["last"]).fill_null(False)
    return after.cast(pl.Float64).to_numpy(), before.cast(pl.Float64).to_numpy()


def learn_kinds(
    habits: Habits, reading: Reading, paying: Floats, witnessed: Floats, by_means: Floats
) -> None:
    """Bring `shares` and `without` of the habits up to what the lines seem to pay.

    Args:
        paying: of each line, the probability that it pays something.
        witnessed: of each line, the same by pairs that a second witness confirms.
        by_means: means by kind, the payments seen.
    """
    kind = ints(reading.lines, "kind_row")
    organization = ints(reading.kinds, "organization")
    count = reading.kinds.height
    lines = np.bincount(kind, minlength=count).astype(np.float64)
    seen = summed(kind, paying, count)
    confirmed = summed(kind, witnessed, count)
    most = np.maximum(habits.promise * lines, confirmed) + LEAST_SHARE * lines + LEAST_LINES
    paid = np.minimum(np.minimum(seen, lines), most)
    whole = _over(organization, paid) + 1
    share = np.maximum(paid, LEAST_SHARE) / whole
    kept = by_means * np.minimum(1, (paid + 0.02) / (seen + 1e-9))
    totals = np.stack([_over(organization, row) for row in kept])
    habits.shares = (kept + MEANS_SEEN * share) / (totals + MEANS_SEEN)
    habits.without = lines - paid + 0.3


def _over(organization: Ints, values: Floats) -> Floats:
    """The organization's sum, for each of its kinds."""
    return summed(organization, values, int(organization.max(initial=0)) + 1)[organization]


def first_guess(habits: Habits, reading: Reading) -> None:
    """Before any pair is weighed: every kind pays as much as it may."""
    size = reading.lines.height
    nothing = np.zeros((MEANS, reading.kinds.height))
    learn_kinds(habits, reading, np.full(size, UNTOLD), np.zeros(size), nothing)
