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
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path

import msgspec
from msgspec.structs import replace

from ingestion.parsers.archive import Member
from ingestion.parsers.child import END, LENGTH_BYTES, Answer, Request, refused
from ingestion.parsers.model import Options, ParseError, Problem, Reading
from ingestion.parsers.table_lines import Line
from ingestion.parsers.table_trial import TableTrial
from ingestion.parsers.tables import TablePreview

SECONDS_PER_FILE = 20.0
FILES_PER_CHILD = 25_000
READERS = 2  # children that read parts of one archive at the same time
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
        self._poller = select.poll()  # as select.select refuses descriptors from 1024 on
        self._poller.register(self._output, select.POLLIN)
        with suppress(OSError):
            fcntl(self._output, F_SETPIPE_SZ, PIPE_BYTES)

    def send(self, request: Request) -> None:
        """Ask for a file.

        Raises:
            ChildLost: it died between two requests.
        """
        message = msgspec.msgpack.encode(request)
        frame = memoryview(len(message).to_bytes(LENGTH_BYTES, "big") + message)
        if self.process.stdin is None:
            raise _crashed()
        try:
            while frame:  # a signal may cut a write short
                frame = frame[self.process.stdin.write(frame) :]
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
            if not self._poller.poll(left * 1000):
                message = f"A leitura do arquivo passou de {SECONDS_PER_FILE:g} segundos."
                raise ChildLost("parser_timeout", message)
            received = os.read(self._output, PIPE_BYTES)
            if not received:
                raise _crashed()
            self._buffer += received


def read_file(path: Path, name: str, *, options: Options, skip: int = 0) -> Iterator[list[Reading]]:
    """Read a stored file: chunks of readings, one for each member of a ZIP, one for a plain file.

    `name` is shown, never opened. `skip` members are left out, to resume after an interruption. A
    member that cannot be read is a reading with `rejected=1` and its problem.

    Raises:
        ParseError: the archive as a whole is refused; nothing of it was read.
    """
    yield from _read_in_parts(Request(str(path), name, options), skip)


def verify_file(path: Path, name: str) -> Iterator[list[Reading]]:
    """What official schemas and signatures say of each XML, as the problems of its reading.

    Raises:
        ParseError: the archive as a whole is refused.
    """
    yield from _read_in_parts(Request(str(path), name, mode="verify"))


def _read_in_parts(request: Request, skip: int = 0) -> Iterator[list[Reading]]:
    parts = deque(_parts(_planned(request), skip))
    coming: deque[Future[list[Reading]]] = deque()
    with ThreadPoolExecutor(READERS) as readers:
        while parts or coming:
            while parts and len(coming) <= READERS:
                part = replace(request, members=parts.popleft())
                coming.append(readers.submit(_chunk, part))
            yield coming.popleft().result()


def count_members(path: Path, name: str) -> int:
    """How many readings a file will give: one, or one for each member of a ZIP.

    Raises:
        ParseError: the archive as a whole is refused.
    """
    return len(list_archive(path, name)) or 1


def list_archive(path: Path, name: str) -> tuple[Member, ...]:
    """The files of an archive, also of archives inside it; none when it is no archive.

    Raises:
        ParseError: the archive as a whole is refused.
    """
    return _planned(Request(str(path), name))


def read_original(path: Path, *, member: str = "", place: Member | None = None) -> bytes:
    """The bytes of a stored file, or of one member of a stored archive, freed from gzip.

    `member` is its name as `Reading.name` gives it, also for a file of an archive inside. With its
    `place`, as `list_archive` told it, the path may hold no more than that part of the archive.

    Raises:
        ParseError: the archive does not hold it, or it cannot be unpacked.
    """
    request = Request(str(path), path.name, members=_known(place), member=member, mode="original")
    return _one_answer(request).content or b""


def verify_original(path: Path, *, member: str = "") -> tuple[Problem, ...]:
    """What schemas and signatures say of a stored file, or of one member of an archive.

    Raises:
        ParseError: the archive does not hold it, or it cannot be unpacked.
    """
    request = Request(str(path), path.name, member=member, mode="check")
    found = _one_answer(request).reading
    return found.parsed.problems if found else ()


def render_page(path: Path, number: int, *, member: str = "", place: Member | None = None) -> bytes:
    """Page `number` of a stored PDF, from 1, as a PNG no wider or higher than 2000 pixels.

    Of a TIFF, which browsers do not show, it is the first picture, no longer than 3000 pixels.
    `member` and `place` as in `read_original`.

    Raises:
        ParseError: neither, no such page, or a page that takes too much time or memory.
    """
    members = _known(place)
    request = Request(str(path), path.name, members=members, member=member, number=number,
                      mode="page")  # fmt: skip
    return _one_answer(request).content or b""


def preview_table(path: Path, name: str, *, member: str = "") -> TablePreview:
    """The header and the first rows of a stored table, for a person to name its columns.

    Raises:
        ParseError: the file holds no table, or cannot be read.
    """
    shown = _one_answer(Request(str(path), name, member=member, mode="preview")).preview
    if shown is None:
        raise _crashed().as_refusal()
    return shown


