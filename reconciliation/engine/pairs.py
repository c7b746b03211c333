"""Which lines and items are worth comparing, and what is known of each pair.

A pair is looked at when an identifier, a number or a party points from the line to the item, or
when the amounts are equal: four joins, so that work grows with what there is to compare.
"""

import polars as pl

from reconciliation.engine.columns import Books
from reconciliation.engine.memos import KEY
from reconciliation.engine.nearest import LATEST, Calendar
from reconciliation.engine.reading import Reading

BEFORE, AFTER = -12, 50  # days from a declared due date to the payment
AFTER_ISSUE = 95  # days from the issue where no due date is declared
NUMBER_BEFORE, NUMBER_AFTER = -25, 130  # a number cited reaches further
MOST_OVER, LEAST = 1.35, 0.05  # of the item; a party alone does not explain more, or less
# Items a line is compared with, nearest in time: of one amount or number, and of one party. Where
# so many are alike, none of them could reach the probability of a proposal by that alone.
MOST_ALIKE, MOST_OF_A_PARTY, MOST_IDENTIFIED = 60, 120, 30
# By what means a document says it is paid; our number and PIX charge are the surest.
CHARGED, PIX_CHARGE, BOLETO, PIX, TED, CARD_OR_CASH, SILENT_NOTE, UNKNOWN = range(1, 9)
MEANS = 9


def evident_pairs(books: Books, reading: Reading) -> pl.DataFrame:
    """Pairs an identifier, a number or a party points at: row, item, identified."""
    items = books.items.select(
        "item", "organization", "receivable", "due", "declared", "number", "party_row", "net",
        "parts", amount="net",
    )  # fmt: skip
    lines = books.lines.select("row", "organization", "receivable", "day", "amount")
    whole, split = items.filter(pl.col("parts") == 1), items.filter(pl.col("parts") > 1)
    named = reading.evidence.select("row", "party_row").join(lines, on="row")
    owed = _in_time(named, whole, ["receivable", "party_row"], most=MOST_OF_A_PARTY)
    net = pl.col("net")
    owed = owed.filter(pl.col("paid").is_between(net * LEAST, net * MOST_OVER))
    parts = _in_time(named, split, ["receivable", "party_row", "amount"])
    numbers = reading.citations.numbers.select("row", "number").join(lines, on="row")
    reach = {"before": NUMBER_BEFORE, "after": NUMBER_AFTER}
    cited = _near(numbers, items, ["organization", "receivable", "number"], **reach)
    pointed = [pairs.select("row", "item") for pairs in (cited, owed, parts)]
    return _joined(pl.concat(pointed), _identified(books))


