"""Everything the lines of a set of books say, read once: words, payers, numbers, kinds."""

from dataclasses import dataclass

import polars as pl

from reconciliation.engine.citations import Citations, learn_contexts, read_citations
from reconciliation.engine.columns import Books, read_lines, read_payables
from reconciliation.engine.memos import bank_words, read_kinds, read_names, read_tokens, shorten
from reconciliation.engine.noise import set_aside
from reconciliation.engine.payers import party_evidence, read_payers

KINDS = ["organization", "receivable", "kind", "has_payer"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the texts of each organization's lines taught: which words are whose."""

    bank_words: pl.DataFrame  # organization, token
    contexts: pl.DataFrame  # organization, before, certainty


@dataclass(frozen=True, slots=True)
class Reading:
    """What each line says."""

    lines: pl.DataFrame  # row, kind_row, has_id, fits, silence, strong; one for every live line
    evidence: pl.DataFrame  # row, party_row, by_id, by_name
    citations: Citations
    kinds: pl.DataFrame  # organization, receivable, kind, has_payer, kind_row


def open_books(
    payables: pl.DataFrame, lines: pl.DataFrame, known: pl.DataFrame | None = None
) -> Books:
    """Put both sides in order and leave out what pays nothing.

    Args:
        known: parties met before.
    """
    items, parties = read_payables(payables, known)
    every = shorten(read_lines(lines))
    aside = set_aside(every)
    live = every.join(aside, on="row", how="anti").sort("row")
    live = live.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))
    told = every.join(aside, on="row").select("line", "why").sort("line")
    most = max(_most(items), _most(live))
    return Books(items, live, parties, most + 1, told)


def _most(rows: pl.DataFrame) -> int:
    return int(rows.select(pl.col("organization").max().fill_null(0)).item())


def read_books(books: Books, known: Vocabulary | None = None) -> tuple[Reading, Vocabulary]:
    """Read every line; what is known of the words is learned from the lines unless given."""
    tokens = read_tokens(books.lines)
    vocabulary = known or Vocabulary(
        bank_words(tokens, books.parties), learn_contexts(tokens, books.items)
    )
    words = vocabulary.bank_words
    payers = read_payers(books.lines)
    names = read_names(tokens, words)
    evidence = party_evidence(payers, names, books.parties)
    citations = read_citations(tokens, vocabulary.contexts)
    kinds = read_kinds(tokens, words)
    lines, known_kinds = _facts(books.lines, kinds, payers, evidence, citations)
    return Reading(lines, evidence, citations, known_kinds), vocabulary


def _facts(
    lines: pl.DataFrame,
    kinds: pl.DataFrame,
    payers: pl.DataFrame,
    evidence: pl.DataFrame,
    citations: Citations,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row a line, and the kinds of lines there are."""
    fits = evidence.group_by("row").agg(fits=pl.col("by_name").sum().cast(pl.Int64))
    ids = payers.select("row").unique().with_columns(has_id=True)
    facts = lines.select("row", "organization", "receivable")
    for told in (kinds, ids, fits, citations.silence):
        facts = facts.join(told, on="row", how="left", maintain_order="left")
    facts = facts.with_columns(
        pl.col("kind").fill_null(""),
        pl.col("has_id").fill_null(False),
        pl.col("fits").fill_null(0),
        pl.col("silence").fill_null(1.0),
        pl.col("strong").fill_null(0),
    ).with_columns(has_payer=pl.col("has_id") | (pl.col("fits") > 0))
    rows = facts.select(KINDS).unique().sort(KINDS)
    rows = rows.with_columns(kind_row=pl.int_range(pl.len(), dtype=pl.Int64))
    numbered = facts.join(rows, on=KINDS, how="left", maintain_order="left")
    wanted = ["row", "kind_row", "has_id", "fits", "silence", "strong"]
    return numbered.select(wanted), rows
