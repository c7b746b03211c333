"""Statements and boleto returns: rows a second of our readers beside a bare scan of the same bytes.

Bare: OFX split at each movement and cut into tags and values; CNAB split into lines and cut at the
same positions. Neither understands an amount or a day; their speed says what the machine gives.
"""

import sys
from datetime import date
from operator import itemgetter
from typing import Any

from ingestion.parsers.cnab import parse_cnab
from ingestion.parsers.ofx import parse_ofx
from tests.data.cnab import as_bytes, return_240, title
from tests.data.identity import cnpj
from tests.data.ofx import move, statement

Figures = dict[str, Any]

TODAY = date(2026, 11, 21)
ROWS_A_DOCUMENT = 50  # so that the usual 2,000 documents are 100,000 rows
OFX_ROWS_A_SECOND = 100_000
CNAB_LINES_A_SECOND = 200_000
SPANS = (slice(15, 17), slice(37, 57), slice(58, 73), slice(73, 81), slice(81, 96), slice(105, 130),
         slice(133, 148), slice(148, 188), slice(198, 213))  # fmt: skip
cut = itemgetter(*SPANS)


def statement_rows(rows: int) -> bytes:
    """A month of one account: no amount, name or FITID repeats for long."""
    moves = [
        move(
            f"202610{1 + at % 28:02d}",
            f"{at * 37 % 100_000 - 50_000}.{at % 100:02d}",
            f"F{at}",
            f"PIX RECEBIDO CLIENTE {at % 997}",
        )
        for at in range(rows)
    ]
    return statement(moves)


def boleto_return(titles: int) -> bytes:
    payers = [cnpj(at + 1) for at in range(500)]
    pairs = [
        title(
            1 + at * 2 % 99_998,
            paid=1_000 + at * 37 % 900_000,
            title_value=1_000 + at * 37 % 900_000,
            number=f"{at:017d}",
            payer=f"CLIENTE {at % 997} LTDA",
            payer_id=payers[at % 500],
            credited=f"{1 + at % 28:02d}102026",
        )
        for at in range(titles)
    ]
    return as_bytes(return_240(pairs))


def bare_ofx(content: bytes) -> list[dict[bytes, bytes]]:
    rows = content.split(b"<STMTTRN>")[1:]
    return [dict(tag.partition(b">")[::2] for tag in row.split(b"<")[1:]) for row in rows]


def bare_cnab(content: bytes) -> list[tuple[str, ...]]:
    return [cut(line) for line in content.decode("cp1252").splitlines()]


def read_rows(content: bytes) -> None:
    """A fast run that lost movements is no run."""
    if len(parse_ofx(content, today=TODAY).transactions) != content.count(b"<STMTTRN>"):
        sys.exit("a movement was not read")


def read_titles(content: bytes) -> None:
    """As above, for titles of two lines between two headers and two trailers."""
    if 2 * len(parse_cnab(content).transactions) != content.count(b"\n") - 4:
        sys.exit("a title was not read")


def figures(what: str, count: int, bare: float, ours: float, limit: int) -> Figures:
    return {
        what: count,
        "bare_a_second": round(count / bare),
        "ours_a_second": round(count / ours),
        "ratio": round(bare / ours, 2),
        "limit_a_second": limit,
        "kept": count / ours >= limit,
    }
