"""What `dev` does once the virtual environment exists: one function per command."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from conciliacontag.development.checks import check_everything
from conciliacontag.development.daemon import wait_until
from conciliacontag.development.embedded import embedded_services, stop_services
from conciliacontag.development.environment import data_path
from conciliacontag.development.folder import DataFolder, DevelopmentError
from conciliacontag.development.processes import MANAGE, run_child, say
from conciliacontag.development.server_lock import server_of
from conciliacontag.development.serving import demonstrate, serve

TEST_DATA, BENCH_DATA = ".data/test", ".data/bench"
TEST_VARIABLES = {
    # Tests start dozens of processes: compiled once is enough, whatever the shell says.
    "PYTHONDONTWRITEBYTECODE": "",
    # Each worker has a core: threads that share out ten rows cost more than the rows.
    "POLARS_MAX_THREADS": "1",
}
OWN_WORKERS = ("-n", "--numprocesses", "-p", "--dist", "--pdb")


class Options(argparse.ArgumentParser):
    """An argument parser that explains itself in Portuguese."""

    def error(self, message: str) -> NoReturn:
        raise DevelopmentError(
            "dev.argumento",
            f"Argumentos não entendidos por `dev {self.prog}`: {message}. "
            "Os comandos e exemplos aparecem com `python3 dev`.",
        )


def demo(arguments: list[str]) -> int:
    options = Options("demo", add_help=False)
    options.add_argument("--once", action="store_true")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args(arguments)
    return demonstrate(data_path(), once=chosen.once, as_json=chosen.json)


def run(arguments: list[str]) -> int:
    options = Options("run", add_help=False)
    options.add_argument("--port", type=int)
    port = options.parse_args(arguments).port
    if port is not None and not 0 <= port <= 65535:
        options.error(f"a porta {port} não existe")
    return serve(data_path(), port)


def test(arguments: list[str]) -> int:
    with embedded_services(data_path(TEST_DATA), lasting=False) as values:
        command = [sys.executable, "-m", "pytest", *workers(arguments), *arguments]
        return run_child(command, values | TEST_VARIABLES)


def workers(arguments: list[str]) -> list[str]:
    """Three pytest workers, unless the arguments say something about workers themselves.

    Two cores carry three: the one with the browser waits for pages as often as it works.
    """
    return [] if any(one.startswith(OWN_WORKERS) for one in arguments) else ["-n", "3"]


def check(arguments: list[str]) -> int:
    Options("check", add_help=False).parse_args(arguments)
    with embedded_services(data_path(TEST_DATA), lasting=False) as values:
        # The deploy check asks the database for its policies and triggers.
        if code := run_child([*MANAGE, "migrate", "--verbosity", "0"], values, aside=True):
            return code
        return check_everything(values)


def bench(arguments: list[str]) -> int:
    if not arguments or not arguments[0].isidentifier():
        raise DevelopmentError("dev.argumento", "Diga qual medição: `python3 dev bench NOME`.")
    with embedded_services(data_path(BENCH_DATA)) as values:
        if code := run_child([*MANAGE, "migrate", "--verbosity", "0"], values, aside=True):
            return code
        name, *rest = arguments
        return run_child([sys.executable, "-m", f"bench.{name}", *rest], values)


def manage(arguments: list[str]) -> int:
    with embedded_services(data_path()) as values:
        return run_child([*MANAGE, *arguments], values, cwd=Path.cwd())


def stop(arguments: list[str]) -> int:
    """End a `dev run` of the data folder, if there is one, and then its services."""
    Options("stop", add_help=False).parse_args(arguments)
    path = data_path()
    if not path.exists():
        say(f"Nada em execução: a pasta {path} não existe.")
        return 0
    data = DataFolder(path)
    if (server := server_of(data.path)) is not None:
        os.kill(server[0], signal.SIGTERM)
        wait_until(lambda: server_of(data.path) is None, seconds=30)
    with data.locked():
        stopped = stop_services(data)
    names = [*(["dev run"] if server else []), *stopped]
    say(f"Encerrado: {', '.join(names)}." if names else "Nada em execução.")
    return 0


COMMANDS: Mapping[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "manage": manage,
    "stop": stop,
}


def main(arguments: list[str]) -> int:
    """Carry out one command; what a person must put right becomes a message, not a trace."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    command, *rest = arguments or [""]
    try:
        if command not in COMMANDS:
            raise DevelopmentError("dev.comando", f"Comando desconhecido: {command!r}.")
        return COMMANDS[command](rest)
    except DevelopmentError as trouble:
        say(f"erro [{trouble.code}]: {trouble}", aside=True)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
