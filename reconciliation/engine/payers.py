"""Whom a line names: by CNPJ or CPF, by the root of a CNPJ, or by a name the bank has cut.

A name counts as found when it is the beginning of a party's name, letters only; what fits nobody is
compared, one letter wrong or missing, with names of the same beginning. How many parties fit is
kept, because a name that fits ten says ten times less.
"""

from functools import lru_cache

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from reconciliation.engine.columns import Ints, ints
from reconciliation.engine.memos import TAX_ID, squeeze
from reconciliation.engine.words import same_word

SAME_NAME = 90  # of 100; one letter in ten
MOST_ALIKE = 30  # parties one root or one name may mean; more of them mean nobody
COMPARED_BY = 2  # first letters, under which a misspelt name is still looked for
WHOLE, ROOT, NONE = 2, 1, 0  # how a tax id agrees


def read_payers(lines: pl.DataFrame) -> pl.DataFrame:
    """CNPJ and CPF of a line's other side: row, organization, party."""
    told = lines.filter(pl.col("payer") != "").select("row", "organization", party="payer")
    written = lines.filter(pl.col("payer") == "").select(
        "row", "organization", party=pl.col("memo").str.extract_all(TAX_ID)
    )
    written = written.explode("party").drop_nulls("party")
    bare = written.with_columns(party=pl.col("party").str.replace_all(r"[^0-9A-Z]", ""))
    return pl.concat([told, bare]).unique(maintain_order=True)


def party_evidence(
    payers: pl.DataFrame, names: pl.DataFrame, parties: pl.DataFrame
) -> pl.DataFrame:
    """Parties a line may be from: row, party_row, by_id (2 whole, 1 root, 0 no), by_name."""
    by_id = payers.join(parties, on=["organization", "party"])
    companies = _with_root(parties).filter(pl.len().over("organization", "root") <= MOST_ALIKE)
    by_root = _with_root(payers).join(companies, on=["organization", "root"])
    by_root = by_root.filter(pl.col("party") != pl.col("party_right"))
    by_name = names_of(names, parties).filter(pl.len().over("row") <= MOST_ALIKE)
    found = pl.concat(
        [
            by_id.select("row", "party_row", by_id=pl.lit(WHOLE), by_name=pl.lit(0)),
            by_root.select("row", "party_row", by_id=pl.lit(ROOT), by_name=pl.lit(0)),
            by_name.select("row", "party_row", by_id=pl.lit(NONE), by_name=pl.lit(1)),
        ]
    )
    best = found.group_by("row", "party_row").agg(pl.col("by_id").max(), pl.col("by_name").max())
    return best.sort("row", "party_row")


def _with_root(rows: pl.DataFrame) -> pl.DataFrame:
    companies = rows.filter(pl.col("party").str.len_chars() == 14)
    return companies.with_columns(root=pl.col("party").str.slice(0, 8))


def names_of(names: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Parties whose name begins as the line's does: row, party_row."""
    known = parties.select(
        "party_row", "name", text=_place(pl.col("organization")) + squeeze(pl.col("name"))
    ).sort("text", "party_row")
    asked = names.select("row", "words", text=_place(pl.col("organization")) + pl.col("name"))
    texts = asked.unique("text", keep="first", maintain_order=True).sort("text").drop("row")
    texts = texts.with_columns(asked=pl.int_range(pl.len(), dtype=pl.Int64))
    first, counts = _begin_with(texts, known)
    asked_rows = np.repeat(np.arange(texts.height), counts)
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    party_rows = ints(known, "party_row")[first[asked_rows] + offsets]
    begins = pl.DataFrame({"asked": asked_rows, "party_row": party_rows})
    alike = _misspelt(texts.filter(pl.Series(counts == 0)), known)
    rows = asked.select("row", "text").join(texts.select("text", "asked"), on="text")
    return rows.join(pl.concat([begins, alike]), on="asked").select("row", "party_row")


def _place(organization: pl.Expr) -> pl.Expr:
    return organization.cast(pl.String).str.zfill(9)


def _begin_with(texts: pl.DataFrame, known: pl.DataFrame) -> tuple[Ints, Ints]:
    """For each text, where the names that begin with it start, and how many they are."""
    places = known["text"]
    first = places.search_sorted(texts["text"], side="left").to_numpy().astype(np.int64)
    last = places.search_sorted(texts["text"] + "~", side="left").to_numpy().astype(np.int64)
    return first, last - first


def _misspelt(texts: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Names of the same first letters with a letter missing in a long word: asked, party_row."""
    by = pl.col("text").str.slice(0, 9 + COMPARED_BY)
    pairs = texts.with_columns(by=by).join(known.with_columns(by=by), on="by")
    if pairs.is_empty():
        return pl.DataFrame(schema={"asked": pl.Int64, "party_row": pl.Int64})
    read = pairs["text"].str.slice(9)
    whole = pairs.select(
        pl.col("text_right").str.slice(9, pl.col("text").str.len_chars() - 8)
    ).to_series()
    ratio = process.cpdist(
        read.to_list(), whole.to_list(), scorer=fuzz.ratio, score_cutoff=SAME_NAME, workers=-1
    )
    near = pairs.filter(pl.Series(ratio) >= SAME_NAME)
    same = [same_words(known, read) for known, read in near.select("name", "words").rows()]
    return near.filter(pl.Series(same, dtype=pl.Boolean)).select("asked", "party_row")


@lru_cache(maxsize=65_536)
def same_words(known: str, read: str) -> bool:
    """Word by word the same name, its end perhaps cut; JOSE PEREIRA is not JOSEFA PEREIRA."""
    expected, found = known.split(), read.split()
    if not found or len(found) > len(expected):
        return False
    *whole, last = zip(expected, found, strict=False)
    cut, shown = last
    return all(same_word(one, other) for one, other in whole) and (
        same_word(cut, shown) or cut.startswith(shown)
    )
