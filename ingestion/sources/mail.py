"""Attachments of the messages in an IMAP mailbox.

Messages are read without being marked (BODY.PEEK), marked as read only when everything in them is
safe with us, and never deleted: without the MOVE extension (RFC 6851) a copy goes to the folder of
what was read, and the message stays.
"""

import imaplib
import re
import socket
import ssl
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import Any, Self, cast

from django.utils import timezone

from ingestion.sources.model import (
    ANSWER_SECONDS,
    Access,
    Checked,
    Gone,
    Item,
    Known,
    SourceRefused,
)
from ingestion.sources.network import connect, is_loopback, unreachable

LARGEST = 64 * 1024 * 1024  # bytes of one message
CHUNK = 1024 * 1024
READABLE = (
    *("xml", "zip", "gz", "ofx", "ofc", "pdf", "csv", "txt", "tsv", "xls", "xlsx", "xlsm", "ods"),
    *("htm", "html", "ret", "rem", "sped", "jpg", "jpeg", "png", "gif", "tif", "tiff"),
)
BY_TYPE = {
    "text/xml": "xml",
    "application/xml": "xml",
    "application/zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/x-ofx": "ofx",
    "application/pdf": "pdf",
}
# RFC 3501 wants English months, whatever the locale.
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
# What the library's reader of headers raises over some that no standard allows.
MALFORMED = (AttributeError, IndexError, KeyError, TypeError, ValueError, UnboundLocalError)


@dataclass(slots=True)
class Message:
    """One message while it is being dealt with."""

    uid: str
    parts: dict[str, bytes] = field(default_factory=dict)


class PlainLine(imaplib.IMAP4):
    """Without TLS: for this very machine alone."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return connect(self.host, self.port)


class SecureLine(imaplib.IMAP4_SSL):
    """TLS over a connection to an address that was judged."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        context: ssl.SSLContext = self.ssl_context
        return context.wrap_socket(connect(self.host, self.port), server_hostname=self.host)


