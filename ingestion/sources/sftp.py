"""A folder of an SFTP server, read under a host key that a person has confirmed."""

import stat
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Self

import paramiko

from ingestion.sources.model import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    Access,
    Checked,
    Gone,
    Item,
    Known,
    SourceRefused,
    StillWriting,
    in_handfuls,
    is_unfinished,
)
from ingestion.sources.network import connect, unreachable

CHUNK = 256 * 1024
MOST_NAMES = 1000  # tried for a free name in the folder of what was read
KEY_KINDS: tuple[type[paramiko.PKey], ...] = (
    paramiko.Ed25519Key,
    paramiko.ECDSAKey,
    paramiko.RSAKey,
)


class Sftp:
    """Files of one remote folder, not of the folders in it."""

    client: paramiko.SFTPClient

    def __init__(self, access: Access) -> None:
        self.counts: Counter[str] = Counter()
        self.settings, self.secrets = access.settings, access.secrets
        self.folder = str(access.settings["path"]).rstrip("/") or "."
        self.moves_to = str(access.settings["move_to"]).rstrip("/")
        self.calm = int(access.settings["settle_seconds"])
        self.fingerprint = ""

    def __enter__(self) -> Self:
        host, port = self.settings["host"], self.settings["port"]
        self.transport = paramiko.Transport(connect(host, port))
        self.transport.banner_timeout = self.transport.auth_timeout = CONNECT_SECONDS
        try:
            self.transport.start_client(timeout=CONNECT_SECONDS)
            self.fingerprint = self.transport.get_remote_server_key().fingerprint
            if self.is_confirmed():
                self.log_in()
        except (paramiko.SSHException, EOFError, OSError) as fault:
            self.transport.close()
            raise unreachable(host, port) from fault
        except SourceRefused:
            self.transport.close()
            raise
        return self

    def __exit__(self, *fault: object) -> None:
        self.transport.close()

    def is_confirmed(self) -> bool:
        """Whether a person has confirmed a key of this server.

        Raises:
            SourceRefused: `host_key_changed`: another key than the confirmed one; no password
                has been sent.
        """
        pinned = self.settings.get("host_key", "")
        if pinned and pinned != self.fingerprint:
            raise SourceRefused(
                f"A chave do servidor {self.settings['host']} mudou: esperava-se {pinned} e veio "
                f"{self.fingerprint}. Nenhuma senha foi enviada. Pergunte a quem mantém o "
                "servidor; se a troca for legítima, esqueça a chave antiga e teste de novo.",
                code="host_key_changed",
            )
        return bool(pinned)

    def log_in(self) -> None:
        name, password = self.settings["username"], self.secrets.get("password", "")
        try:
            if key := self.secrets.get("private_key"):
                self.transport.auth_publickey(name, read_key(key, password))
            else:
                self.transport.auth_password(name, password)
        except paramiko.AuthenticationException as fault:
            raise SourceRefused(
                "O servidor não aceitou o usuário com esta senha ou chave. Confira e teste de "
                "novo.",
                code="credentials_refused",
            ) from fault
        client = paramiko.SFTPClient.from_transport(self.transport)
        if client is None:
            raise SourceRefused("O servidor não oferece SFTP a este usuário.", code="no_sftp")
        self.client = client
        if channel := client.get_channel():
            channel.settimeout(ANSWER_SECONDS)

    def require_confirmed(self) -> None:
        if not self.is_confirmed():
            raise SourceRefused(
                "A chave do servidor ainda não foi confirmada. Use “Testar conexão” e confirme a "
                "impressão digital.",
                code="host_key_unconfirmed",
            )

    def pages(self, known: Known) -> Iterator[list[Item]]:
        self.require_confirmed()
        with self.translated():
            listed = self.client.listdir_attr(self.folder)
        yield from in_handfuls(list(self.settled(listed)))

    def settled(self, listed: list[paramiko.SFTPAttributes]) -> Iterator[Item]:
        """Whole files with harmless names, as old as the setting asks."""
        for entry in sorted(listed, key=lambda entry: entry.filename):
            name = entry.filename
            if not stat.S_ISREG(entry.st_mode or 0) or "/" in name or is_unfinished(name):
                continue
            if abs(time.time() - (entry.st_mtime or 0)) < self.calm:
                self.counts["waiting"] += 1
                continue
            place = f"{self.folder}/{name}"
            yield Item(f"{place}\0{version(entry)}", name, place, entry.st_size or 0)

    def read(self, item: Item) -> Iterator[bytes]:
        with self.translated(item.place), self.client.open(item.place, "rb") as file:
            file.prefetch(item.size)
            while chunk := file.read(CHUNK):
                yield chunk
            if not item.identity.endswith(version(file.stat())):
                raise StillWriting(item.name)

    def settle(self, item: Item, refusal: str) -> None:
        """Move what was taken; what was refused stays for whoever sent it."""
        if not self.moves_to or refusal:
            return
        try:
            with self.translated(item.place):
                self.client.rename(item.place, self.free_place(item.name))
        except Gone:
            return

    def free_place(self, name: str) -> str:
        taken = set(self.client.listdir(self.moves_to))
        stem, dot, ending = name.rpartition(".")
        named = [name] + [
            f"{stem} ({number}).{ending}" if dot and stem else f"{name} ({number})"
            for number in range(2, MOST_NAMES)
        ]
        free = next((one for one in named if one not in taken), f"{time.time_ns()} {name}")
        return f"{self.moves_to}/{free}"

    def check(self) -> Checked:
        if not self.is_confirmed():
            return Checked(
                f"O servidor atendeu e mostrou a chave {self.fingerprint}. Compare com a que o "
                "administrador dele informou e confirme; a senha ainda não foi enviada.",
                self.fingerprint,
            )
        with self.translated():
            count = len(list(self.settled(self.client.listdir_attr(self.folder))))
            if self.moves_to:
                self.client.listdir(self.moves_to)
        return Checked(f"Conexão feita. Arquivos à espera agora: {count}.")

    @contextmanager
    def translated(self, place: str = "") -> Iterator[None]:
        """Say the library's failures in our words."""
        try:
            yield
        except FileNotFoundError as fault:
            if place and self.is_there(self.moves_to or self.folder):
                raise Gone(place) from fault
            raise SourceRefused(
                "A pasta remota não existe. Confira as pastas e teste de novo.",
                code="folder_missing",
            ) from fault
        except PermissionError as fault:
            raise SourceRefused(
                "O usuário não tem permissão nesta pasta do servidor.", code="permission_refused"
            ) from fault
        except (paramiko.SSHException, EOFError, OSError) as fault:
            raise unreachable(self.settings["host"], self.settings["port"]) from fault

    def is_there(self, place: str) -> bool:
        try:
            self.client.stat(place)
        except FileNotFoundError:
            return False
        return True


def version(entry: paramiko.SFTPAttributes) -> str:
    return f"\0{entry.st_size}\0{entry.st_mtime}"


def read_key(text: str, password: str) -> paramiko.PKey:
    """A private key from its text, of whichever kind it is.

    Raises:
        SourceRefused: `private_key_unreadable`.
    """
    for kind in KEY_KINDS:
        try:
            return kind.from_private_key(StringIO(text), password or None)
        except (paramiko.SSHException, ValueError, IndexError):
            continue
    raise SourceRefused(
        "A chave privada não pôde ser lida. Cole-a inteira (Ed25519, ECDSA ou RSA, em PEM ou "
        "OpenSSH) e, se ela tiver senha, informe-a também.",
        code="private_key_unreadable",
    )
