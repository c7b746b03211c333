import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from conciliacontag.development.__main__ import main, workers
from conciliacontag.development.checks import commands, run_check
from conciliacontag.development.daemon import wait_until
from conciliacontag.development.folder import DataFolder, DevelopmentError
from conciliacontag.development.readiness import Readiness
from conciliacontag.development.server_lock import only_server, served_at
from conciliacontag.development.serving import listen


@pytest.mark.parametrize(
    "arguments", [["-n", "0"], ["-n4"], ["--numprocesses=1"], ["-p", "no:xdist"], ["--pdb"]]
)
def test_pytest_gets_its_workers_from_the_person(arguments: list[str]) -> None:
    assert workers(arguments) == []


def test_pytest_gets_three_workers_by_default() -> None:
    assert workers(["tests/ingestion", "-k", "ofx"]) == ["-n", "3"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "--prot", "1"], "dev.argumento"),
        (["run", "--port", "x"], "dev.argumento"),
        (["run", "--port", "70000"], "dev.argumento"),
        (["demo", "now"], "dev.argumento"),
        (["bench"], "dev.argumento"),
        (["bench", "../x"], "dev.argumento"),
        (["fly"], "dev.comando"),
    ],
)
def test_wrong_arguments_are_explained(
    arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert f"erro [{code}]" in capsys.readouterr().err


def test_a_named_port_that_is_taken_is_refused_and_an_unnamed_one_gives_way() -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DevelopmentError, match=f"A porta {port} não está disponível"):
            listen(port).__enter__()
    with listen(None) as first, listen(None) as second:
        assert first.getsockname() != second.getsockname()


def test_a_folder_is_served_by_one_command(data: DataFolder) -> None:
    assert served_at(data.path) is None
    with only_server(data.path) as announce:
        announce("http://127.0.0.1:8000")

        assert served_at(data.path) == "http://127.0.0.1:8000"
        with pytest.raises(DevelopmentError, match="em uso por outro"):
            only_server(data.path).__enter__()
    assert served_at(data.path) is None


class Health(BaseHTTPRequestHandler):
    """Answers 503 twice and then 200."""

    asked = 0

    def do_GET(self) -> None:
        Health.asked += 1
        self.send_response(200 if Health.asked > 2 and self.path == "/readyz" else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_ready_means_an_answer_200() -> None:
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        readiness = Readiness(server.server_port)

        assert wait_until(readiness.reached, seconds=5)
        assert Health.asked == 3
        server.shutdown()


def test_a_silent_site_is_not_ready_and_does_not_block() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        readiness = Readiness(silent.getsockname()[1])

        assert [readiness.reached() for _ in range(20)] == [False] * 20


def test_every_promised_check_runs(tmp_path: Path) -> None:
    planned = commands(tmp_path / "schema.yaml")

    assert set(planned) == {
        "ruff format",
        "ruff check",
        "mypy",
        "lint-imports",
        "makemigrations",
        "check --deploy",
        "spectacular",
    }


def test_a_failing_check_keeps_its_code_and_words() -> None:
    outcome = run_check("broken", ["sh", "-c", "echo why; exit 5"], {"PATH": "/usr/bin:/bin"})

    assert (outcome.code, outcome.output) == (5, "why\n")
