"""Open documents as bytes, to be compared again without being read again."""

from collections.abc import Collection
from io import BytesIO

import numpy as np
import polars as pl

from reconciliation.engine.columns import Ints, ints, packed, unpacked
from reconciliation.engine.papers import Papers
from reconciliation.engine.tables import payables_of


def papers_to_bytes(papers: Papers) -> bytes:
    """What the documents say and expect, and the columns the engine makes of it."""
    buffer = BytesIO()
    frames = (papers.documents, papers.parts, payables_of(papers))
    told = {str(place): packed(frame) for place, frame in enumerate(frames)}
    np.savez(buffer, allow_pickle=False, **told)
    return buffer.getvalue()


def papers_from_bytes(kept: bytes) -> Papers:
    """What `papers_to_bytes` kept, by the same version of the code."""
    with np.load(BytesIO(kept), allow_pickle=False) as file:
        documents, parts, payables = (unpacked(file[name]) for name in file)
    papers = Papers(documents, parts)
    papers.payables = payables
    return papers


def with_others(papers: Papers, gone: Collection[str], others: Papers) -> Papers:
    """The documents without those that are gone, and with others, which are not among the rest."""
    left = papers.documents.with_row_index("place").filter(~pl.col("id").is_in(list(gone)))
    every = pl.concat([left.drop("place"), others.documents])
    order = every["id"].arg_sort().to_numpy()
    places = np.argsort(order)  # where each one stands now
    own, new = places[: left.height], places[left.height :]
    moved = np.full(len(papers), -1)
    moved[ints(left, "place")] = own
    found = Papers(every[order], _renumbered(papers.parts, others.parts, moved, new))
    payables = _renumbered(payables_of(papers), payables_of(others), moved, new)
    found.payables = payables.sort("document", maintain_order=True)
    return found


def _renumbered(own: pl.DataFrame, others: pl.DataFrame, places: Ints, new: Ints) -> pl.DataFrame:
    """Rows of both, by the places their documents have among all; -1 for one that is gone."""
    rows = (
        frame.with_columns(document=pl.Series(where[ints(frame, "document")]))
        for frame, where in ((own, places), (others, new))
    )
    return pl.concat(rows).filter(pl.col("document") >= 0)
