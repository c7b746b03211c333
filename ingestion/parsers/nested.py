"""Archives inside the uploaded archive, one level deep: their files are read like all others.

An accountant's month comes as a ZIP of the ZIPs of each company. A file of `interno.zip` is called
`interno.zip/nota.xml`; the inner archive itself is no file of its own. The limits of an archive
hold for the whole tree, and what an inner archive unpacks to is also held against the bytes it
takes in the upload, so compressing twice gains a bomb nothing. An archive still deeper stays
closed, and is refused like any file that no reader takes.
"""

import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO

from msgspec.structs import replace

from ingestion.parsers.archive import (
    DEFAULT,
    DEFLATED,
    ENCRYPTED,
    LOCAL_HEADER,
    MIB,
    STORED,
    Limits,
    Member,
    check_counts,
    check_repeated,
    is_bomb,
    list_members,
    too_big,
    unpack_member,
)
from ingestion.parsers.model import ParseError
from ingestion.parsers.sniff import HEAD, sniff

IN_MEMORY = 8 * MIB  # beyond this size an inner archive rests in a nameless temporary file
PEEK = 1024
LARGEST_TABLE = 320  # bytes that the tables before the first symbol of a deflate stream may take
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
# Workbooks and text documents are archives too, and still one file: OPC part 2, ODF part 2.
OFFICE_PARTS = {"[Content_Types].xml", "mimetype", "xl/workbook.xml"}


def list_files(archive: IO[bytes], limits: Limits = DEFAULT) -> list[Member]:
    """The members of an archive; none for a workbook, damaged or not, and for any other file.

    Raises:
        ParseError: as `list_members`: the archive as a whole is refused.
    """
    archive.seek(0)
    kind = sniff(archive.read(HEAD))
    if kind not in ("zip", "office"):
        return []
    try:
        members = list_members(archive, limits)
    except ParseError as error:
        if kind == "office" and error.code == "zip_malformed":
            return []
        raise
    return [] if any(member.name in OFFICE_PARTS for member in members) else members


def list_tree(archive: IO[bytes], limits: Limits = DEFAULT) -> tuple[Member, ...]:
    """As `list_files`, with each inner archive replaced by its files, in their order.

    An inner archive that cannot be opened stays as one member, with its `refusal`.

    Raises:
        ParseError: as `list_members`, also when only the tree as a whole exceeds a limit.
    """
    members = list_files(archive, limits)
    inner = {place for place, member in enumerate(members) if _is_archive(archive, member)}
    if not inner:
        return tuple(members)
    tree: list[Member] = []
    for place, member in enumerate(members):
        tree += _inside(archive, member, limits) if place in inner else [member]
        check_counts(len(tree), 0, limits)
    _check_tree(tree, limits)
    return tuple(tree)


def open_inner(archive: IO[bytes], member: Member, limits: Limits = DEFAULT) -> IO[bytes]:
    """Unpack an inner archive, to be read at any place; small ones stay in memory.

    Raises:
        ParseError: as `read_member`.
    """
    with ExitStack() as on_failure:
        inner = on_failure.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        for piece in unpack_member(archive, member, limits):
            inner.write(piece)
        on_failure.pop_all()
    return inner


def _inside(archive: IO[bytes], member: Member, limits: Limits) -> list[Member]:
    """The files of an inner archive; itself when it is a workbook or cannot be opened."""
    try:
        with open_inner(archive, member, limits) as inner:
            found = list_files(inner, limits)
        if is_bomb(sum(one.size for one in found), member.packed, limits):
            raise too_big(member.name)
    except ParseError as error:
        return [replace(member, refusal=error.as_problem())]
    inside = [replace(one, name=f"{member.name}/{one.name}", outer=member) for one in found]
    return inside or [member]


def _check_tree(tree: list[Member], limits: Limits) -> None:
    check_counts(len(tree), sum(1 for member in tree if member.size == 0), limits)
    if sum(member.size for member in tree) > limits.total_size:
        raise too_big("")
    check_repeated(tree)


def _is_archive(archive: IO[bytes], member: Member) -> bool:
    """Whether the first bytes of a member are those of a ZIP, whatever its name says."""
    if member.flags & ENCRYPTED or member.is_system or not member.size:
        return False
    packed = b"".join(_beginning(archive, member))
    if member.method == STORED:
        return packed.startswith(SIGNATURES)
    if member.method != DEFLATED:
        return False
    try:
        return zlib.decompressobj(-15).decompress(packed, 4).startswith(SIGNATURES)
    except zlib.error:
        return False


def _beginning(archive: IO[bytes], member: Member) -> Iterator[bytes]:
    archive.seek(member.offset)
    head = archive.read(PEEK)
    if len(head) < LOCAL_HEADER.size:
        return
    _, name_length, extra_length = LOCAL_HEADER.unpack_from(head)
    start = LOCAL_HEADER.size + name_length + extra_length
    yield head[start : start + member.packed]
    if start + LARGEST_TABLE > PEEK:
        archive.seek(max(member.offset + start, member.offset + PEEK))
        yield archive.read(min(member.packed, PEEK))
