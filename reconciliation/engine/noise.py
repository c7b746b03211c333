"""Lines that pay nothing: a movement and its reversal, and the same movement imported twice."""

import polars as pl

from reconciliation.engine.memos import DATE_OR_MONEY, KEY, TAX_ID

REVERSED_WITHIN = 7  # days between a movement and the line that takes it back
# A number of the movement itself: long, and neither somebody's CNPJ or CPF nor a document's.
CITED = (
    r"\b(?:NF|NFE|NFS|NFSE|NOTA|CTE|FAT|FATURA|DUP|DUPL|DUPLICATA|REF|PGTO)[ .:#]*\d+(?:[ /]\d+)*"
)
OWN_NUMBER = r"\d{5}"
SUFFIX = 14  # characters of a memo by which pairs are found before they are compared


def set_aside(lines: pl.DataFrame) -> pl.DataFrame:
    """Which lines to leave out, and why: columns `row`, `why` ("reversed", "repeated")."""
    reversed_rows = _reversals(lines)
    repeated = _repetitions(lines.join(reversed_rows, on="row", how="anti"))
    return pl.concat([reversed_rows, repeated]).sort("row")


def _reversals(lines: pl.DataFrame) -> pl.DataFrame:
    """A later line of the other side and equal amount whose memo ends with the earlier one's.

    Of several movements alike, the earliest was taken back: what failed is tried again later.
    """
    first = lines.select(
        "organization", "receivable", "amount", "row", "day", "memo",
        named=(pl.col("our_number") != "") | (pl.col("txid") != ""),
        tail=pl.col("memo").str.tail(SUFFIX),
    )  # fmt: skip
    second = first.select(
        "organization", "amount", "tail",
        receivable=~pl.col("receivable"), back="row", back_day="day", back_memo="memo",
    )  # fmt: skip
    pairs = first.join(second, on=["organization", "receivable", "amount", "tail"])
    pairs = pairs.filter(
        (pl.col("back_day") - pl.col("day")).is_between(0, REVERSED_WITHIN),
        pl.col("memo") != "",
        pl.col("back_memo").str.len_chars() > pl.col("memo").str.len_chars(),
        pl.col("back_memo").str.ends_with(pl.col("memo")),
    )
    pairs = pairs.sort("back", "named", "day", "row").unique(
        "back", keep="first", maintain_order=True
    )
    pairs = pairs.unique("row", keep="first", maintain_order=True)
    rows = pl.concat([pairs.select("row"), pairs.select(row="back")])
    return rows.with_columns(why=pl.lit("reversed"))


def _repetitions(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines alike in every field, with a number of their own that would not come up twice.

    Without such a number two movements of one day may both be real: they stay, and wait for a
    person where only one document is open.
    """
    same = ["organization", "receivable", "day", "amount", "memo", "payer"]
    lines = lines.filter(lines.select(same).is_duplicated())
    named = (pl.col("our_number") != "") | (pl.col("txid") != "")
    bare = pl.col("memo").str.replace_all("|".join((KEY, TAX_ID, DATE_OR_MONEY, CITED)), " ")
    marked = lines.filter(bare.str.contains(OWN_NUMBER)).with_columns(named=named)
    marked = marked.sort(*same, "named", "row", descending=[False] * 6 + [True, False])
    counted = marked.with_columns(place=pl.int_range(pl.len()).over(same))
    return counted.filter(pl.col("place") > 0).select("row", why=pl.lit("repeated"))
