"""One payment for several items of a party.

What singles leave open is added up, party by party; a line of the very sum may pay them all. Where
the line names the party, a sum that misses by a fee, a discount or withheld tax is looked at too.
"""

import numpy as np
import polars as pl

from reconciliation.engine.amounts import MOST_CENTS, MOST_FEE, USUAL_FEES, chance
from reconciliation.engine.citations import CITES
from reconciliation.engine.columns import Books, Flags, Floats, Ints, flags, floats, ints, summed
from reconciliation.engine.habits import FIRST_DAY, Habits, day_index
from reconciliation.engine.links import GROUP, Links, Room
from reconciliation.engine.nearest import Calendar, between, of_amount
from reconciliation.engine.reading import Reading
from reconciliation.engine.subsets import Sums, Wanted, sums_of
from reconciliation.engine.weights import CITED, MOST, OTHER_DEBTS, party_factors

MOST_ITEMS, SPAN = 10, 80
OPEN_BELOW, LINE_OPEN_BELOW = 0.8, 0.9
LATEST, LATEST_OF_FIRST = 80, 110  # days from the last and from the first due date
NEAR = 0.10  # of the sum
GROUPED = 0.05  # payments that are for several items
GATHERED_OVER = 31  # days whose items a party pays together
EXACT_SUM, CENTS_OFF, FEE_OFF, DISCOUNTED, TAXED, OVER = 0.75, 0.012, 0.02, 0.03, 0.05, 0.01
EVERY_CITED, SOME_CITED = 0.6, 0.25
NEXT_NUMBER = 300.0  # what a second cited number of the same party says
CITES_OTHERS = 0.02
ONE_MORE = 0.5  # a payment for one item more is half as common
MOST_CITED = 6
MOST_EQUAL, MOST_NEAR = 60, 240  # sums beside a line: of its very amount, and of its party
DAYS_LOOKED_AT = 90


def group_links(
    books: Books, reading: Reading, habits: Habits, room: Room, paying: Floats, paid: Floats
) -> Links:
    """Links of one line with several items of one party.

    Args:
        paying: of each line, the probability that a single item explains it.
        paid: of each item, the probability that it is paid by itself.
    """
    lines = _open_lines(books, reading, paying)
    sums = _sums(books, reading, lines, paid)
    groups = _candidates(books, reading, lines, sums.table)
    members = sums.members(np.unique(ints(groups, "subset")))
    facts = _member_facts(groups, members, books, reading)
    weight = _weigh(groups, facts, habits)
    keep = weight > 1e-4
    place = np.cumsum(keep) - 1
    group = ints(facts, "group")
    kept = keep[group]
    return Links(
        room,
        ints(groups, "row")[keep],
        weight[keep],
        np.full(int(keep.sum()), GROUP),
        place[group[kept]],
        ints(facts, "item")[kept],
        _confirmed(groups, facts)[keep],
    )


def _confirmed(groups: pl.DataFrame, facts: pl.DataFrame) -> Flags:
    """Groups of exact sum of which the line cites every number, and no other."""
    found = facts["certainty"].is_not_null().to_numpy()
    cited = summed(ints(facts, "group"), found, groups.height)
    exact = ints(groups, "sum") == ints(groups, "paid")
    confirmed: Flags = exact & (cited >= floats(groups, "size"))
    return confirmed & (floats(groups, "strong") <= cited)


def _open_lines(books: Books, reading: Reading, paying: Floats) -> pl.DataFrame:
    lines = books.lines.select("row", "organization", "receivable", "day", paid="amount")
    lines = lines.hstack(reading.lines.select("kind_row", "has_id", "fits", "strong"))
    return lines.filter(pl.Series(paying < LINE_OPEN_BELOW))


