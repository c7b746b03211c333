"""Several programs as one: started together, restarted when they die, stopped together.

One thread and one loop: output, deaths, restarts and questions take turns, so nothing needs
a lock and a child may be prepared safely between fork and exec.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

TICK = 0.1
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
LONG_LIFE = 30.0  # a program that lived this long starts again with the first delay
GRACE = 20.0
INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, see prctl(2)
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Program:
    """What to run: for ever, or, with `on_end`, until it ends by itself.

    `on_end` gets the exit code and says whether the others end too. Sockets in `listens_on`
    are inherited under the same number.
    """

    name: str
    command: Sequence[str]
    on_end: Callable[[int], bool] | None = None
    listens_on: tuple[int, ...] = ()
    prefixed: bool = True


@dataclass
class Child:
    """One program and its current process."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0
    rest: bytes = b""


@dataclass
class Supervisor:
    """Keeps programs running until told to stop.

    Each of `watches` is asked about ten times a second until it returns True.
    """

    environment: Mapping[str, str]
    folder: Path
    output: IO[str] = field(default_factory=lambda: sys.stderr)
    watches: list[Callable[[], bool]] = field(default_factory=list)
    grace: float = GRACE
    stopping: bool = False
    exit_code: int = 0
    children: list[Child] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def add(self, program: Program, *, after: float = 0.0) -> None:
        """Start a program at the next turn, or that many seconds later."""
        self.children.append(Child(program, start_at=time.monotonic() + after))

    def stop(self, *_: Any) -> None:
        """Ask for the end; asked twice, nobody is waited for. Also the handler of signals."""
        if self.stopping:
            self.grace = 0.0
        self.stopping = True

    def run(self) -> int:
        """Work until stopped; returns the exit code of a program that had an end, else 0."""
        with _signals_call(self.stop):
            try:
                while not self.stopping:
                    self._turn()
            finally:
                self._end_all()
        return self.exit_code

    def _turn(self) -> None:
        for child in self.children:
            if child.process is None and time.monotonic() >= child.start_at:
                self._try_to_start(child)
        self._forward(TICK)
        for child in self.children:
            if _has_ended(child):
                self._bury(child)
        self.watches = [watch for watch in self.watches if not watch()]

    def _try_to_start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        try:
            self._start(child)
        except OSError as error:
            self._plan_restart(child, f"{child.program.name} não iniciou ({error.strerror})")

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if child.program.prefixed else None,
            stderr=subprocess.STDOUT if child.program.prefixed else None,
            cwd=self.folder,
            env={**self.environment, "PYTHONUNBUFFERED": "1"},
            umask=0o077,
            start_new_session=True,
            pass_fds=child.program.listens_on,
            preexec_fn=_end_with_parent,
        )
        if child.process.stdout is not None:
            os.set_blocking(child.process.stdout.fileno(), False)
            self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _bury(self, child: Child) -> None:
        """Take leave of an ended process and decide when its program starts again."""
        process = child.process
        assert process is not None
        end_session(process.pid)
        code = process.wait()
        self._drain(child)
        child.process = None
        if child.program.on_end is not None:
            child.start_at = float("inf")
            self.exit_code = code
            self.stopping = child.program.on_end(code) or self.stopping
            return
        self._plan_restart(child, f"{child.program.name} terminou ({code})")

    def _plan_restart(self, child: Child, why: str) -> None:
        lived = time.monotonic() - child.started_at
        child.failures = 1 if lived > LONG_LIFE else child.failures + 1
        delay = min(FIRST_DELAY * 2 ** (child.failures - 1), LONGEST_DELAY)
        child.start_at = time.monotonic() + delay
        if not self.stopping:
            self.say("dev", f"{why}; recomeça em {delay:g} s")

    def _end_all(self) -> None:
        """Everyone is asked at once; after the grace nobody is asked any more."""
        living = [child for child in self.children if child.process is not None]
        for child in living:
            assert child.process is not None
            child.process.send_signal(signal.SIGTERM)
        asked_at = time.monotonic()
        while not all(map(_has_ended, living)) and time.monotonic() - asked_at < self.grace:
            self._forward(TICK / 2)
        self.stopping = True
        cut_short = any(child.program.on_end is not None for child in living)
        code = INTERRUPTED if cut_short else self.exit_code
        for child in living:
            self._bury(child)
        self.exit_code = code
        self.selector.close()

    def _forward(self, seconds: float) -> None:
        if not self.selector.get_map():
            time.sleep(seconds)
        for key, _ in self.selector.select(seconds):
            self._copy(key.data, os.read(key.fd, 65536))

    def _copy(self, child: Child, content: bytes) -> None:
        if not content:
            assert child.process is not None
            assert child.process.stdout is not None
            self.selector.unregister(child.process.stdout)
            child.process.stdout.close()
            return
        *lines, child.rest = (child.rest + content).split(b"\n")
        for line in lines:
            self.say(child.program.name, line.decode(errors="replace"))

    def _drain(self, child: Child) -> None:
        assert child.process is not None
        stdout = child.process.stdout
        while stdout is not None and not stdout.closed:
            try:
                self._copy(child, os.read(stdout.fileno(), 65536))
            except BlockingIOError:  # a stranger still holds the other end
                self._copy(child, b"")
        if child.rest:
            self.say(child.program.name, child.rest.decode(errors="replace"))
            child.rest = b""

    def say(self, name: str, line: str) -> None:
        """Write one line of a program; a reader that went away stops nothing."""
        try:
            self.output.write(f"{name:<7}| {line}\n")
            self.output.flush()
        except OSError:
            self.output = Path(os.devnull).open("w")  # noqa: SIM115 - lives as long as we do


def end_session(session: int) -> None:
    """Kill what a program left behind: pool children survive a killed master."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and _session_of(process) == session:
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)


def _session_of(process: Path) -> int | None:
    try:
        # The name in parentheses may hold anything; the session is the fourth field after it.
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except OSError:
        return None


def _has_ended(child: Child) -> bool:
    """Whether the process is over, leaving it unreaped so that its number stays taken."""
    if child.process is None:
        return False
    how = os.WEXITED | os.WNOWAIT | os.WNOHANG
    return os.waitid(os.P_PID, child.process.pid, how) is not None


def _end_with_parent() -> None:
    LIBC.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


@contextmanager
def _signals_call(handler: Callable[..., Any]) -> Iterator[None]:
    # What the caller ignores, as nohup does, stays ignored.
    heard = [one for one in SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
