"""A small SFTP server over a folder: one user, one password or key, one host key."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paramiko
from paramiko import SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_OK

USER, PASSWORD = "robo", "senha-do-robo"


class Gate(paramiko.ServerInterface):
    """Lets one user in."""

    def __init__(self, key: paramiko.PKey | None) -> None:
        self.key = key
        self.tried: list[str] = []

    def check_auth_password(self, username: str, password: str) -> int:
        self.tried.append(password)
        right = (username, password) == (USER, PASSWORD)
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        right = username == USER and self.key is not None and key == self.key
        return AUTH_SUCCESSFUL if right else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"


class OpenFile(SFTPHandle):
    readfile: Any

    def stat(self) -> Any:
        return SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class Disk(SFTPServerInterface):
    root = Path()

    def at(self, path: str) -> Path:
        return self.root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            return [
                SFTPAttributes.from_stat(entry.lstat(), entry.name)
                for entry in self.at(path).iterdir()
            ]
        except OSError as fault:
            return SFTPServer.convert_errno(fault.errno or 0)

    def stat(self, path: str) -> Any:
        try:
            return SFTPAttributes.from_stat(self.at(path).stat())
        except OSError as fault:
            return SFTPServer.convert_errno(fault.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = OpenFile(flags)
        try:
            handle.readfile = self.at(path).open("rb")
        except OSError as fault:
            return SFTPServer.convert_errno(fault.errno or 0)
        return handle

    def rename(self, oldpath: str, newpath: str) -> int:
        try:
            self.at(oldpath).rename(self.at(newpath))
        except OSError as fault:
            return SFTPServer.convert_errno(fault.errno or 0)
        return SFTP_OK


class Server:
    """Accepts connections until it is closed."""

    def __init__(self, root: Path, key: paramiko.PKey | None) -> None:
        self.host_key = paramiko.ECDSAKey.generate()
        self.gate = Gate(key)
        self.disk = type("OwnDisk", (Disk,), {"root": root})
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.transports: list[paramiko.Transport] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                line, _ = self.listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(line)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", SFTPServer, self.disk)
            self.transports.append(transport)
            with suppress(paramiko.SSHException, EOFError):
                transport.start_server(threading.Event(), self.gate)

    def close(self) -> None:
        self.listening.close()
        for transport in self.transports:
            transport.close()


@contextmanager
def sftp_server(root: Path, key: paramiko.PKey | None = None) -> Iterator[Server]:
    server = Server(root, key)
    try:
        yield server
    finally:
        server.close()
