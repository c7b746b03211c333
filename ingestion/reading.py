"""Runs the readers in a child process with limits, and keeps reading when a file kills it.

A file may make a library allocate without end, loop, or abort the interpreter. So the parent never
parses: it starts `ingestion.parsers.child` with an empty environment, takes its answers as they
come, kills it when one file takes too long, and resumes behind that file with a new child.
"""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from fcntl import F_SETPIPE_SZ, fcntl
from hashlib import file_digest
from pathlib import Path

import msgspec

from ingestion.parsers.child import LENGTH_BYTES, Answer, Request, refused
from ingestion.parsers.model import ParseError, Reading

SECONDS_PER_FILE = 20.0
FILES_PER_CHILD = 5_000
CHUNK_READINGS = 500
CHUNK_BYTES = 4 * 1024 * 1024
PIPE_BYTES = 1024 * 1024  # lets the child go on while the parent writes to the database
ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-s", "-P", "-m", "ingestion.parsers.child"]
REMEDY = "Envie este arquivo ao suporte; os demais foram lidos."

_idle: list["Child"] = []


class ChildLost(Exception):
    """The child died or had to be killed; `code` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def as_refusal(self) -> ParseError:
        """The same, as the answer for the file that caused it."""
        return ParseError(self.code, self.message, remedy=REMEDY)


class Child:
    """One child process. `files` counts what it read, so that it can be replaced in time."""

    def __init__(self) -> None:
        environment = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
        self.process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd="/",
            bufsize=0,
        )
        self.owner = os.getpid()
        self.files = 0
        self._decoder = msgspec.msgpack.Decoder(list[Answer])
        self._buffer = bytearray()
        self._output = self.process.stdout.fileno() if self.process.stdout else -1
        with suppress(OSError):
            fcntl(self._output, F_SETPIPE_SZ, PIPE_BYTES)

    def send(self, request: Request) -> None:
        """Ask for a file.

        Raises:
            ChildLost: it died between two requests.
        """
        message = msgspec.msgpack.encode(request)
        frame = len(message).to_bytes(LENGTH_BYTES, "big") + message
        if self.process.stdin is None:
            raise _crashed()
        try:
            self.process.stdin.write(frame)
        except OSError as error:
            raise _crashed() from error

    def receive(self) -> list[Answer]:
        """The next answers.

        Raises:
            ChildLost: no complete answer in time, or the end of the pipe.
        """
        deadline = time.monotonic() + SECONDS_PER_FILE
        self._fill(LENGTH_BYTES, deadline)
        length = int.from_bytes(self._buffer[:LENGTH_BYTES], "big")
        end = LENGTH_BYTES + length
        self._fill(end, deadline)
        answers = self._decoder.decode(memoryview(self._buffer)[LENGTH_BYTES:end].tobytes())
        del self._buffer[:end]
        self.files += len(answers)
        return answers

    def stop(self) -> None:
        """End the process now and let go of its pipes."""
        if self.owner == os.getpid():
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _fill(self, length: int, deadline: float) -> None:
        while len(self._buffer) < length:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._output], [], [], left)[0]:
                message = f"A leitura do arquivo passou de {SECONDS_PER_FILE:g} segundos."
                raise ChildLost("parser_timeout", message)
            received = os.read(self._output, PIPE_BYTES)
            if not received:
                raise _crashed()
            self._buffer += received


def read_file(path: Path, name: str, *, today: date, skip: int = 0) -> Iterator[list[Reading]]:
    """Read a stored file: chunks of readings, one for each member of a ZIP, one for a plain file.

    `name` is shown, never opened. `skip` members are left out, to resume after an interruption. A
    member that cannot be read is a reading with `rejected=1` and its problem.

    Raises:
        ParseError: the archive as a whole is refused; nothing of it was read.
    """
    request = Request(str(path), name, today, skip)
    chunk: list[Reading] = []
    size = 0
    for reading in _readings(request):
        chunk.append(reading)
        size += reading.size
        if len(chunk) >= CHUNK_READINGS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _readings(request: Request) -> Iterator[Reading]:
    """Every reading; a lost child costs one file and is replaced.

    Readings come in handfuls, and a child takes its last handful along: that one is read again
    one by one, which shows the file that did it.
    """
    while True:
        done = 0
        try:
            for reading in _served(_take(), request):
                done += 1
                yield reading
        except ChildLost as lost:
            request = replace(request, skip=request.skip + done, careful=not request.careful)
            if request.careful:
                continue
            yield _lost_file(request, lost)
            request = replace(request, skip=request.skip + 1)
        else:
            return


def _served(child: Child, request: Request) -> Iterator[Reading]:
    """One request to its end; a child left in the middle of it is not used again."""
    finished, refusal = False, None
    try:
        child.send(request)
        while not finished:
            for answer in child.receive():
                refusal = refusal or answer.refusal
                finished = answer.reading is None and answer.refusal is None
                if answer.reading is not None:
                    yield answer.reading
    finally:
        _give_back(child, finished=finished)
    if refusal is not None:
        raise ParseError(refusal.code, refusal.message, place=refusal.place, remedy=refusal.remedy)


def _lost_file(request: Request, lost: ChildLost) -> Reading:
    """The reading for the file that took its child along: described, but not parsed."""
    parsed = refused(lost.as_refusal())
    described = list(_described(request, lost))
    if described:
        return replace(described[0], parsed=parsed)
    path = Path(request.path)
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return Reading(request.name, digest, path.stat().st_size, parsed)


def _described(request: Request, lost: ChildLost) -> Iterator[Reading]:
    try:
        yield from _served(_take(), replace(request, describe=True))
    except ChildLost:
        # Not the parser but the file itself is too much: there is no next member to go on with.
        raise lost.as_refusal() from lost


def _take() -> Child:
    """An idle child of this process, or a new one; a forked worker leaves its parent's alone."""
    with suppress(IndexError):
        child = _idle.pop()
        if child.owner == os.getpid() and child.process.poll() is None:
            return child
        child.stop()
    return Child()


def _give_back(child: Child, *, finished: bool) -> None:
    if finished and child.files < FILES_PER_CHILD and not _idle:
        _idle.append(child)
    else:
        child.stop()


def _crashed() -> ChildLost:
    return ChildLost("parser_crashed", "O leitor parou de repente ao ler este arquivo.")
