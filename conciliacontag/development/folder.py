"""The one folder that holds the state of a development installation.

    <data>/secrets/database  passwords of the database roles, 0600
    <data>/environment       addresses of the embedded services, 0600, KEY=value
    <data>/services/         clusters, binaries, sockets and logs of the embedded services
    <data>/*.lock            who is starting, who is using, who is serving

As root the services run as another user, who must be able to walk to `services`. Where a
parent folder is closed to that user, `services` becomes a link to a private folder under
/var/tmp instead: the permissions of what already existed are never touched.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("postgres", "conciliacontag_owner", "conciliacontag_app")
NOBODY = 65534
# sockaddr_un holds 108 bytes with its final NUL; the longest name we put there has 18.
LONGEST_SOCKET_FOLDER = 88
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")


class DevelopmentError(Exception):
    """Something a person must put right; `code` is stable, the message is Portuguese."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Account(NamedTuple):
    """The system user the services run as."""

    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """Arguments for subprocess that drop root; empty when there is nothing to drop."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def service_account() -> Account:
    """The caller, or `nobody` when the caller is root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(NOBODY, NOBODY)
    return Account(entry.pw_uid, entry.pw_gid)


def can_walk_to(path: Path, account: Account) -> bool:
    """Whether every folder from the root down to `path` lets the account pass through."""
    return all(_may_enter(folder.stat(), account) for folder in (path, *path.parents))


def _may_enter(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


class DataFolder:
    """One installation's state; two folders never share anything."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.account = service_account()
        self._make()
        self.path = self.path.resolve()
        self.services = self._services()
        owner = self.services.stat()
        if os.geteuid() == 0 and owner.st_uid != 0:
            # An ordinary user made this folder: root goes on as that user.
            self.account = Account(owner.st_uid, owner.st_gid)

    def _make(self) -> None:
        try:
            for folder in (*reversed(self.path.parents), self.path):
                if not folder.exists():
                    folder.mkdir()
                    # The service user only passes through; what is inside guards itself.
                    folder.chmod(0o711 if self._drops_root else 0o700)
            os.close(os.open(self.path / "start.lock", os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise DevelopmentError(
                "dev.pasta_sem_permissao",
                f"Não é possível gravar na pasta de dados {self.path} ({error.strerror}). "
                "Use outra pasta com CONCILIACONTAG_DATA=/caminho.",
            ) from error

    @property
    def _drops_root(self) -> bool:
        return self.account.uid != os.geteuid()

    def _services(self) -> Path:
        with self.locked("folder"):
            inside = self.path / "services"
            if inside.is_dir():
                return inside.resolve()
            if can_walk_to(self.path, self.account):
                inside.unlink(missing_ok=True)
                inside.mkdir(mode=0o711 if self._drops_root else 0o700)
                return inside
            return _link_to_private_folder(inside, Path("/var/tmp"), 0o711)  # noqa: S108

    def private(self, name: str) -> Path:
        """A folder below `services` that only the service user can open."""
        folder = self.services / name
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
            os.chown(folder, self.account.uid, self.account.gid)
        return folder

    def sockets(self) -> Path:
        """The folder of the unix sockets: short, of plain characters, closed to other users."""
        inside = self.services / "run"
        if len(str(inside)) <= LONGEST_SOCKET_FOLDER and PLAIN.issuperset(str(inside)):
            return self.private("run")
        if inside.is_dir() and _belongs_to(inside.resolve(), self.account):
            return inside.resolve()
        folder = _link_to_private_folder(inside, Path(tempfile.gettempdir()), 0o700)
        os.chown(folder, self.account.uid, self.account.gid)
        return folder

    def passwords(self) -> dict[str, str]:
        """The password of each database role, made on first use."""
        file = self.path / "secrets" / "database"
        if not file.exists():
            file.parent.mkdir(mode=0o700, exist_ok=True)
            made = {role: secrets.token_urlsafe(24) for role in ROLES}
            write_private(file, made)
        return dict(line.split("=", 1) for line in file.read_text().splitlines())

    @contextmanager
    def locked(self, name: str = "start") -> Iterator[None]:
        """Alone with the folder: starting and stopping never overlap."""
        with (self.path / f"{name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _link_to_private_folder(link: Path, parent: Path, mode: int) -> Path:
    # A random name cannot be prepared by somebody else beforehand, a derived one can.
    folder = Path(tempfile.mkdtemp(prefix="conciliacontag-", dir=parent)).resolve()
    folder.chmod(mode)
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    return folder


def _belongs_to(folder: Path, account: Account) -> bool:
    status = folder.stat()
    return status.st_uid == account.uid and stat.S_IMODE(status.st_mode) == 0o700


def write_private(file: Path, values: dict[str, str]) -> None:
    """Replace a KEY=value file at once; only its owner reads it."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as draft:
        draft.writelines(f"{key}={value}\n" for key, value in values.items())
    Path(draft.name).replace(file)
