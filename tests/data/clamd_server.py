"""A scanner that speaks clamd's INSTREAM: finds the EICAR test text, refuses what is too long."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# In two halves, so that a scanner on the developer's machine leaves this file alone.
EICAR = (
    rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD"
    rb"-ANTIVIRUS-TEST-FILE!$H+H*"
)
SIGNATURE = "Eicar-Test-Signature"


class Scanner(socketserver.ThreadingTCPServer):
    """Counts the streams it has heard; `most` is its StreamMaxLength."""

    allow_reuse_address = True
    daemon_threads = True
    most = 25 * 1024 * 1024
    answer = ""
    heard = 0

    @property
    def address(self) -> str:
        host, port = self.server_address[:2]
        return f"{host!s}:{port}"


class Conversation(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(length)
            if len(content) > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.heard += 1
        found = f"{SIGNATURE} FOUND" if EICAR in content else "OK"
        self.wfile.write(f"stream: {self.server.answer or found}\0".encode())


@contextmanager
def scanner() -> Iterator[Scanner]:
    with Scanner(("127.0.0.1", 0), Conversation) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
