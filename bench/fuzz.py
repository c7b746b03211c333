"""Every reader under damaged files: nothing but a clear refusal may come out of it.

    python3 dev bench fuzz [--inputs 10000] [--only sped] [--seed 0]

For each seed of `tests.data.fuzz` hypothesis makes that many inputs; an uncaught exception or a
broken promise ends with 1 and shows the smallest input that does it. Memory is limited as in the
child process that reads uploads; an input that takes longer than `SLOWEST` counts as uncaught.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from io import BytesIO

from hypothesis import HealthCheck, Phase, given, seed, settings

from ingestion.parsers.archive import read_member
from ingestion.parsers.model import Options, ParseError
from ingestion.parsers.nested import list_tree, open_inner
from tests.data.fuzz import PACKAGE, SEEDS, check_problem, damaged, verdict

OPTIONS = Options(date(2026, 11, 21))
SLOWEST = 5.0  # seconds for one small file
ARCHIVE = "zip"
MEMORY = 2 * 1024 * 1024 * 1024  # hypothesis keeps its own notes beside the reader's 512 MB

Judge = Callable[[bytes], bool]  # whether the input was accepted


class Fuzz:
    """What became of the inputs of one reader."""

    def __init__(self, content: bytes, judge: Judge) -> None:
        self.content, self.judge = content, judge
        self.counts: Counter[str] = Counter()
        self.slowest = 0.0

    def run(self, inputs: int, start: int) -> None:
        """Make the inputs, and shrink the first that fails.

        Raises:
            Whatever the reader let through, or AssertionError for a promise it did not keep.
        """

        @seed(start)
        @settings(
            max_examples=inputs,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(damaged(self.content))
        def every_input(content: bytes) -> None:
            self.try_one(content)

        every_input()

    def try_one(self, content: bytes) -> None:
        started = time.perf_counter()
        accepted = self.judge(content)
        spent = time.perf_counter() - started
        self.slowest = max(self.slowest, spent)
        self.counts["accepted" if accepted else "refused"] += 1
        assert spent < SLOWEST, f"{spent:.1f} s"

    def line(self, seconds: float) -> str:
        inputs = sum(self.counts.values())
        return (
            f"inputs={inputs} seconds={seconds:.1f} slowest={self.slowest:.2f} "
            f"refused={self.counts['refused']} accepted={self.counts['accepted']}"
        )


def judge_reader(name: str) -> Judge:
    return lambda content: not isinstance(verdict(SEEDS[name], content, OPTIONS), ParseError)


def judge_archive(content: bytes) -> bool:
    file = BytesIO(content)
    try:
        for member in list_tree(file):
            read_member(open_inner(file, member.outer) if member.outer else file, member)
    except ParseError as error:
        check_problem(error.as_problem())
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--only", default="", help="readers whose name begins so")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reader", help="this one, in this very process")
    options = parser.parse_args()
    if options.reader:
        fuzz_one(options.reader, options.inputs, options.seed)
        return 0
    chosen = [name for name in (*SEEDS, ARCHIVE) if name.startswith(options.only)]
    failed = [name for name in chosen if not passes(name, options)]
    return 1 if failed or not chosen else 0


def passes(name: str, options: argparse.Namespace) -> bool:
    """Fuzz one reader in a process of its own, which a library may abort."""
    numbers = ["--inputs", str(options.inputs), "--seed", str(options.seed)]
    command = [sys.executable, "-m", "bench.fuzz", "--reader", name, *numbers]
    code = subprocess.run(command, check=False).returncode
    if code < 0:
        print(f"{name:20} uncaught=1: the process was ended by signal {-code}", flush=True)
    return code == 0


def fuzz_one(name: str, inputs: int, start: int) -> None:
    """Print one reader's line, also when it fails."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    judge = judge_archive if name == ARCHIVE else judge_reader(name)
    fuzz = Fuzz(PACKAGE if name == ARCHIVE else SEEDS[name].content, judge)
    started, uncaught = time.perf_counter(), 1
    try:
        fuzz.run(inputs, start)
        uncaught = 0
    finally:
        print(f"{name:20} {fuzz.line(time.perf_counter() - started)} uncaught={uncaught}")
    if sum(fuzz.counts.values()) < inputs:
        sys.exit(f"{name}: hypothesis found fewer than {inputs} inputs")


if __name__ == "__main__":
    sys.exit(main())
