"""The limited process that opens strangers' files: `python -m ingestion.parsers.child`.

It reads requests from its standard input and answers on its standard output, both as frames: four
bytes of length and a msgpack message. Limits are set by the process on itself before it reads the
first request, so nothing it parses can take more memory or leave a core dump. An error nobody
foresaw ends the process, with its traceback on standard error: the parent names the file and goes
on with a new process.
"""

import gc
import os
import resource
import sys
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Literal

import msgspec
from msgspec.structs import replace

from ingestion.parsers import parse
from ingestion.parsers.archive import Member, read_member
from ingestion.parsers.gunzip import gunzip
from ingestion.parsers.model import Document, Options, Parsed, ParseError, Problem, Reading
from ingestion.parsers.names import stored_name
from ingestion.parsers.nested import list_tree, open_inner
from ingestion.parsers.pdf_pages import render_page
from ingestion.parsers.pictures import is_tiff, tiff_as_png
from ingestion.parsers.sniff import sniff
from ingestion.parsers.table_lines import Line, lines_of
from ingestion.parsers.table_trial import TableTrial, try_table
from ingestion.parsers.tables import TablePreview, preview
from ingestion.parsers.verifying import verify

MEMORY = 512 * 1024 * 1024
OPEN_FILES = 32
LARGEST_FILE = 100 * 1024 * 1024  # bytes of a file that is not an archive
LENGTH_BYTES = 4
FRAME_BYTES = 256 * 1024  # of files read, before what they say is sent

Mode = Literal[
    "read",
    "plan",
    "describe",
    "verify",
    "check",
    "original",
    "page",
    "preview",
    "try",
    "lines",
]

NOT_SENT: dict[str, Any] = {
    "installments": (),
    "payments": (),
    "items": (),
    "taxes": {},
    "extra": {},
    "parties": {},
    "references": (),
    "provenance": {},
}

_to_json = msgspec.json.Encoder().encode


class Request(msgspec.Struct, frozen=True):
    """Read these members of an archive, as its plan told them; without any, the plain file.

    The directory of a large archive takes seconds to check: it is read once, by the child that
    plans. Other modes: `plan` answers with all members, none for a plain file, `describe` with
    members unparsed, and `verify` with nothing but what schema and signature say of each.
    For the one file called `member`, or the plain file itself: `original` answers with its bytes,
    freed from gzip, `page` with the picture of the PDF page `number`, counted from 1, or of a TIFF,
    `preview` with what a table shows to whoever names its columns, `try` with how it would be read
    by the layout in the options, `lines` with these rows of a table, and `check` as `verify` does.
    Where `members` tell the place of that one, the directory is not read for it.
    """

    path: str
    name: str
    options: Options | None = None
    members: tuple[Member, ...] = ()
    mode: Mode = "read"
    careful: bool = False  # each reading in a frame of its own, so that none is lost with the child
    member: str = ""
    number: int = 1
    lines: tuple[Line, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """A reading, members, bytes, a table, a refusal of the whole file, or else the end."""

    reading: Reading | None = None
    members: tuple[Member, ...] | None = None
    content: bytes | None = None
    preview: TablePreview | None = None
    trial: TableTrial | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    refusal: Problem | None = None


END = Answer()


def main() -> None:
    """Serve requests until the parent closes the pipe."""
    _limit_process()
    gc.freeze()  # what is read has no cycles; looking for them costs a tenth of the time
    gc.set_threshold(100_000)
    requests, answers = sys.stdin.buffer, sys.stdout.fileno()
    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Request)
    while length := requests.read(LENGTH_BYTES):
        request = decoder.decode(requests.read(int.from_bytes(length, "big")))
        for frame in _frames(request):
            _write(answers, encoder.encode(frame))


def _limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _frames(request: Request) -> Iterator[list[Answer]]:
    """Answers in handfuls: a frame for each would cost two switches between the processes."""
    frame: list[Answer] = []
    size = 0
    for answer in _serve(request):
        frame.append(answer)
        size += answer.reading.size if answer.reading else 0
        if request.careful or size >= FRAME_BYTES:
            yield frame
            frame, size = [], 0
    if frame:
        yield frame


def _serve(request: Request) -> Iterator[Answer]:
    try:
        with Path(request.path).open("rb") as file:
            if request.mode == "plan":
                yield Answer(members=_members_of(file, request))
            elif request.mode in ("read", "describe", "verify"):
                yield from (Answer(reading=reading) for reading in _readings(file, request))
            else:
                yield _shown(_one_file(file, request), request)
    except ParseError as error:
        yield Answer(refusal=error.as_problem())
    yield END


def _readings(file: IO[bytes], request: Request) -> Iterator[Reading]:
    for member in request.members:
        yield _read_member(file, member, request)
    if not request.members:
        yield _read_whole(file, request)


def _members_of(file: IO[bytes], request: Request) -> tuple[Member, ...]:
    status = os.fstat(file.fileno())
    return _listed(request.path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=1)
