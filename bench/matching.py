"""The engine on a folder of documents, instalments and bank lines with a known truth.

    python3 dev bench matching FOLDER [--json] [--workers 2] [--one-by-one]

Reads `docs`, `legs` and `txs` (parquet), writes `links.parquet` (tx_id, doc_id, score from 0 to 1,
band auto or proposal) and prints time and memory by stage. Only what an accountant would have is
read: instalments the document declares, and no column that begins with "_".

Organizations are independent of each other: they are spread over processes, largest first, and
the links are the same however they are spread. `--one-by-one` gives each organization a process
turn of its own, to bound memory.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one process an organization: no threads inside

import numpy as np
import polars as pl

from reconciliation.engine import columns, links
from reconciliation.engine.booking import booked
from reconciliation.engine.matching import Found, compare

EPOCH = 739_252  # ordinal of 2025-01-01, from which the files count their days
LEAST = 0.30
AT_ONCE = 30_000  # lines of small organizations that share a turn


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one-by-one", action="store_true")
    asked = parser.parse_args()
    clock = time.perf_counter()
    payables, lines = read(asked.folder)
    stages = {"read": time.perf_counter() - clock}
    clock = time.perf_counter()
    pool = started(asked.workers)
    stages["start"] = time.perf_counter() - clock
    clock = time.perf_counter()
    parts = list(partitions(payables, lines, 0 if asked.one_by_one else AT_ONCE))
    found, most, processor = run(parts, pool)
    stages["match"] = time.perf_counter() - clock
    clock = time.perf_counter()
    found.sort("tx_id", "doc_id").write_parquet(asked.folder / "links.parquet")
    stages["write"] = time.perf_counter() - clock
    stages["processor"] = processor
    tell(stages, found, lines.height, most, as_json=asked.json)
    return 0


def read(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the engine is given: payables and lines, as its columns."""
    docs, legs, txs = (
        pl.read_parquet(folder / f"{name}.parquet") for name in ("docs", "legs", "txs")
    )
    return payables_of(docs, legs), lines_of(txs)


def payables_of(docs: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Declared instalments, and the whole of what declares none."""
    papers = docs.select(
        "net", "gross", "number", "means", document="doc_id", organization="org",
        receivable="rec", kind="dtype", issued=pl.col("issue") + EPOCH,
        key=pl.col("key44").fill_null(""), party="party_doc",
        party_name=pl.col("party_name").str.to_uppercase(),
    )  # fmt: skip
    told = legs.filter("declared").with_columns(parts=pl.len().over("doc_id"))
    parts = told.join(papers, left_on="doc_id", right_on="document")
    share = (pl.col("amount") * pl.col("net") / pl.col("gross")).round().cast(pl.Int64)
    declared = parts.with_columns(
        document="doc_id",
        installment=pl.when(pl.col("parts") > 1).then(pl.col("leg") + 1).otherwise(0),
        declared=pl.lit(True),
        due=pl.col("due") + EPOCH,
        net=pl.when(pl.col("net") == pl.col("gross"))
        .then("amount")
        .when(pl.col("parts") == 1)
        .then("net")
        .otherwise(share),
        our_number=identifier("nosso"),
        txid=identifier("txid"),
    )
    silent = papers.join(told, left_on="document", right_on="doc_id", how="anti").with_columns(
        installment=pl.lit(0), declared=pl.lit(False), due="issued", amount="gross",
        our_number=pl.lit(""), txid=pl.lit(""),
    )  # fmt: skip
    wanted = list(columns.PAYABLES)
    return pl.concat(
        [rows.select(wanted).cast(pl.Schema(columns.PAYABLES)) for rows in (declared, silent)]
    )


def lines_of(txs: pl.DataFrame) -> pl.DataFrame:
    lines = txs.select(
        "amount", organization="org", line="tx_id", receivable="rec", day=pl.col("date") + EPOCH,
        memo=pl.col("memo").str.to_uppercase(), payer=pl.col("payer_doc").fill_null(""),
        our_number=identifier("nosso"), txid=identifier("txid"),
    )  # fmt: skip
    return lines.select(list(columns.LINES)).cast(pl.Schema(columns.LINES))


def identifier(column: str) -> pl.Expr:
    return pl.when(pl.col(column) > 0).then(pl.col(column).cast(pl.String)).otherwise(pl.lit(""))


Part = tuple[pl.DataFrame, pl.DataFrame]


def partitions(payables: pl.DataFrame, lines: pl.DataFrame, at_once: int) -> Iterator[Part]:
    """Organizations, small ones together, the largest first."""
    sizes = lines.group_by("organization").len().sort("len", "organization", descending=True)
    group: list[int] = []
    held = 0
    for organization, size in sizes.rows():
        if group and held + size > at_once:
            yield part_of(payables, lines, group)
            group, held = [], 0
        group.append(organization)
        held += size
    if group:
        yield part_of(payables, lines, group)


def part_of(payables: pl.DataFrame, lines: pl.DataFrame, organizations: list[int]) -> Part:
    """Rows of some organizations, whose codes are made small."""
    places = pl.DataFrame(
        {"organization": organizations, "place": range(len(organizations))},
        schema={"organization": pl.Int64, "place": pl.Int64},
    )
    one, other = (
        rows.join(places, on="organization").with_columns(organization="place").drop("place")
        for rows in (payables, lines)
    )
    return one, other


def started(workers: int) -> ProcessPoolExecutor:
    """Processes that have loaded the engine and wait for work."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    wait([pool.submit(os.getpid) for _ in range(workers)])
    return pool


def run(parts: list[Part], pool: ProcessPoolExecutor) -> tuple[pl.DataFrame, int, float]:
    """Links of every part, the most memory of one process (MB), processor seconds of all."""
    with pool:
        frames, memory, seconds = zip(*pool.map(work, parts), strict=True)
    return pl.concat(frames), max(memory), sum(seconds)


def work(part: Part) -> tuple[pl.DataFrame, int, float]:
    start = time.process_time()
    found = links_of(compare(*part))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found, memory, time.process_time() - start


def links_of(found: Found) -> pl.DataFrame:
    chosen = links.chosen(found.links, found.belief, LEAST)
    member = np.isin(found.links.member_of, chosen)
    link = found.links.member_of[member]
    auto = booked(found)
    frame = pl.DataFrame(
        {
            "row": found.links.row[link],
            "item": found.links.item[member],
            "score": found.belief[link],
            "band": np.where(auto[link], "auto", "proposal"),
        }
    )
    frame = frame.join(found.books.lines.select("row", tx_id="line"), on="row")
    frame = frame.join(found.books.items.select("item", doc_id="document"), on="item")
    return frame.select("tx_id", "doc_id", "score", "band")


def tell(
    stages: dict[str, float], found: pl.DataFrame, lines: int, most: int, *, as_json: bool
) -> None:
    figures: dict[str, Any] = {
        **{f"{name}_seconds": round(seconds, 2) for name, seconds in stages.items()},
        "lines": lines,
        "lines_per_second": round(lines / stages["match"]),
        "links": found.height,
        "auto": found.filter(pl.col("band") == "auto").height,
        "most_memory_of_a_process_mb": most,
    }
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    for name, figure in figures.items():
        sys.stdout.write(f"{name:30} {figure}\n")


if __name__ == "__main__":
    sys.exit(main())
