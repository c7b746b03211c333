"""The export of a reviewed batch beside a bare loop that copies its file with the same changes.

    python3 dev bench audits_export [--rows 100000] [--questions 174] [--every 20] [--rounds 3]

Bare: read line by line, split the lines that change, put the cells in, write, sync. Rewrite: the
product's byte-preserving rewrite of any dialect, hashed and synced. Export: all of it, from the
lock to the trail: the original checked, cards and corrections out of the database, both files
stored, the manifest with every card. 5 % of the rows are cards with three corrections each.
Ends with 1 when the rewrite takes more than twice the bare loop, or when the process grows beyond
its limit of memory meanwhile. `--every 1` makes every row a card, which memory must not show.
"""

import argparse
import hashlib
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from bench.scratch import scratch  # sets Django up: stays first of ours

# isort: split
from audits.corrections import Change, rewrite, survey
from audits.exports.services import export_batch
from audits.models import Batch, BatchStatus, Export
from audits.opening import NO_LIMIT
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.storage import arriving, chunks, open_stored
from tests.data.reviewed_batches import DOUBTS, NAMED, open_reviewed

TIMES_BARE = 2.0
MEMORY_MB = 40  # on top of what the process held before; the file alone has 76 MB
AFTER = "C"


def people() -> tuple[Organization, User]:
    with session(EVERY):
        organization = Organization.objects.create(
            name="Bench", cnpj="00000000000191", tenant_key="bench"
        )
        user = User.objects.create(email="bench@exemplo.com.br", name="Bench")
        Membership.objects.create(user=user, organization=organization, role="manager")
    user.roles = {organization.pk: "manager"}
    return organization, user


def run_bare(source: Path, target: Path, every: int) -> float:
    """Seconds of the loop that knows this one file: no quotes inside, a fixed column order."""
    places = {len(NAMED) + place: f'"{AFTER}"'.encode() for place in range(len(DOUBTS))}
    started = time.perf_counter()
    with source.open("rb") as incoming, target.open("wb") as outgoing:
        for number, line in enumerate(incoming):
            if number and number % every == 0:
                cells = line[:-1].split(b",")
                for place, cell in places.items():
                    cells[place] = cell
                line = b",".join(cells) + b"\n"
            outgoing.write(line)
        outgoing.flush()
        os.fsync(outgoing.fileno())
    return time.perf_counter() - started


def changes(rows: int, every: int) -> Iterator[Change]:
    return ((number, dict.fromkeys(DOUBTS, AFTER)) for number in range(every, rows + 1, every))


def run_rewrite(source: Path, rows: int, every: int) -> tuple[float, str]:
    """Seconds and hash of the product's rewrite, corrections at hand."""
    started = time.perf_counter()
    with source.open("rb") as file:
        dialect = survey(chunks(file))
    with source.open("rb") as file:
        blocks = rewrite(chunks(file), changes(rows, every), dialect=dialect)
        with arriving(blocks, most=NO_LIMIT) as written:
            return time.perf_counter() - started, written.sha256


def run_export(batch: Batch, user: User) -> tuple[float, Export]:
    started = time.perf_counter()
    export, _ = export_batch(batch.pk, requested_by=user)
    return time.perf_counter() - started, export


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def next_revision(batch: Batch) -> None:
    """As if somebody had decided again."""
    with session([batch.organization_id]):
        batch.refresh_from_db()
        batch.revision += 1
        batch.status, batch.exported_at, batch.exported_by = BatchStatus.READY, None, None
        batch.save()


def local(batch: Batch, folder: Path) -> Path:
    path = folder / "original.csv"
    with closing(open_stored(batch.original_path)) as stored, path.open("wb") as file:
        file.writelines(chunks(stored))
    return path


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    organization, user = people()
    rows, every = options.rows, options.every
    batch = open_reviewed(organization, user, rows=rows, questions=options.questions, every=every)
    source = local(batch, folder)
    memory = Memory()
    taken: dict[str, list[float]] = {"bare": [], "rewrite": [], "export": []}
    for _ in range(options.rounds):
        taken["bare"].append(run_bare(source, folder / "bare.csv", every))
        seconds, digest = run_rewrite(source, rows, every)
        taken["rewrite"].append(seconds)
        seconds, export = run_export(batch, user)
        taken["export"].append(seconds)
        with (
            (folder / "bare.csv").open("rb") as file,
            arriving(chunks(file), most=NO_LIMIT) as bare,
        ):
            if not bare.sha256 == digest == export.csv_sha256:
                sys.exit("The three files differ.")
        next_revision(batch)
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    ratio = medians["rewrite"] / medians["bare"]
    return {
        "rows": rows,
        "columns": len(NAMED) + options.questions,
        "csv_mb": round(batch.original_size / 1e6, 1),
        "cards": rows // every,
        "corrections": export.manifest["corrected_cells"],
        **{f"{name}_seconds": round(seconds, 2) for name, seconds in medians.items()},
        "rewrite_ratio": round(ratio, 2),
        "export_ratio": round(medians["export"] / medians["bare"], 2),
        "limit": TIMES_BARE,
        "peak_mb": memory.peak(),
        "grown_mb": memory.grown(),
        "limit_grown_mb": MEMORY_MB,
        "kept": ratio <= TIMES_BARE and memory.grown() <= MEMORY_MB,
    }


class Memory:
    """The most this process has held since now; the opening before it counts no more."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")
        self.before = self.read("VmRSS")

    def read(self, name: str) -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) // 1024

    def peak(self) -> int:
        return self.read("VmHWM")

    def grown(self) -> int:
        return self.peak() - self.before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=174)
    parser.add_argument("--every", type=int, default=20, help="each which row is a card")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with scratch() as folder:
        figures = measure(options, folder)
    print(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())
    sys.exit(not figures["kept"])


if __name__ == "__main__":
    main()
