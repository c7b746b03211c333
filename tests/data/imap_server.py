"""A small IMAP server in memory: the commands our reader speaks, and no other."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

USER, PASSWORD = "notas@exemplo.com.br", "senha-da-caixa"


@dataclass
class Stored:
    """One message of a mailbox."""

    uid: int
    content: bytes
    flags: set[str] = field(default_factory=set)


class Server(socketserver.ThreadingTCPServer):
    """Mailboxes by their name on the wire; `moves` switches the MOVE extension.

    `busy` names a command that the server will not carry out now.
    """

    allow_reuse_address = True
    daemon_threads = True
    moves = True
    validity = 7
    busy = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.boxes: dict[str, list[Stored]] = {"INBOX": [], "Lidas": []}
        self.fetched: list[int] = []
        self.port: int = int(self.server_address[1])

    def put(self, message: EmailMessage) -> Stored:
        return self.put_raw(message.as_bytes())

    def put_raw(self, content: bytes) -> Stored:
        stored = Stored(len(self.boxes["INBOX"]) + 1, content)
        self.boxes["INBOX"].append(stored)
        return stored


class Conversation(socketserver.StreamRequestHandler):
    server: Server
    box = "INBOX"

    def handle(self) -> None:
        self.say("* OK ready")
        while text := self.rfile.readline().decode().strip():
            tag, _, command = text.partition(" ")
            name = command.removeprefix("UID ").partition(" ")[0].lower()
            answer = "NO [UNAVAILABLE] busy"
            if name != self.server.busy:
                answer = getattr(self, f"do_{name}")(command.removeprefix("UID "))
            self.say(f"{tag} {answer}")
            if name == "logout":
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def do_capability(self, command: str) -> str:
        self.say("* CAPABILITY IMAP4rev1" + (" MOVE" if self.server.moves else ""))
        return "OK done"

    def do_login(self, command: str) -> str:
        right = command == f'LOGIN {USER} "{PASSWORD}"'
        return "OK done" if right else "NO [AUTHENTICATIONFAILED] no"

    def do_select(self, command: str) -> str:
        name = command.partition(" ")[2].strip('"')
        if name not in self.server.boxes:
            return "NO no such mailbox"
        self.box = name
        self.say(f"* {len(self.server.boxes[name])} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] ok")
        return "OK [READ-WRITE] done"

    def do_search(self, command: str) -> str:
        if not re.fullmatch(r"SEARCH SINCE \d{1,2}-[A-Z][a-z]{2}-\d{4}", command):
            return "BAD search"
        self.say("* SEARCH " + " ".join(str(one.uid) for one in self.server.boxes[self.box]))
        return "OK done"

    def find(self, command: str) -> Stored | None:
        uid = int(command.split()[1])
        return next((one for one in self.server.boxes[self.box] if one.uid == uid), None)

    def do_fetch(self, command: str) -> str:
        found = self.find(command)
        if found is None:
            return "OK done"
        if "RFC822.SIZE" in command:
            self.say(f"* 1 FETCH (UID {found.uid} RFC822.SIZE {len(found.content)})")
        elif "BODY.PEEK[]" in command:
            self.server.fetched.append(found.uid)
            self.say(f"* 1 FETCH (UID {found.uid} BODY[] {{{len(found.content)}}}")
            self.wfile.write(found.content + b")\r\n")
        else:
            return "BAD fetch"
        return "OK done"

    def do_store(self, command: str) -> str:
        if (found := self.find(command)) is not None:
            found.flags.add(re.findall(r"\((.*)\)", command)[0])
        return "OK done"

    def do_move(self, command: str) -> str:
        found = self.find(command)
        answer = self.do_copy(command)
        if found in self.server.boxes[self.box] and answer.startswith("OK"):
            self.server.boxes[self.box].remove(found)
        return answer

    def do_copy(self, command: str) -> str:
        found, target = self.find(command), command.split(" ", 2)[2].strip('"')
        if target not in self.server.boxes:
            return "NO [TRYCREATE] no such mailbox"
        if found is not None:
            self.server.boxes[target].append(found)
        return "OK done"

    def do_logout(self, command: str) -> str:
        self.say("* BYE")
        return "OK done"


@contextmanager
def imap_server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def message(
    *attachments: tuple[str, bytes], sender: str = "banco@exemplo.com.br", subject: str = "Notas"
) -> EmailMessage:
    """A message with a text and with files of these names."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Banco <{sender}>", USER, subject
    made.set_content("Segue em anexo.")
    for name, content in attachments:
        made.add_attachment(content, "application", "octet-stream", filename=name)
    return made
