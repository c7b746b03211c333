"""`dev run` and `dev demo`: site, worker and clock under one supervisor."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conciliacontag.development.embedded import embedded_services, revive_services
from conciliacontag.development.folder import ROOT, DataFolder, DevelopmentError
from conciliacontag.development.processes import MANAGE, run_child, say
from conciliacontag.development.readiness import HOST, Readiness
from conciliacontag.development.server_lock import only_server, served_at
from conciliacontag.development.supervisor import Program, Supervisor

PORT = 8000
SERVICES_EVERY = 2.0
SWEEP_AFTER = 30.0
QUEUES = "parsing,enrichment,reconciliation,exports,documents"
PYTHON = [sys.executable, "-m"]
CELERY = [*PYTHON, "celery", "-q", "-A", "conciliacontag.celery:app"]


def serve(data: Path, port: int | None) -> int:
    """Serve until a signal; prints `ready ADDRESS` when /readyz first answers 200."""
    with _site(data, port) as (supervisor, address, readiness):
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
        supervisor.add(Program("demo", _load_demo(as_json), lambda code: True, prefixed=False))
        # It does its work itself; only rows that a killed command still holds need the sweep.
        supervisor.add(_worker(), after=SWEEP_AFTER)
        supervisor.add(_beat(data), after=SWEEP_AFTER)
        return supervisor.run()


def _demonstrate_and_serve(data: Path, *, as_json: bool) -> int:
    with _site(data, None) as (supervisor, address, readiness):

        def loaded(code: int) -> bool:
            if code == 0:
                say(f"Endereço: {address}\nCtrl-C encerra.", aside=as_json)
            return code != 0

        def ready() -> bool:
            if not readiness.reached():
                return False
            supervisor.add(Program("demo", _load_demo(as_json), loaded, prefixed=False))
            return _say_ready(address, aside=as_json)

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


@contextmanager
def _site(data: Path, port: int | None) -> Iterator[tuple[Supervisor, str, Readiness]]:
    """Everything a site needs, about to be started, with its address."""
    with only_server(data) as announce, embedded_services(data) as values, listen(port) as web:
        _migrate(values)
        _forget_metrics(data)
        address = f"http://{HOST}:{web.getsockname()[1]}"
        announce(address)
        public = os.environ.get("PUBLIC_URL", address)
        supervisor = _supervisor(data, {**values, "PUBLIC_URL": public})
        for program in (_web(web), _worker(), _beat(data)):
            supervisor.add(program)
        yield supervisor, address, Readiness(web.getsockname()[1])


def _forget_metrics(data: Path) -> None:
    """Counters of processes that are gone would be added to the new ones."""
    for file in (data / "metrics").glob("*.db"):
        file.unlink()


def _web(web: socket.socket) -> Program:
    # The socket is ours and outlives the process: a restart refuses nobody, it only delays.
    flags = ["--config", str(ROOT / "deploy" / "gunicorn.conf.py"), "--workers", "2"]
    command = [*PYTHON, "gunicorn", *flags, "--bind", f"fd://{web.fileno()}"]
    command += ["--preload", "--no-control-socket", "--graceful-timeout", "10"]
    application = "conciliacontag.wsgi:application"
    return Program("web", [*command, application], listens_on=(web.fileno(),))


def _worker() -> Program:
    flags = ["--pool", "prefork", "--concurrency", "2", "-Q", QUEUES, "--loglevel", "INFO"]
    alone = ["--without-mingle", "--without-gossip"]
    return Program("worker", [*CELERY, "worker", *flags, *alone])


def _beat(data: Path) -> Program:
    schedule = ["--schedule", str(data.absolute() / "celerybeat-schedule"), "--pidfile="]
    return Program("beat", [*CELERY, "beat", "--loglevel", "WARNING", *schedule])


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