def _sums(books: Books, reading: Reading, lines: pl.DataFrame, paid: Floats) -> Sums:
    """Sums, by party and side, of what is open and near in time to some open line."""
    state = books.items.select("item", "document", "parts", paid=pl.Series(paid))
    split = state.filter(pl.col("parts") > 1).group_by("document").agg(split=pl.col("paid").max())
    whole = books.items.filter(pl.col("parts") == 1).join(state.select("item", "paid"), on="item")
    whole = whole.join(split, on="document", how="left").filter(
        pl.col("paid") < OPEN_BELOW, pl.col("split").fill_null(0) < 0.5, pl.col("party") != ""
    )
    days = Calendar(lines.rename({"day": "due"}), ["organization", "receivable"])
    whole = whole.filter(days.any_near(whole.with_columns(day="due"), FIRST_DAY, LATEST_OF_FIRST))
    owed = whole.select("item", "due", owner=pl.Series(_owner(whole)), amount="net")
    return sums_of(owed, most=MOST_ITEMS, span=SPAN, wanted=_payable(books, reading, lines))


def _payable(books: Books, reading: Reading, lines: pl.DataFrame) -> Wanted:
    """Sums that some line may pay: any of a party it names, of others what it pays to the cent."""
    organization = ints(books.parties, "organization")
    is_named = np.zeros(2 * len(organization), bool)
    is_named[_owner(lines.join(reading.evidence.select("row", "party_row"), on="row"))] = True
    side = 2 * ints(lines, "organization") + ints(lines, "receivable")
    paid = of_amount(side, ints(lines, "paid"))

    def wanted(owner: Ints, sums: Ints) -> Flags:
        sides = 2 * organization[owner // 2] + owner % 2
        found: Flags = np.isin(of_amount(sides[:, None], sums), paid)
        return found | is_named[owner][:, None]

    return wanted


def _owner(rows: pl.DataFrame) -> Ints:
    """A party and a side of it as one number."""
    return ints(rows, "party_row") * 2 + ints(rows, "receivable")


def _candidates(
    books: Books, reading: Reading, lines: pl.DataFrame, sums: pl.DataFrame
) -> pl.DataFrame:
    """Lines beside the sums they may pay; `group` counts the pairs."""
    sums = sums.with_columns(
        party_row=pl.col("owner") // 2,
        receivable=pl.col("owner") % 2 == 1,
        organization=books.parties["organization"].gather(ints(sums, "owner") // 2),
        due="last_due",
    )
    pairs = [_of_equal_sum(lines, sums), _of_party(lines, sums, reading)]
    late_first = pl.col("day") - pl.col("first_due")
    every = pl.concat(pairs).filter(late_first <= LATEST_OF_FIRST).sort("row", "subset")
    told = every.join(reading.evidence, on=["row", "party_row"], how="left", maintain_order="left")
    return told.with_columns(
        pl.col("by_id", "by_name").fill_null(0), group=pl.int_range(pl.len(), dtype=pl.Int64)
    )


def _of_equal_sum(lines: pl.DataFrame, sums: pl.DataFrame) -> pl.DataFrame:
    """Lines beside the sums of their very amount, whoever's they are."""
    on = ["organization", "receivable", "paid"]
    owed = sums.with_columns(paid="sum").join(lines.select(on), on=on, how="semi")
    line, found = Calendar(owed, on).near(lines, -LATEST, -FIRST_DAY, most=MOST_EQUAL)
    return _beside(lines, line, owed, found)


def _of_party(lines: pl.DataFrame, sums: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Lines that name a party beside sums of its items that miss the amount by little."""
    named = lines.join(reading.evidence.select("row", "party_row"), on="row")
    owner, paid = _owner(named), ints(named, "paid")
    low, high = (paid / (1 + NEAR)).astype(np.int64), (paid / (1 - NEAR)).astype(np.int64)
    places = of_amount(ints(sums, "owner"), ints(sums, "sum"))
    order = np.argsort(places, kind="stable")
    line, found = between(
        places[order], of_amount(owner, low), of_amount(owner, high), of_amount(owner, paid),
        most=MOST_NEAR,
    )  # fmt: skip
    pairs = _beside(named.drop("party_row"), line, sums, order[found])
    late = pl.col("day") - pl.col("last_due")
    return pairs.filter(pl.col("sum") != pl.col("paid"), late.is_between(FIRST_DAY, LATEST))


def _beside(lines: pl.DataFrame, line: Ints, sums: pl.DataFrame, found: Ints) -> pl.DataFrame:
    wanted = ["subset", "sum", "size", "first_due", "last_due", "party_row", "rivals"]
    return lines[line].hstack(sums[found].select(wanted))


def _member_facts(
    groups: pl.DataFrame, members: pl.DataFrame, books: Books, reading: Reading
) -> pl.DataFrame:
    """One row for each item of each group: group, item, late, told, is_service, certainty."""
    items = books.items.select(
        "item", "number", "due", "declared", is_service=pl.col("kind") == "nfse"
    )
    facts = groups.select("group", "row", "subset", "day").join(members, on="subset")
    facts = facts.join(items, on="item").join(
        reading.citations.numbers.select("row", "number", "certainty"),
        on=["row", "number"],
        how="left",
    )
    return facts.with_columns(late=pl.col("day") - pl.col("due")).sort("group", "item")


def _weigh(groups: pl.DataFrame, facts: pl.DataFrame, habits: Habits) -> Floats:
    organization, kind = ints(groups, "organization"), ints(groups, "kind_row")
    size = floats(groups, "size")
    spread = chance(organization, floats(groups, "paid"), habits)
    agrees, _, named, by_chance = party_factors(groups, habits)
    share = habits.shares[0, kind]
    own = OTHER_DEBTS * habits.debts[ints(groups, "party_row")] * spread * share
    strangers = habits.without[kind] * spread * by_chance
    unrelated = (strangers + np.where(agrees, own, 0)) / habits.days[organization]
    prior = GROUPED * 40 / (floats(groups, "rivals") + 10) * ONE_MORE ** (size - 2)
    observed = _amount(groups, facts) * _delay(groups, facts, habits) * _number(groups, facts)
    weight = prior * share * observed * named / np.maximum(unrelated, 1e-300)
    bounded: Floats = np.minimum(weight, MOST)
    return bounded


def _amount(groups: pl.DataFrame, facts: pl.DataFrame) -> Floats:
    """Likelihood of the difference between the line and the sum."""
    whole, size = floats(groups, "sum"), floats(groups, "size")
    extra = floats(groups, "paid") - whole
    services = summed(ints(facts, "group"), flags(facts, "is_service"), groups.height)
    fee = np.where(extra > -MOST_FEE, FEE_OFF * size / USUAL_FEES, 0)
    below = fee + (DISCOUNTED * size + TAXED * services) / (NEAR * whole)
    differing = np.where(extra < 0, below, OVER / (NEAR * whole))
    near = np.where(np.abs(extra) <= MOST_CENTS, CENTS_OFF * size / (2 * MOST_CENTS), differing)
    return np.where(extra == 0, EXACT_SUM, near)


def _delay(groups: pl.DataFrame, facts: pl.DataFrame, habits: Habits) -> Floats:
    """Members wait for the group: each is as late as usual, and up to a month more."""
    waiting = np.ones(GATHERED_OVER) / GATHERED_OVER
    days = habits.delays.shape[2]
    place = day_index(ints(facts, "late"))
    organization = ints(groups, "organization")[ints(facts, "group")]
    usual = np.zeros(facts.height)
    declared = flags(facts, "declared")
    for known, table in ((declared, habits.delays), (~declared, habits.silent_delays)):
        later = np.stack([np.convolve(row, waiting)[:days] for row in table.mean(1)])
        usual[known] = later[organization[known], place[known]]
    ratio = np.log(usual * DAYS_LOOKED_AT + 1e-3)
    together: Floats = np.exp(summed(ints(facts, "group"), ratio, groups.height)) / 40
    return together


def _number(groups: pl.DataFrame, facts: pl.DataFrame) -> Floats:
    """Numbers of members the line cites, and numbers it cites of nobody here."""
    group = ints(facts, "group")
    certainty = facts["certainty"].fill_null(0).to_numpy()
    cited = facts["certainty"].is_not_null().to_numpy()
    hits = summed(group, cited, groups.height)
    sure = summed(group, certainty > CITES, groups.height)
    every = hits >= np.minimum(floats(groups, "size"), MOST_CITED)
    found = CITED / 1e-5 * NEXT_NUMBER ** np.clip(hits - 1, 0, 3)
    found = found * np.where(every, EVERY_CITED, SOME_CITED)
    others = np.maximum(floats(groups, "strong") - sure, 0)
    return np.where(hits > 0, found, 1.0) * CITES_OTHERS**others
