"""The books of one or many organizations as columns: what the engine computes on.

Money is whole cents, days are ordinals (`date.toordinal`), identifiers are whole numbers the caller
chose; text is folded (upper case, no accents). Rows are put in the order of their identifiers, so
that nothing depends on the order in which they came.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PAYABLES: dict[str, Any] = {
    "organization": pl.Int64,
    "document": pl.Int64,
    "installment": pl.Int64,  # 1, 2, …; 0 for the whole document
    "receivable": pl.Boolean,  # the organization issued it and waits for a credit
    "declared": pl.Boolean,  # the document itself tells amount and due date
    "issued": pl.Int64,
    "due": pl.Int64,  # the day of issue where nothing is declared
    "amount": pl.Int64,
    "net": pl.Int64,  # less the tax the document declares as withheld
    "kind": pl.String,  # nfe, nfse, cte, …
    "means": pl.String,  # boleto, pix, ted, card, cash; "" when not told
    "number": pl.Int64,  # 0: none
    "key": pl.String,  # access key, 44 characters
    "party": pl.String,  # CNPJ or CPF without mask
    "party_name": pl.String,
    "our_number": pl.String,  # nosso número of its boleto
    "txid": pl.String,  # of its PIX charge
}
LINES: dict[str, Any] = {
    "organization": pl.Int64,
    "line": pl.Int64,
    "receivable": pl.Boolean,  # a credit
    "day": pl.Int64,
    "amount": pl.Int64,  # without its sign
    "memo": pl.String,
    "payer": pl.String,  # CNPJ or CPF of the other side when the bank tells it
    "our_number": pl.String,
    "txid": pl.String,
}
PARTY = ["organization", "party"]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Books:
    """Items (what is expected), lines (what came) and parties (who owes or is owed)."""

    items: pl.DataFrame  # PAYABLES and item, party_row, parts (1: as declared or whole)
    lines: pl.DataFrame  # LINES and row; repeated and reversed lines are left out
    parties: pl.DataFrame  # organization, party, name, party_row
    organizations: int  # identifiers of organizations are below this
    set_aside: pl.DataFrame  # line, why: "reversed", "repeated"


def read_payables(
    payables: pl.DataFrame, known: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Items in the order of their identifiers, and the parties they name.

    Args:
        known: organization, party, name of parties met before: a line may name one of them though
            it owes nothing now.
    """
    rows = payables.select(pl.col(name).cast(kind) for name, kind in PAYABLES.items())
    rows = rows.filter(pl.col("amount") > 0, pl.col("net") > 0)
    parties = rows.group_by(PARTY).agg(name=pl.col("party_name").min()).sort(PARTY)
    if known is not None:
        others = known.select("organization", "party", "name")
        parties = pl.concat([parties, others.join(parties, on=PARTY, how="anti")]).sort(PARTY)
    parties = parties.with_columns(party_row=pl.int_range(pl.len(), dtype=pl.Int64))
    places = parties.select("organization", "party", "party_row")
    items = rows.join(places, on=PARTY).sort(
        "organization", "document", "installment", "due", "amount"
    )
    numbered = items.with_columns(
        item=pl.int_range(pl.len(), dtype=pl.Int64), parts=pl.lit(1, pl.Int64)
    )
    return numbered, parties


def read_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines in the order of their identifiers; `row` counts them."""
    rows = lines.select(pl.col(name).cast(kind) for name, kind in LINES.items())
    rows = rows.filter(pl.col("amount") > 0).sort("organization", "line")
    return rows.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))


def ints(frame: pl.DataFrame, column: str) -> Ints:
    return frame[column].cast(pl.Int64).to_numpy()


def floats(frame: pl.DataFrame, column: str) -> Floats:
    return frame[column].cast(pl.Float64).to_numpy()


def flags(frame: pl.DataFrame, column: str) -> Flags:
    return frame[column].cast(pl.Boolean).to_numpy()


def summed(places: Ints, values: npt.ArrayLike, size: int) -> Floats:
    """The sum of the values at each place below `size`."""
    return np.bincount(places, np.asarray(values, np.float64), size).astype(np.float64)


def packed(frame: pl.DataFrame) -> npt.NDArray[np.uint8]:
    """A table as bytes, to stand among arrays that are kept."""
    buffer = BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return np.frombuffer(buffer.getvalue(), np.uint8)


def unpacked(kept: npt.NDArray[np.uint8]) -> pl.DataFrame:
    return pl.read_ipc(kept.tobytes())
