"""Numbers of documents in bank lines: which numbers are meant as such, and what they say.

Whether the number behind a word ("NF", "FAT", nothing at all) cites a document is read from the
lines: the share of such numbers that are numbers of the organization's documents, beyond chance.
"""

from dataclasses import dataclass

import polars as pl

from reconciliation.engine.memos import SLASH

EXPECTED = 0.3  # share of citations behind a word nobody has seen yet
SEEN = 5  # numbers a word must have stood before until its own share weighs more than that
CHANCE = 0.10  # of a number being some document's number without meaning it
MOST_CERTAIN = 0.97  # banks and people swap digits
CITES = 0.5  # from here on the number is meant to cite
MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Citations:
    """Numbers read in lines."""

    numbers: pl.DataFrame  # row, number, certainty (0 to 1), digits; once a row and number
    swapped: pl.DataFrame  # row, number: a cited number with its last two digits swapped
    installments: pl.DataFrame  # row, cited_installment: the 2 of "1234/2"
    silence: pl.DataFrame  # row, silence: probability that none of the numbers cites, strong


def read_citations(tokens: pl.DataFrame, contexts: pl.DataFrame) -> Citations:
    """Everything the lines cite; `contexts` tells how sure each word before a number is."""
    numbers = _numbers(tokens)
    rows = numbers.join(contexts, on=["organization", "before"], how="left")
    rows = rows.with_columns(certainty=pl.col("certainty").fill_null(EXPECTED))
    once = rows.group_by("row", "number").agg(pl.col("certainty").max(), pl.col("digits").max())
    after_slash = tokens.filter(pl.col("is_number"), pl.col("before") == SLASH)
    installments = after_slash.select(
        "row", cited_installment=pl.col("token").str.slice(0, 3).cast(pl.Int64)
    ).unique("row", keep="first", maintain_order=True)
    return Citations(once.sort("row", "number"), _swapped(once), installments, _silence(once))


def learn_contexts(tokens: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """How sure a number behind a word cites a document: organization, before, certainty."""
    numbers = _numbers(tokens)
    known = items.select("organization", "receivable", "number").unique()
    hits = numbers.join(
        known.with_columns(hit=1), on=["organization", "receivable", "number"], how="left"
    )
    counted = hits.group_by("organization", "before").agg(
        seen=pl.len(), hit=pl.col("hit").fill_null(0).sum()
    )
    share = (pl.col("hit") + EXPECTED * SEEN) / (pl.col("seen") + SEEN)
    certainty = ((share - CHANCE) / (1 - CHANCE)).clip(0, MOST_CERTAIN)
    return counted.select("organization", "before", certainty=certainty)


def _numbers(tokens: pl.DataFrame) -> pl.DataFrame:
    numbers = tokens.filter(pl.col("is_number"), pl.col("before") != SLASH)
    bare = numbers.with_columns(token=pl.col("token").str.strip_chars_start("0"))
    digits = pl.col("token").str.len_chars().cast(pl.Int64)
    short = bare.with_columns(digits=digits).filter(pl.col("digits").is_between(1, MOST_DIGITS))
    return short.with_columns(number=pl.col("token").cast(pl.Int64))


def _swapped(numbers: pl.DataFrame) -> pl.DataFrame:
    cited = numbers.filter(pl.col("certainty") > EXPECTED, pl.col("number") > 99)
    number = pl.col("number")
    last, before_last = number % 10, number // 10 % 10
    swapped = cited.select("row", number=number // 100 * 100 + last * 10 + before_last)
    return swapped.unique().sort("row", "number")


def _silence(numbers: pl.DataFrame) -> pl.DataFrame:
    silence = (1 - pl.col("certainty")).log().sum().exp().round(9)
    strong = (pl.col("certainty") > CITES).sum().cast(pl.Int64)
    return (
        numbers.sort("row", "number")
        .group_by("row", maintain_order=True)
        .agg(silence=silence, strong=strong)
    )
