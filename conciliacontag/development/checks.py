"""`dev check`: every check runs, each says its name and time, one failure fails all."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from conciliacontag.development.folder import ROOT
from conciliacontag.development.processes import MANAGE, say

PYTHON = [sys.executable, "-m"]
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
# What production demands is checked here although this machine serves plain HTTP.
PRODUCTION = {
    "INSECURE_HTTP": "false",
    "DEBUG": "false",
    "PUBLIC_URL": "https://conciliacontag.example",
}


class Outcome(NamedTuple):
    """What one check said."""

    name: str
    code: int
    seconds: float
    output: str


def commands(schema: Path) -> dict[str, list[str]]:
    """Each check's name and command; the API description is written to `schema`."""
    spectacular = ["spectacular", "--validate", "--fail-on-warn", "--file", str(schema)]
    return {
        "mypy": [*PYTHON, "mypy", "--explicit-package-bases", "."],
        "ruff format": [*PYTHON, "ruff", "format", "--check", ".", "dev"],
        "ruff check": [*PYTHON, "ruff", "check", ".", "dev"],
        "lint-imports": [sys.executable, "-c", LINT_IMPORTS],
        "makemigrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
        "check --deploy": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
        "spectacular": [*MANAGE, *spectacular],
    }


def check_everything(values: Mapping[str, str]) -> int:
    """Run all checks, two at a time; 1 when any failed."""
    environment = {**os.environ, **values, **PRODUCTION}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        planned = commands(Path(folder) / "schema.yaml")
        outcomes = pool.map(lambda name: run_check(name, planned[name], environment), planned)
        failed = [outcome.name for outcome in outcomes if not report(outcome)]
    say(f"Falharam: {', '.join(failed)}" if failed else "Todas as verificações passaram.")
    return 1 if failed else 0


def run_check(name: str, command: list[str], environment: Mapping[str, str]) -> Outcome:
    """Run one check to its end."""
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return Outcome(name, done.returncode, time.monotonic() - start, done.stdout + done.stderr)


def report(outcome: Outcome) -> bool:
    """Print a line for the check, and its output when it failed; True when it passed."""
    passed = outcome.code == 0
    say(f"{'ok   ' if passed else 'FALHA'} {outcome.seconds:6.1f} s  {outcome.name}")
    if not passed:
        say("\n".join(f"        {line}" for line in outcome.output.rstrip().splitlines()))
    return passed