def equal_pairs(lines: pl.DataFrame, items: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    """Pairs of equal amount and side, near in time: row, item, identified."""
    asked = lines.select("row", "organization", "receivable", "day", "amount")
    wanted = expected.rename({"paid": "amount"}).join(
        items.select("item", "due", "declared", "parts", "net"), on="item"
    )
    pairs = _in_time(asked, wanted, ["organization", "receivable", "amount"])
    return pairs.select("row", "item", identified=pl.lit(False))


def _identified(books: Books) -> pl.DataFrame:
    """Pairs whose identifier is the same: our number, PIX charge, access key in the memo."""
    lines = books.lines.with_columns(key=pl.col("memo").str.extract_all(KEY))
    found = []
    for name in ("our_number", "txid", "key"):
        on = ["organization", "receivable", name]
        told = lines.explode("key").drop_nulls("key") if name == "key" else lines
        asked = told.filter(pl.col(name) != "").select("row", *on, "day")
        items = books.items.filter(pl.col(name) != "").select("item", *on, "due")
        row, item = Calendar(items, on).near(asked, -LATEST, LATEST, most=MOST_IDENTIFIED)
        found.append(asked[row].select("row").hstack(items[item].select("item")))
    return pl.concat(found).unique().with_columns(identified=True)


def _in_time(
    lines: pl.DataFrame, items: pl.DataFrame, on: list[str], *, most: int = MOST_ALIKE
) -> pl.DataFrame:
    """Pairs of one key whose payment is neither too early nor too late."""
    pairs = _near(lines, items, on, most=most, before=BEFORE, after=AFTER_ISSUE)
    told = pl.col("declared") | (pl.col("parts") > 1)
    late = pl.col("day") - pl.col("due")
    return pairs.filter(~told | (late <= AFTER))


def _near(
    lines: pl.DataFrame,
    items: pl.DataFrame,
    on: list[str],
    *,
    before: int,
    after: int,
    most: int = MOST_ALIKE,
) -> pl.DataFrame:
    line, item = Calendar(items, on).near(lines, -after, -before, most=most)
    paid = lines[line].select("row", "day", paid="amount")
    return paid.hstack(items[item].select("item", "due", "declared", "parts", "net"))


def _joined(pointed: pl.DataFrame, identified: pl.DataFrame) -> pl.DataFrame:
    every = pl.concat([pointed, identified.select("row", "item")]).unique()
    told = every.join(identified, on=["row", "item"], how="left")
    return told.with_columns(pl.col("identified").fill_null(False)).sort("row", "item")


def describe(pairs: pl.DataFrame, books: Books, reading: Reading) -> pl.DataFrame:
    """What is known of each pair, sorted by row and item.

    Adds to row, item, identified: the line's and the item's own facts, `late` (days), `means`,
    `by_id`, `by_name`, `cited`, `certainty`, `digits`, `swapped`, `same_part`, `other_charge`.
    """
    pairs = pairs.sort("row", "item")
    facts = books.lines.select(
        "organization", "day", paid="amount", line_number="our_number", line_txid="txid"
    )
    lines = facts.hstack(reading.lines.select("kind_row", "has_id", "fits", "silence"))
    items = books.items.select(
        "document", "due", "declared", "parts", "installment", "number", "party_row", "amount",
        "net", "our_number", "txid", means=_means(),
    )  # fmt: skip
    frame = pairs.hstack(lines[pairs["row"]]).hstack(items[pairs["item"]])
    frame = frame.join(reading.evidence, on=["row", "party_row"], how="left", maintain_order="left")
    cited = reading.citations.numbers.with_columns(cited=True)
    swapped = reading.citations.swapped.with_columns(swapped=True)
    for told in (cited, swapped):
        frame = frame.join(told, on=["row", "number"], how="left", maintain_order="left")
    parts = reading.citations.installments
    frame = frame.join(parts, on="row", how="left", maintain_order="left")
    told_part = pl.col("installment").clip(1)
    return frame.with_columns(
        pl.col("by_id", "by_name", "digits").fill_null(0),
        pl.col("certainty").fill_null(0.0),
        pl.col("cited", "swapped").fill_null(False),
        late=pl.col("day") - pl.col("due"),
        same_part=(pl.col("cited_installment") == told_part),
        lone_charge=_lone_charge("our_number", "line_number") | _lone_charge("txid", "line_txid"),
        other_charge=_other_charge("our_number", "line_number")
        | _other_charge("txid", "line_txid"),
    ).drop("our_number", "txid", "line_number", "line_txid", "cited_installment")


def _means() -> pl.Expr:
    named = {"boleto": BOLETO, "pix": PIX, "ted": TED, "card": CARD_OR_CASH, "cash": CARD_OR_CASH}
    silent = pl.when(pl.col("kind") == "nfe").then(SILENT_NOTE).otherwise(UNKNOWN)
    told = pl.col("means").replace_strict(named, default=None, return_dtype=pl.Int64)
    charged = pl.when(pl.col("our_number") != "").then(CHARGED)
    return (
        charged.when(pl.col("txid") != "")
        .then(PIX_CHARGE)
        .otherwise(pl.coalesce(told, silent))
        .cast(pl.Int64)
    )


def _other_charge(own: str, lines: str) -> pl.Expr:
    """Line and item carry identifiers of charges, and they are not the same."""
    return (pl.col(lines) != "") & (pl.col(own) != "") & (pl.col(lines) != pl.col(own))


def _lone_charge(own: str, lines: str) -> pl.Expr:
    """The line carries the identifier of a charge, and the item tells none."""
    return (pl.col(lines) != "") & (pl.col(own) == "")