class Mail:
    """Attachments of the kinds we read, message by message, oldest first."""

    def __init__(self, access: Access) -> None:
        self.counts: Counter[str] = Counter()
        self.settings, self.secrets = access.settings, access.secrets
        self.senders = {
            sender.lower() for sender in re.split(r"[\s,;]+", self.settings["senders"]) if sender
        }
        self.open: Message | None = None

    def __enter__(self) -> Self:
        host, port = self.settings["host"], self.settings["port"]
        try:
            self.line = self.dial(host, port)
        except (imaplib.IMAP4.error, OSError) as fault:
            raise unreachable(host, port) from fault
        self.line.socket().settimeout(ANSWER_SECONDS)
        try:
            self.log_in()
            self.validity = self.choose(self.settings["mailbox"])
        except BaseException:
            self.__exit__()
            raise
        return self

    def dial(self, host: str, port: int) -> imaplib.IMAP4:
        if self.settings["security"] == "tls":
            return SecureLine(host, port, ssl_context=ssl.create_default_context())
        if not is_loopback(host, port):
            raise SourceRefused(
                "Sem TLS só se lê uma caixa deste próprio servidor. Escolha TLS (porta 993).",
                code="tls_required",
            )
        return PlainLine(host, port)

    def __exit__(self, *fault: object) -> None:
        with suppress(imaplib.IMAP4.error, OSError):
            self.line.logout()

    def log_in(self) -> None:
        try:
            self.line.login(self.settings["username"], self.secrets["password"])
        except imaplib.IMAP4.abort as fault:
            raise unreachable(self.settings["host"], self.settings["port"]) from fault
        except imaplib.IMAP4.error as fault:
            raise SourceRefused(
                "O servidor de e-mail não aceitou o usuário e a senha. Confira; em contas com "
                "verificação em duas etapas, use uma senha de aplicativo.",
                code="credentials_refused",
            ) from fault

    def choose(self, mailbox: str) -> str:
        """Open the mailbox; the number within which its message numbers hold."""
        with self.translated():
            answer, _ = self.line.select(quoted(mailbox))
        if answer != "OK":
            raise SourceRefused(
                f"A pasta {mailbox} não existe nesta caixa de e-mail. Confira o nome.",
                code="mailbox_missing",
            )
        said = self.line.response("UIDVALIDITY")[1]
        return str(int(said[0])) if said and said[0] else "0"

    def pages(self, known: Known) -> Iterator[list[Item]]:
        marks = {self.mark_of(uid): uid for uid in self.recent()}
        done = known(list(marks))
        for mark, uid in marks.items():
            if mark not in done:
                yield self.message_page(uid, mark)
        self.open = None

    def recent(self) -> list[str]:
        since = timezone.localdate() - timedelta(days=int(self.settings["days"]))
        said = self.ask("SEARCH", f"SINCE {imap_day(since)}")
        return [uid.decode() for uid in (said[0] or b"").split()]

    def ask(self, command: str, *arguments: str) -> list[Any]:
        """What the server says to a command about messages.

        Raises:
            SourceRefused: it would not answer now; that is no empty mailbox and no empty message.
        """
        with self.translated():
            answer, said = self.line.uid(command, *arguments)
        if answer != "OK":
            raise self.interrupted()
        return list(said)

    def mark_of(self, uid: str) -> str:
        return f"{self.validity}/{uid}"

    def message_page(self, uid: str, mark: str) -> list[Item]:
        """The attachments of one message, and at the end the message itself, as a note."""
        self.open = Message(uid)
        size = self.size_of(uid)
        if size is None:
            return []
        if size > LARGEST:
            most = LARGEST // 1024 // 1024
            note = f"A mensagem passa de {most} MB e não foi lida. Envie os arquivos pela tela."
            return [Item(mark, f"mensagem {uid}", note=note, is_failed=True)]
        content = self.fetch(uid)
        if not content:
            return []
        try:
            return self.items_of(content, uid, mark)
        except MALFORMED:
            note = "A mensagem está malformada e não foi lida. Envie os arquivos dela pela tela."
            return [Item(mark, f"mensagem {uid}", note=note, is_failed=True)]

    def items_of(self, content: bytes, uid: str, mark: str) -> list[Item]:
        message = cast("EmailMessage", message_from_bytes(content, policy=cast("Any", default)))
        subject = str(message.get("Subject", "") or "(sem assunto)")[:200]
        if self.senders and not self.senders & senders_of(message):
            return [Item(mark, subject, note="Remetente fora da lista: não foi lida.")]
        items = [
            self.attachment(number, part)
            for number, part in enumerate(message.walk())
            if is_attachment(part)
        ]
        count = sum(not item.note for item in items)
        self.counts.update(messages=1, attachments=count)
        note = f"Mensagem com {count} anexo{'s' if count != 1 else ''} dos tipos que lemos."
        return [*items, Item(mark, subject, uid if count else "", note=note)]

    def attachment(self, number: int, part: EmailMessage) -> Item:
        message = cast("Message", self.open)
        identity = f"{self.mark_of(message.uid)}/{number}"
        name = base_name(part.get_filename() or "")
        ending = name.rpartition(".")[2].lower() if "." in name else ""
        if ending not in READABLE:
            guessed = BY_TYPE.get(part.get_content_type(), "")
            if not guessed:
                note = "Tipo de arquivo que não lemos."
                return Item(identity, name or f"anexo {number}", note=note)
            name = f"{name or f'anexo-{number}'}.{guessed}"
        content = part.get_payload(decode=True)
        message.parts[identity] = content if isinstance(content, bytes) else b""
        return Item(identity, name, size=len(message.parts[identity]))

    def size_of(self, uid: str) -> int | None:
        """How many bytes a message has; None when it is gone."""
        said = self.ask("FETCH", uid, "(RFC822.SIZE)")
        text = b" ".join(line if isinstance(line, bytes) else line[0] for line in said if line)
        found = SIZE.search(text)
        return int(found[1]) if found else None

    def fetch(self, uid: str) -> bytes:
        """The whole message; nothing when it is gone."""
        said = self.ask("FETCH", uid, "(BODY.PEEK[])")
        return next((line[1] for line in said if isinstance(line, tuple)), b"")

    def read(self, item: Item) -> Iterator[bytes]:
        if self.open is None or item.identity not in self.open.parts:
            raise Gone(item.name)
        content = self.open.parts[item.identity]
        for start in range(0, len(content), CHUNK):
            yield content[start : start + CHUNK]

    def settle(self, item: Item, refusal: str) -> None:
        """Mark and move the message whose attachments are all safe; its own note comes last."""
        if not item.note or not item.place:
            return
        self.ask("STORE", item.place, "+FLAGS.SILENT", r"(\Seen)")
        with self.translated():
            if folder := self.settings["move_to"]:
                can_move = "MOVE" in self.line.capabilities
                answer, _ = self.line.uid(
                    "MOVE" if can_move else "COPY", item.place, quoted(folder)
                )
                if answer != "OK":
                    raise SourceRefused(
                        f"Os anexos foram recebidos, mas a mensagem não pôde ir para {folder}. "
                        "Crie essa pasta na caixa de e-mail ou deixe o campo vazio.",
                        code="mailbox_missing",
                    )

    def check(self) -> Checked:
        count = len(self.recent())
        return Checked(
            f"Conexão feita. Mensagens dos últimos {self.settings['days']} dias: {count}."
        )

    @contextmanager
    def translated(self) -> Iterator[None]:
        try:
            yield
        except (imaplib.IMAP4.error, OSError) as fault:
            raise self.interrupted() from fault

    def interrupted(self) -> SourceRefused:
        return SourceRefused(
            f"A conversa com {self.settings['host']} foi interrompida. Nada se perdeu: a próxima "
            "leitura continua daqui."
        )


def is_attachment(part: EmailMessage) -> bool:
    """A part with a name of its own, or of a kind we read; texts of the message are not."""
    if part.is_multipart():
        return False
    return bool(part.get_filename()) or part.get_content_type() in BY_TYPE


def base_name(name: str) -> str:
    return re.split(r"[/\\]", name)[-1].strip()


def senders_of(message: EmailMessage) -> set[str]:
    """The address a message names as its author, and the domain of it (`@banco.com.br`)."""
    found = [address.lower() for _, address in getaddresses([str(message.get("From", ""))])]
    return {*found, *(f"@{address.rpartition('@')[2]}" for address in found)}


def imap_day(day: date) -> str:
    return f"{day.day}-{MONTHS[day.month - 1]}-{day.year}"


def quoted(mailbox: str) -> str:
    """A mailbox's name as the protocol writes it: modified UTF-7 (RFC 3501, 5.1.3) in quotes."""
    text = re.sub(r"[^\x20-\x7e]+", encode_run, mailbox.replace("&", "&-"))
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def encode_run(run: re.Match[str]) -> str:
    encoded = b64encode(run[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{encoded}-"
