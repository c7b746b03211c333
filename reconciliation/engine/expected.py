"""What could be seen in the bank for each item: the amount itself, less tax, or in instalments."""

from itertools import product

import polars as pl

from reconciliation.engine.beliefs import Variants
from reconciliation.engine.columns import ints

EXACT, GROSS, WITHHELD = "exact", "gross", "withheld"
WHOLE = pl.Enum([EXACT, GROSS, WITHHELD])
# Tax withheld at source from services, in hundredths of a percent; every combination.
# ISS 2–5 % (LC 116/2003, art. 8 and 8-A), INSS 11 % (Lei 8.212/1991, art. 31), PIS/COFINS/CSLL
# 4.65 % (Lei 10.833/2003, art. 30–31), IRRF 1.5 % (RIR/2018, art. 714).
IRRF, CONTRIBUTIONS = (0, 150), (0, 465)
ISS, INSS = (0, 200, 250, 300, 350, 400, 500), (0, 1100)
WITHHELD_RATES = sorted({sum(rates) for rates in product(IRRF, CONTRIBUTIONS, ISS, INSS)} - {0})
# How notes are split when they do not tell it; monthly, the first one a month after the issue.
PARTS = (2, 3, 4, 5, 6, 10, 12)
FIRST_AFTER, EVERY = 29, 30  # days
SPLIT_FROM = 30_000  # cents; smaller sales are paid at once
SPLIT = 0.10 / 3  # notes that were split in one certain number of parts without telling it
SERVICES, GOODS = "nfse", "nfe"


def expected_amounts(items: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Amounts that pay an item whole: item, organization, receivable, paid, relation.

    Only amounts that some line has: the others could not be told apart from nothing.
    A note that declares what is withheld is expected net, and perhaps gross after all; a note of
    services that declares nothing may still arrive less tax.
    """
    rows = items.select(
        "item", "organization", "receivable", "amount", "net", "kind", split=pl.col("parts") > 1
    )
    exact = rows.with_columns(paid=pl.col("net"), relation=pl.lit(EXACT, WHOLE))
    declared = rows.filter(pl.col("net") != pl.col("amount"))
    gross = declared.with_columns(paid=pl.col("amount"), relation=pl.lit(GROSS, WHOLE))
    services = rows.filter(
        pl.col("kind") == SERVICES, pl.col("net") == pl.col("amount"), ~pl.col("split")
    )
    rates = pl.DataFrame({"rate": WITHHELD_RATES}, schema={"rate": pl.Int64})
    tax = (pl.col("amount") * pl.col("rate") + 5_000) // 10_000
    withheld = services.join(rates, how="cross").with_columns(
        paid=pl.col("amount") - tax, relation=pl.lit(WITHHELD, WHOLE)
    )
    columns = ["item", "organization", "receivable", "paid", "relation"]
    seen = lines.select("organization", "receivable", paid="amount").unique()
    every = [
        rows.select(columns).join(seen, on=["organization", "receivable", "paid"], how="semi")
        for rows in (exact, gross, withheld)
    ]
    return pl.concat(every).unique(["item", "paid"], keep="first", maintain_order=True)


def undeclared_installments(items: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Items for notes of goods that may have been split without telling it.

    Only those of which a line has the very amount; columns as in `items`, numbered after them.
    """
    whole = items.filter(
        ~pl.col("declared"),
        pl.col("kind") == GOODS,
        pl.col("amount") > SPLIT_FROM,
        ~pl.col("means").is_in(["card", "cash"]),
    ).drop("parts")
    parts = pl.DataFrame(
        [(count, place) for count in PARTS for place in range(1, count + 1)],
        schema={"parts": pl.Int64, "place": pl.Int64},
        orient="row",
    )
    base = pl.col("amount") // pl.col("parts")
    first = pl.col("amount") - base * (pl.col("parts") - 1)
    split = whole.join(parts, how="cross").with_columns(
        amount=pl.when(pl.col("place") == 1).then(first).otherwise(base),
        due=pl.col("issued") + FIRST_AFTER + EVERY * (pl.col("place") - 1),
        installment=pl.col("place"),
    )
    seen = lines.select("organization", "receivable", "amount").unique()
    found = split.join(seen, on=["organization", "receivable", "amount"], how="semi")
    ordered = found.with_columns(net=pl.col("amount")).sort("item", "parts", "place")
    start = items.height
    numbered = ordered.with_columns(item=pl.int_range(start, start + pl.len(), dtype=pl.Int64))
    return numbered.select(items.columns)


def variants_of(items: pl.DataFrame) -> Variants | None:
    """The ways in which notes may have been split, where there is more than one."""
    note = ["organization", "document"]
    split = items.filter(pl.col("parts") > 1).select(note).unique()
    rows = items.join(split, on=note, how="semi")
    if rows.is_empty():
        return None
    ways = rows.select(*note, "parts").unique().sort(*note, "parts")
    numbered = ways.with_columns(
        variant=pl.int_range(pl.len(), dtype=pl.Int64),
        note=pl.struct(note).rank("dense").cast(pl.Int64) - 1,
        whole=1 - SPLIT * (pl.col("parts") > 1).sum().over(note),
    )
    told = rows.join(numbered, on=[*note, "parts"]).sort("item")
    prior = numbered.select(pl.when(pl.col("parts") > 1).then(SPLIT).otherwise("whole"))
    return Variants(
        ints(told, "item"),
        ints(told, "variant"),
        ints(numbered, "note"),
        prior.to_series().to_numpy(),
    )
