"""`dev run` and `dev demo`: site, worker and clock under one supervisor."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from conciliacontag.development.daemon import wait_until
from conciliacontag.development.embedded import embedded_services, revive_services
from conciliacontag.development.folder import ROOT, DataFolder, DevelopmentError
from conciliacontag.development.processes import MANAGE, run_child, say
from conciliacontag.development.supervisor import Program, Supervisor

HOST, PORT = "127.0.0.1", 8000
SERVICES_EVERY = 2.0
QUEUES = "parsing,enrichment,reconciliation,exports,documents"
PYTHON = [sys.executable, "-m"]
CELERY = [*PYTHON, "celery", "-q", "-A", "conciliacontag.celery:app"]


def serve(data: Path, port: int | None) -> int:
    """Serve until a signal; prints `ready ADDRESS` when /readyz first answers 200."""
    with only_server(data) as announce, embedded_services(data) as values, listen(port) as web:
        _migrate(values)
        supervisor, address = _site(data, values, web)
        announce(address)
        readiness = Readiness(web.getsockname()[1])
        supervisor.watches.append(lambda: readiness.reached() and _say_ready(address))
        return supervisor.run()


def demonstrate(data: Path, *, once: bool, as_json: bool) -> int:
    """Load the demonstration; without `once` keep serving it."""
    if (address := served_at(data)) is not None:
        with embedded_services(data) as values:
            code = run_child(_load_demo(as_json), values)
        say(f"Endereço: {address} (já estava no ar)", aside=as_json)
        return code
    if once:
        return _demonstrate_once(data, as_json=as_json)
    return _demonstrate_and_serve(data, as_json=as_json)


def _demonstrate_once(data: Path, *, as_json: bool) -> int:
    with only_server(data), embedded_services(data) as values:
        _migrate(values)
        supervisor = _supervisor(data, values)
        supervisor.add(_worker())
        supervisor.add(Program("demo", _load_demo(as_json), lambda code: True, prefixed=False))
        return supervisor.run()


def _demonstrate_and_serve(data: Path, *, as_json: bool) -> int:
    with only_server(data) as announce, embedded_services(data) as values, listen(None) as web:
        _migrate(values)
        supervisor, address = _site(data, values, web)
        announce(address)

        def loaded(code: int) -> bool:
            if code == 0:
                say(f"Endereço: {address}\nCtrl-C encerra.", aside=as_json)
            return code != 0

        def ready() -> bool:
            if not readiness.reached():
                return False
            supervisor.add(Program("demo", _load_demo(as_json), loaded, prefixed=False))
            return _say_ready(address, aside=as_json)

        readiness = Readiness(web.getsockname()[1])
        supervisor.watches.append(ready)
        return supervisor.run()


def _load_demo(as_json: bool) -> list[str]:
    return [*MANAGE, "load_demo", *(["--json"] if as_json else [])]


def _say_ready(address: str, *, aside: bool = False) -> bool:
    say(f"ready {address}", aside=aside)
    return True


def _migrate(values: dict[str, str]) -> None:
    if run_child([*MANAGE, "migrate", "--noinput", "--verbosity", "0"], values, aside=True):
        raise DevelopmentError(
            "dev.migracao_falhou",
            "As migrações do banco de dados falharam; a causa está nas linhas acima. "
            "Nada foi iniciado.",
        )


def _supervisor(data: Path, values: dict[str, str]) -> Supervisor:
    """A supervisor that also looks after the embedded services while it works."""
    folder = DataFolder(data)
    supervisor = Supervisor({**os.environ, **values}, ROOT)
    look_at = time.monotonic()

    def keep_services() -> bool:
        nonlocal look_at
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + SERVICES_EVERY
            _revive(folder, supervisor)
        return False

    supervisor.watches.append(keep_services)
    return supervisor


def _revive(folder: DataFolder, supervisor: Supervisor) -> None:
    try:
        for name in revive_services(folder):
            supervisor.say("dev", f"{name} tinha parado; foi iniciado de novo")
    except DevelopmentError as trouble:
        supervisor.say("dev", f"[{trouble.code}] {trouble}")


def _site(data: Path, values: dict[str, str], web: socket.socket) -> tuple[Supervisor, str]:
    address = f"http://{HOST}:{web.getsockname()[1]}"
    supervisor = _supervisor(data, {**values, "PUBLIC_URL": os.environ.get("PUBLIC_URL", address)})
    supervisor.add(_web(web))
    supervisor.add(_worker())
    schedule = ["--schedule", str(data.absolute() / "celerybeat-schedule"), "--pidfile="]
    supervisor.add(Program("beat", [*CELERY, "beat", "--loglevel", "WARNING", *schedule]))
    return supervisor, address


def _web(web: socket.socket) -> Program:
    # The socket is ours and outlives the process: a restart refuses nobody, it only delays.
    flags = ["--bind", f"fd://{web.fileno()}", "--worker-class", "gthread", "--workers", "2"]
    command = [*PYTHON, "gunicorn", *flags, "--threads", "4", "--graceful-timeout", "10"]
    command += ["--preload", "--no-control-socket"]
    application = "conciliacontag.wsgi:application"
    return Program("web", [*command, application], listens_on=(web.fileno(),))


def _worker() -> Program:
    flags = ["--pool", "prefork", "--concurrency", "2", "-Q", QUEUES, "--loglevel", "INFO"]
    return Program("worker", [*CELERY, "worker", *flags])


@contextmanager
def listen(port: int | None) -> Iterator[socket.socket]:
    """A listening socket on the named port; unnamed, on 8000 or else on any free one."""
    with socket.socket() as web:
        web.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            web.bind((HOST, PORT if port is None else port))
        except OSError as error:
            if port is not None:
                raise DevelopmentError(
                    "dev.porta_indisponivel",
                    f"A porta {port} não está disponível ({error.strerror}). "
                    "Escolha outra com --port, ou omita --port para usar uma livre.",
                ) from error
            web.bind((HOST, 0))
        web.listen(128)
        yield web


@contextmanager
def only_server(data: Path) -> Iterator[Callable[[str], None]]:
    """Hold the folder's serving lock; gives the function that writes the address into it."""
    file = DataFolder(data).path / "serving.lock"
    with file.open("a+") as lock:
        # Who only looks holds the lock for an instant, hence the second of patience.
        if not wait_until(lambda: _lock(lock, fcntl.LOCK_EX), seconds=1):
            raise DevelopmentError(
                "dev.ja_no_ar",
                f"Esta pasta de dados já está em uso por outro `dev run` ou `dev demo` "
                f"({served_at(data) or 'iniciando'}). Encerre-o com `python3 dev stop` ou use "
                "outra pasta com CONCILIACONTAG_DATA.",
            )

        def announce(address: str) -> None:
            lock.truncate(0)
            lock.write(f"{os.getpid()} {address}")
            lock.flush()

        announce("")
        yield announce
        lock.truncate(0)


