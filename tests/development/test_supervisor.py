import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from conciliacontag.development.daemon import wait_until
from conciliacontag.development.folder import ROOT
from conciliacontag.development.supervisor import Program, Supervisor

FOREVER = ["sleep", "60"]


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(dict(os.environ), tmp_path, output=StringIO(), grace=1.0)


def said(supervisor: Supervisor) -> str:
    assert isinstance(supervisor.output, StringIO)
    return supervisor.output.getvalue()


def until(supervisor: Supervisor, fact: Callable[[], bool]) -> None:
    """Run the programs until the fact holds, ten seconds at most."""
    end = time.monotonic() + 10

    def ask() -> bool:
        if fact() or time.monotonic() > end:
            supervisor.stop()
        return False

    supervisor.watches.append(ask)
    supervisor.run()


def is_alive(process: int) -> bool:
    """Whether it still works; one that only waits to be reaped does not."""
    try:
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


def processes(supervisor: Supervisor) -> list[int]:
    return [child.process.pid for child in supervisor.children if child.process is not None]


def test_a_program_that_dies_starts_again(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add(Program("dying", ["sh", "-c", "echo x >> lives; exit 3"]))
    lives = tmp_path / "lives"

    until(supervisor, lambda: lives.exists() and lives.read_text().count("x") == 2)

    assert "dying terminou (3); recomeça em 0.5 s" in said(supervisor)


def test_each_death_in_a_row_doubles_the_delay(supervisor: Supervisor) -> None:
    supervisor.add(Program("dying", ["false"]))

    until(supervisor, lambda: "recomeça em 2 s" in said(supervisor))

    assert [word in said(supervisor) for word in ("0.5 s", " 1 s", " 2 s")] == [True] * 3


def test_all_stop_together_and_the_deaf_are_killed(supervisor: Supervisor) -> None:
    seen: list[int] = []
    supervisor.add(Program("polite", FOREVER))
    supervisor.add(Program("deaf", ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"]))

    def started() -> bool:
        seen[:] = processes(supervisor)
        return len(seen) == 2

    until(supervisor, started)

    assert len(seen) == 2
    assert not any(map(is_alive, seen))


def test_children_of_a_killed_program_go_too(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add(Program("master", ["sh", "-c", "sleep 60 & echo $! > child; kill -9 $$"]))
    child = tmp_path / "child"

    until(supervisor, lambda: child.exists() and "terminou" in said(supervisor))

    assert wait_until(lambda: not is_alive(int(child.read_text())), seconds=5)


def test_a_program_with_an_end_ends_the_others(supervisor: Supervisor) -> None:
    supervisor.add(Program("forever", FOREVER))
    supervisor.add(Program("task", ["sh", "-c", "exit 7"], on_end=lambda code: True))

    assert supervisor.run() == 7


def test_a_task_that_is_cut_short_has_not_succeeded(supervisor: Supervisor) -> None:
    supervisor.add(Program("task", FOREVER, on_end=lambda code: True))

    until(supervisor, lambda: len(processes(supervisor)) == 1)

    assert supervisor.exit_code == 130


def test_a_program_may_start_later_or_not_at_all(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.add(Program("early", ["sh", "-c", "sleep 0.5"], on_end=lambda code: True))
    supervisor.add(Program("soon", ["touch", "soon"]), after=0.1)
    supervisor.add(Program("late", ["touch", "late"]), after=60)

    supervisor.run()

    assert [path.name for path in tmp_path.iterdir()] == ["soon"]


def test_output_carries_the_name_even_without_a_final_newline(supervisor: Supervisor) -> None:
    script = "printf 'one\\ntwo'"
    supervisor.add(Program("web", ["sh", "-c", script], on_end=lambda code: True))

    supervisor.run()

    assert said(supervisor) == "web    | one\nweb    | two\n"


def test_a_missing_command_is_tried_again_and_does_not_stop_the_rest(
    supervisor: Supervisor,
) -> None:
    supervisor.add(Program("missing", ["/nowhere/program"]))
    supervisor.add(Program("polite", ["sh", "-c", "echo here; sleep 60"]))

    until(supervisor, lambda: "here" in said(supervisor))

    assert "missing não iniciou" in said(supervisor)


SCRIPT = """
import os, sys
from pathlib import Path
from conciliacontag.development.supervisor import Program, Supervisor
one = Supervisor(dict(os.environ), Path(sys.argv[1]), grace=2.0)
one.add(Program("child", ["sh", "-c", "echo $$ > child; exec sleep 60"]))
sys.exit(one.run())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_orphan_remains_however_the_supervisor_ends(
    tmp_path: Path, number: signal.Signals
) -> None:
    child = tmp_path / "child"
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT)
    assert wait_until(lambda: child.exists() and child.read_text() != "", seconds=10)

    process.send_signal(number)

    assert process.wait(10) == (-9 if number is signal.SIGKILL else 0)
    assert wait_until(lambda: not is_alive(int(child.read_text())), seconds=5)
