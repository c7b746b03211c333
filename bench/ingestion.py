"""One ZIP with a month of XML, end to end, beside the bare pipeline in the same run.

    python3 dev bench ingestion [--documents 10000] [--rounds 3] [--notes]

Bare: unzip, SHA-256, lxml with the same fields, COPY into a table with a key, the ZIP written and
synced. Product: receive the ZIP, read it under the lease in the limited child processes, commit
documents, events, members and findings. Medians of the rounds; memory is the peak of each process.
Ends with 1 beyond twice the bare pipeline or beyond 300 MB. `--notes` takes NF-e alone.
"""

import argparse
import os
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from django.db import connections
from psycopg import sql

from bench.bare_xml import WIDTH, bare_rows
from bench.month import write_month
from bench.scratch import scratch  # sets Django up: stays first of what needs it
from conciliacontag.database import EVERY, session
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from conciliacontag.storage import chunks
from ingestion.models import Document, DocumentEvent, SourceFile
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file

TIMES_BARE = 2.0
MEMORY_MB = 300  # of the worker, and of each process that reads


@dataclass(slots=True)
class Rounds:
    """Seconds of every round, and the largest reader seen in MB."""

    bare: list[float] = field(default_factory=list)
    product: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    reader_mb: int = 0


def run_bare(path: Path, copy: Path) -> float:
    """Seconds of the bare pipeline; its table is made anew each time."""
    listed = sql.SQL(", ").join(sql.SQL(f"c{n} text") for n in range(WIDTH + 2))
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(
            sql.SQL("CREATE TABLE bare (key text PRIMARY KEY, {}, said jsonb)").format(listed)
        )
        started = time.perf_counter()
        with path.open("rb") as source, copy.open("wb") as target:
            for chunk in chunks(source):
                target.write(chunk)
            os.fsync(target.fileno())
        with cursor.copy("COPY bare FROM STDIN") as stream:
            for row in bare_rows(path):
                stream.write_row(row)
        return time.perf_counter() - started


def run_product(path: Path, organization: Organization) -> tuple[float, SourceFile]:
    """Seconds from the first byte received to the last row committed."""
    started = time.perf_counter()
    with path.open("rb") as content:
        file, _ = receive_file(
            organization, uploader=None, filename=path.name, chunks=chunks(content)
        )
    process_file(organization.pk, file.pk)
    return time.perf_counter() - started, file


def run_rounds(path: Path, kinds: Counter[str], rounds: int) -> Rounds:
    taken = Rounds()
    for number in range(rounds):
        taken.bare.append(run_bare(path, path.with_suffix(".copy")))
        with session(EVERY):
            organization = Organization.objects.create(
                name=f"Bench {number}", cnpj=f"{number:014d}", tenant_key=str(new_id())
            )
        seconds, file = run_product(path, organization)
        taken.product.append(seconds)
        check(organization, file, kinds)
        taken.again.append(run_product(path, organization)[0])
        taken.reader_mb = max([taken.reader_mb, *peaks_of_children()])
    return taken


def measure(path: Path, kinds: Counter[str], rounds: int) -> dict[str, Any]:
    taken, documents = run_rounds(path, kinds, rounds), kinds.total()
    bare, product = statistics.median(taken.bare), statistics.median(taken.product)
    worker = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "documents": documents,
        "kinds": dict(kinds),
        "zip_mb": round(path.stat().st_size / 1e6, 1),
        "bare_seconds": round(bare, 2),
        "product_seconds": round(product, 2),
        "bare_ms_each": round(1000 * bare / documents, 3),
        "product_ms_each": round(1000 * product / documents, 3),
        "ratio": round(product / bare, 2),
        "limit": TIMES_BARE,
        "again_seconds": round(statistics.median(taken.again), 3),
        "documents_a_second": round(documents / product),
        "worker_mb": worker,
        "reader_mb": taken.reader_mb,
        "limit_mb": MEMORY_MB,
        "kept": product <= bare * TIMES_BARE and max(worker, taken.reader_mb) < MEMORY_MB,
    }


def peaks_of_children() -> Iterator[int]:
    """Peak memory in MB of every child that lives: the readers."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            status = dict(
                line.split(":", 1) for line in (folder / "status").read_text().splitlines()
            )
            if status["PPid"].strip() == str(os.getpid()) and "VmHWM" in status:
                yield int(status["VmHWM"].split()[0]) // 1024


def check(organization: Organization, file: SourceFile, kinds: Counter[str]) -> None:
    """A fast run that lost rows is no run: every event has also cancelled its note."""
    with session([organization.pk]):
        file.refresh_from_db()
        documents = Document.objects.filter(organization=organization)
        stored = documents.count()
        cancelled = documents.filter(fiscal_status="cancelled").count()
        events = DocumentEvent.objects.filter(organization=organization).count()
    total, told = kinds.total(), kinds["event"]
    if (stored, events, cancelled, file.new) != (total - told, told, told, total):
        sys.exit(f"{stored} notes, {events} events, {cancelled} cancelled, {file.new} new")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--notes", action="store_true", help="NF-e alone")
    options = parser.parse_args()
    with scratch() as folder:
        path = folder / "mes.zip"
        kinds = write_month(path, options.documents, notes_only=options.notes)
        figures = measure(path, kinds, options.rounds)
    print(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())
    sys.exit(not figures["kept"])


if __name__ == "__main__":
    main()
