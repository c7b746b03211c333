"""Running one command in the foreground, and talking to the person who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from conciliacontag.development.folder import ROOT

MANAGE = [sys.executable, str(ROOT / "manage.py")]


def say(text: str, *, aside: bool = False) -> None:
    """Write a line at once; `aside` keeps standard output free for a machine."""
    stream = sys.stderr if aside else sys.stdout
    stream.write(f"{text}\n")
    stream.flush()


def run_child(
    command: Sequence[str], values: Mapping[str, str], *, cwd: Path = ROOT, aside: bool = False
) -> int:
    """Run a command with the embedded addresses and return its exit code.

    The child shares our terminal, so it hears Ctrl-C itself; a signal sent to us alone is
    passed on, and we always outlive it to tidy up.
    """
    output = sys.stderr.fileno() if aside else None
    child = subprocess.Popen(command, cwd=cwd, env={**os.environ, **values}, stdout=output)

    def pass_on(number: int, _: FrameType | None) -> None:
        if number != signal.SIGINT or not sys.stdin.isatty():
            child.send_signal(number)

    before = {one: signal.signal(one, pass_on) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = child.wait()
    finally:
        for number, former in before.items():
            signal.signal(number, former)
    return 128 - code if code < 0 else code