def _listed(path: str, size: int, changed: int) -> tuple[Member, ...]:
    """The members of an archive, none of a plain file; kept, as a file is asked for repeatedly."""
    with Path(path).open("rb") as file:
        return list_tree(file)


@lru_cache(maxsize=1)
def _inner(path: str, size: int, changed: int, outer: Member) -> IO[bytes]:
    """An inner archive, unpacked; kept, as its files follow each other."""
    with Path(path).open("rb") as file:
        return open_inner(file, outer)


def _content(file: IO[bytes], member: Member, request: Request) -> bytes:
    if member.outer is None:
        return read_member(file, member)
    status = os.fstat(file.fileno())
    inner = _inner(request.path, status.st_size, status.st_mtime_ns, member.outer)
    return read_member(inner, member)


def _one_file(file: IO[bytes], request: Request) -> bytes:
    """The content of the file that a person wants to see."""
    if request.members:
        return _content(file, request.members[0], request)
    if not request.member:
        return _whole(file)
    members = _members_of(file, request)
    named = [one for one in members if stored_name(one.name) == request.member]
    if len(named) > 1:
        message = "Vários arquivos do pacote têm nomes longos que começam do mesmo modo."
        raise ParseError("member_missing", message, remedy="Baixe o pacote e abra-o aí.")
    if not named:
        message = "O arquivo não está mais no pacote em que chegou."
        raise ParseError("member_missing", message, remedy="Envie o pacote de novo.")
    return _content(file, named[0], request)


def _shown(content: bytes, request: Request) -> Answer:
    name = request.member or request.name
    if sniff(content) == "gzip":
        content = gunzip(content, name)
    if request.mode == "preview":
        return Answer(preview=preview(content, name))
    if request.mode == "try" and request.options is not None:
        return Answer(trial=try_table(content, name, request.options))
    if request.mode == "lines":
        return Answer(rows=lines_of(content, request.lines))
    if request.mode == "check":
        return Answer(reading=_found(content, name, verify(content)))
    if request.mode == "original":
        return Answer(content=content)
    picture = tiff_as_png(content) if is_tiff(content) else render_page(content, request.number)
    return Answer(content=picture)


def _read_whole(file: IO[bytes], request: Request) -> Reading:
    try:
        content = _whole(file)
    except ParseError as error:
        return Reading(request.name, "", os.fstat(file.fileno()).st_size, refused(error))
    return _reading(content, request.name, request)


def _whole(file: IO[bytes]) -> bytes:
    size = os.fstat(file.fileno()).st_size
    if size > LARGEST_FILE:
        message = f"O arquivo tem {size // 2**20} MB; o limite é {LARGEST_FILE // 2**20} MB."
        remedy = "Divida o período em arquivos menores."
        raise ParseError("file_too_big", message, remedy=remedy)
    file.seek(0)
    return file.read()


def _read_member(file: IO[bytes], member: Member, request: Request) -> Reading:
    if member.refusal is not None:
        return Reading(member.name, "", member.size, _refused(member.refusal))
    try:
        content = _content(file, member, request)
    except ParseError as error:
        return Reading(member.name, "", member.size, refused(error))
    if member.is_system:
        digest = sha256(content).hexdigest()
        return Reading(member.name, digest, len(content), Parsed("ignored", "", informative=1))
    return _reading(content, member.name, request)


def _reading(content: bytes, name: str, request: Request) -> Reading:
    digest = sha256(content).hexdigest()
    if request.mode == "verify":
        return _found(content, name, verify(content))
    if request.mode == "describe" or request.options is None:
        return Reading(name, digest, len(content), Parsed("unknown", ""))
    try:
        parsed = parse(content, name, options=request.options)
    except ParseError as error:
        parsed = refused(error)
    contents = tuple(_to_json(replace(one, provenance={})) for one in parsed.documents)
    summaries = tuple(map(_summary, parsed.documents))
    return Reading(name, digest, len(content), replace(parsed, documents=summaries), contents)


def _found(content: bytes, name: str, problems: tuple[Problem, ...]) -> Reading:
    digest = sha256(content).hexdigest()
    return Reading(name, digest, len(content), Parsed("", "", problems=problems))


def _summary(document: Document) -> Document:
    """A document without what only its JSON needs to carry: the parent writes that as it is."""
    return replace(document, **NOT_SENT)


def refused(error: ParseError) -> Parsed:
    """What is told of a file that could not be read: one record, left out, with its reason."""
    return _refused(error.as_problem())


def _refused(problem: Problem) -> Parsed:
    return Parsed("unknown", "", problems=(problem,), rejected=1)


def _write(descriptor: int, message: bytes) -> None:
    frame = memoryview(len(message).to_bytes(LENGTH_BYTES, "big") + message)
    while frame:
        frame = frame[os.write(descriptor, frame) :]


if __name__ == "__main__":
    main()