def try_layout(path: Path, name: str, *, options: Options, member: str = "") -> TableTrial:
    """How a stored table would be read by the layout in the options; nothing is kept.

    Raises:
        ParseError: the layout is not this table's, or the file cannot be read.
    """
    request = Request(str(path), name, options, member=member, mode="try")
    trial = _one_answer(request).trial
    if trial is None:
        raise _crashed().as_refusal()
    return trial


def read_lines(
    path: Path, lines: tuple[Line, ...], *, member: str = ""
) -> tuple[tuple[str, ...], ...]:
    """The header of a stored table and these rows of it, each with its line as the first cell.

    Raises:
        ParseError: the file holds no table, or cannot be read.
    """
    request = Request(str(path), path.name, member=member, lines=lines, mode="lines")
    return _one_answer(request).rows


def _known(place: Member | None) -> tuple[Member, ...]:
    return () if place is None else (place,)


def _one_answer(request: Request) -> Answer:
    try:
        (answer,) = _served(_take(), request)
    except ChildLost as lost:
        raise lost.as_refusal() from lost
    return answer


def _planned(request: Request) -> tuple[Member, ...]:
    """The members of an archive that was found in order as a whole; none for a plain file."""
    try:
        (answer,) = _served(_take(), replace(request, mode="plan"))
    except ChildLost as lost:
        raise lost.as_refusal() from lost
    return answer.members or ()


def _parts(members: tuple[Member, ...], skip: int) -> Iterator[tuple[Member, ...]]:
    """Cut the members into parts that are small in number and in bytes; a plain file is one."""
    if not members and skip == 0:
        yield ()
    part: list[Member] = []
    total = 0
    for member in members[skip:]:
        if part and (len(part) >= CHUNK_READINGS or total + member.size > CHUNK_BYTES):
            yield tuple(part)
            part, total = [], 0
        part.append(member)
        total += member.size
    if part:
        yield tuple(part)


def _chunk(request: Request) -> list[Reading]:
    """All readings of one part; a lost child costs one file and is replaced.

    Readings come in handfuls, and a child takes its last handful along: that one is read again
    one by one, which shows the file that did it.
    """
    found: list[Reading] = []
    while len(found) < _wanted(request):
        try:
            found.extend(_read(_behind(request, len(found))))
        except ChildLost:
            if len(found) < _wanted(request):  # else it only died before it could say that it ended
                found.extend(_one_by_one(_behind(request, len(found))))
    return found


def _wanted(request: Request) -> int:
    """How many readings answer a request: one for a plain file."""
    return len(request.members) or 1


def _behind(request: Request, done: int) -> Request:
    """The same request without the members that were read."""
    return replace(request, members=request.members[done:])


def _one_by_one(request: Request) -> Iterator[Reading]:
    """The readings up to the file that takes its child along, and that one, not parsed."""
    done = 0
    try:
        for reading in _read(replace(request, careful=True)):
            done += 1
            yield reading
    except ChildLost as lost:
        if done < _wanted(request):
            yield _lost_file(_behind(request, done), lost)


def _read(request: Request) -> Iterator[Reading]:
    for answer in _served(_take(), request):
        if answer.reading is not None:
            yield answer.reading


def _served(child: Child, request: Request) -> Iterator[Answer]:
    """The answers to one request; a child left in the middle of it is not used again."""
    finished, refusal = False, None
    try:
        child.send(request)
        while not finished:
            for answer in child.receive():
                refusal = refusal or answer.refusal
                finished = answer == END
                if not (finished or answer.refusal):
                    yield answer
    finally:
        _give_back(child, finished=finished)
    if refusal is not None:
        raise ParseError(refusal.code, refusal.message, place=refusal.place, remedy=refusal.remedy)


def _lost_file(request: Request, lost: ChildLost) -> Reading:
    """The reading for the file that took its child along: described if possible, but not parsed."""
    parsed = refused(lost.as_refusal())
    try:
        one = replace(request, members=request.members[:1], mode="describe")
        (described,) = _read(one)
    except ChildLost:
        if not request.members:
            raise lost.as_refusal() from lost
        return Reading(request.members[0].name, "", request.members[0].size, parsed)
    return replace(described, parsed=parsed)


def _take() -> Child:
    """An idle child of this process, or a new one; a forked worker leaves its parent's alone."""
    with suppress(IndexError):
        child = _idle.pop()
        if child.owner == os.getpid() and child.process.poll() is None:
            return child
        child.stop()
    return Child()


def _give_back(child: Child, *, finished: bool) -> None:
    if finished and child.files < FILES_PER_CHILD and len(_idle) < READERS:
        _idle.append(child)
    else:
        child.stop()


def _crashed() -> ChildLost:
    return ChildLost("parser_crashed", "O leitor parou de repente ao ler este arquivo.")
