"""Asking a starting site whether it is ready, in a loop that has other things to do."""

from __future__ import annotations

import socket
import time

HOST = "127.0.0.1"


class Readiness:
    """Asks /readyz again and again without ever waiting for the answer."""

    REQUEST = b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    PATIENCE = 5.0
    PAUSE = 0.3

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked_at = 0.0
        self.question: socket.socket | None = None

    def reached(self) -> bool:
        """Whether an answer 200 has arrived."""
        if self.question is None:
            if time.monotonic() - self.asked_at > self.PAUSE:
                self._ask()
            return False
        try:
            answer = self.question.recv(64)
        except BlockingIOError:
            answer = b""
            if time.monotonic() - self.asked_at < self.PATIENCE:
                return False
        except OSError:
            answer = b""
        self.question.close()
        self.question = None
        return answer.partition(b"\r\n")[0].split()[1:2] == [b"200"]

    def _ask(self) -> None:
        try:
            self.question = socket.create_connection((HOST, self.port), timeout=1)
            self.question.sendall(self.REQUEST)
            self.question.setblocking(False)
        except OSError:
            self.question = None
        self.asked_at = time.monotonic()
