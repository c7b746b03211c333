"""Asking ClamAV about bytes, by the INSTREAM command of its daemon (clamd(8), "COMMANDS").

The stream is sent in chunks of a four-byte length, big-endian, and ends with a length of zero. The
answer is one line: `stream: OK`, `stream: <signature> FOUND`, or a text that ends in ERROR.
"""

import socket
from collections.abc import Iterable

from django.conf import settings
from structlog import get_logger

CONNECT_SECONDS = 2
ANSWER_SECONDS = 120  # a large archive is unpacked and searched before the answer
LONGEST_ANSWER = 4096

log = get_logger(__name__)


class ScannerDown(Exception):
    """Nobody answered, or not in words we know: nothing is known about the bytes."""


class TooLargeToScan(Exception):
    """The scanner takes no streams of this length (StreamMaxLength in clamd.conf)."""


def is_on() -> bool:
    return bool(settings.CLAMAV_SOCKET)


def find_signature(chunks: Iterable[bytes]) -> str:
    """The name of the malware these bytes contain, or nothing when they are clean.

    Raises:
        ScannerDown, TooLargeToScan.
    """
    try:
        with connect(settings.CLAMAV_SOCKET) as line:
            return read_answer(converse(line, chunks))
    except OSError as fault:
        log.warning("scanner_down", fault=type(fault).__name__)
        raise ScannerDown(type(fault).__name__) from fault


def connect(address: str) -> socket.socket:
    """A connection to `host:port`, or to the Unix socket at a path."""
    host, mark, port = address.removeprefix("tcp://").rpartition(":")
    if mark and port.isdigit():
        line = socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS)
    else:
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECT_SECONDS)
        try:
            line.connect(address.removeprefix("unix://"))
        except OSError:
            line.close()
            raise
    line.settimeout(ANSWER_SECONDS)
    return line


def converse(line: socket.socket, chunks: Iterable[bytes]) -> str:
    """Send the stream; a scanner that has heard enough answers and hangs up before its end."""
    try:
        line.sendall(b"zINSTREAM\0")
        for chunk in chunks:
            if chunk:
                line.sendall(len(chunk).to_bytes(4, "big") + chunk)
        line.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        log.info("scanner_hung_up_early")
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        if not (heard := line.recv(LONGEST_ANSWER)):
            break
        answer += heard
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def read_answer(answer: str) -> str:
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    if "size limit exceeded" in said:
        raise TooLargeToScan(said)
    raise ScannerDown(said)