def server_of(data: Path) -> tuple[int, str] | None:
    """Process and address of the command that serves this folder, or None."""
    file = data / "serving.lock"
    if not file.exists():
        return None
    with file.open() as lock:
        if _lock(lock, fcntl.LOCK_SH):
            return None
        process, _, address = lock.read().partition(" ")
        return (int(process), address) if process else None


def _lock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def served_at(data: Path) -> str | None:
    """Address of the site that already serves this folder, or None."""
    server = server_of(data)
    return (server[1] or None) if server else None


class Readiness:
    """Asks /readyz again and again without ever waiting for the answer."""

    REQUEST = b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    PATIENCE = 5.0
    PAUSE = 0.3

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked_at = 0.0
        self.question: socket.socket | None = None

    def reached(self) -> bool:
        """Whether an answer 200 has arrived."""
        if self.question is None:
            if time.monotonic() - self.asked_at > self.PAUSE:
                self._ask()
            return False
        try:
            answer = self.question.recv(64)
        except BlockingIOError:
            answer = b""
            if time.monotonic() - self.asked_at < self.PATIENCE:
                return False
        except OSError:
            answer = b""
        self.question.close()
        self.question = None
        return answer.partition(b"\r\n")[0].split()[1:2] == [b"200"]

    def _ask(self) -> None:
        try:
            self.question = socket.create_connection((HOST, self.port), timeout=1)
            self.question.sendall(self.REQUEST)
            self.question.setblocking(False)
        except OSError:
            self.question = None
        self.asked_at = time.monotonic()
