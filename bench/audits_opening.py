"""How long a batch of a large results file takes to open, beside its limit of 15 s.

    python3 dev bench audits_opening [--rows 100000] [--questions 174] [--doubtful 5]

A synthetic reading of answer cards, every field quoted as its reader writes them, is opened through
the service: scanned off, stored, read twice, its doubtful rows copied as cards. Beside it stands
Python's own `csv` reading the same file once in the same run: on a busy machine both rise.
"""

import argparse
import csv
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.scratch import scratch  # sets Django up: stays first of ours

# isort: split
from audits.models import Batch
from audits.opening_files import open_batch_from_file
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization

LIMIT = 15.0
FIXED = ["file_id", "input_path", "output_path", "score", "matricula", "lingua"]
WRONG = ["", "AB", "MULTI", "?", "F"]


def write_file(path: Path, rows: int, questions: int, doubtful: float) -> None:
    """A results file in which so many percent of the rows have one or two doubts."""
    chance = random.Random(20261122)
    good = [chance.choices("ABCDE", k=questions) for _ in range(500)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(FIXED + [f"q{number}" for number in range(1, questions + 1)])
        for number in range(rows):
            answers = list(chance.choice(good))
            if chance.random() * 100 < doubtful:
                for _ in range(chance.choice((1, 2))):
                    answers[chance.randrange(questions)] = chance.choice(WRONG)
            name = f"cartao_{number:06d}.png"
            writer.writerow([name, f"in/{name}", f"out/{name}", "0", "12345", "ING", *answers])


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def bare(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        for _ in csv.reader(file):
            pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=174)
    parser.add_argument("--doubtful", type=float, default=5.0)
    options = parser.parse_args()
    with scratch() as folder:
        path = folder / "Results.csv"
        write_file(path, options.rows, options.questions, options.doubtful)
        with session(EVERY):
            row = Organization.objects.create(name="Escola", cnpj="0" * 14, tenant_key="escola")

        def open_it() -> None:
            open_batch_from_file(row.pk, path, filename=path.name, layout="omr", opened_by=None)

        read, before = timed(lambda: bare(path)), peak_mb()
        seconds, again = timed(open_it), timed(open_it)
        with session([row.pk]):
            batch = Batch.objects.get()
            cards = batch.cards.count()
        megabytes = batch.original_size / 1e6
    print(f"{batch.rows} rows x {len(batch.header)} columns, {megabytes:.0f} MB, {cards} cards")
    print(f"bare csv, once   {read:6.2f} s")
    print(f"opened           {seconds:6.2f} s   {seconds / read:.1f} x bare   limit {LIMIT:.0f} s")
    print(f"the same again   {again:6.2f} s")
    print(f"peak memory      {peak_mb():6.0f} MB, {before:.0f} MB before")
    sys.exit(seconds > LIMIT)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
