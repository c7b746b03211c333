"""ZIP archives from strangers: checked as a whole first, then unpacked one member at a time.

The directory alone decides whether the archive is read at all: names, links, overlaps, counts and
declared sizes. No declared size is believed while unpacking: a member that goes beyond its own is
refused, so the sum of the declared sizes bounds what the archive can ever bring in. Archives inside
the archive are opened by `ingestion.parsers.nested`.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from itertools import pairwise
from typing import IO

from msgspec.structs import replace

from ingestion.parsers.model import ParseError, Problem, Value

MIB = 1024 * 1024
STORED, DEFLATED = 0, 8
ENCRYPTED, UTF8_NAME = 0x1, 0x800
SYMLINK = 0o120000
LOCAL_HEADER = struct.Struct("<4s22xHH")
LONGEST_HEADER = LOCAL_HEADER.size + 2 * 0xFFFF  # with a name and an extra field of any length
CHUNK = 256 * 1024
SYSTEM_FILES = {"thumbs.db", ".ds_store", "desktop.ini"}
SYSTEM_FOLDERS = {"__MACOSX"}
REMEDY = "Compacte de novo só os arquivos do mês e envie."

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an archive may go.

    A busy month of one company is 100,000 notes in one ZIP, so `members` is generous; what no month
    brings is thousands of members without content, which cost as much to list and to answer as
    real ones. They are therefore counted on their own. Notes compress 5 to 20 times.
    """

    members: int = 250_000
    empty_members: int = 1_000
    member_size: int = 64 * MIB
    archive_size: int = 1024 * MIB  # of a ZIP inside the ZIP: the packages of several companies
    total_size: int = 4096 * MIB
    ratio: int = 100
    ratio_from: int = MIB  # below this size a high ratio does no harm
    name_length: int = 2_000


class Member(Value, frozen=True, array_like=True):
    """A file inside the archive, as its directory describes it."""

    name: str
    offset: int
    packed: int
    size: int
    crc: int
    method: int
    flags: int
    outer: "Member | None" = None  # the archive of the upload that holds this file
    refusal: Problem | None = None  # why this inner archive was not opened
    modified: int = 0  # 20261031193042, in the sender's own time; to order files, no more

    @property
    def is_system(self) -> bool:
        """Left by an operating system, not by the sender."""
        *folders, name = self.name.split("/")
        return name.lower() in SYSTEM_FILES or not SYSTEM_FOLDERS.isdisjoint(folders)


DEFAULT = Limits()


def list_members(archive: IO[bytes], limits: Limits = DEFAULT) -> list[Member]:
    """Check the directory and return the files of the archive, folders left out.

    Raises:
        ParseError: zip_malformed, zip_empty, zip_too_many, zip_too_big, zip_name, zip_repeated
            or zip_link: nothing of the archive is read.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, NotImplementedError) as error:
        message = "O ZIP está cortado ou danificado."
        raise ParseError("zip_malformed", message, remedy=REMEDY) from error
    empty = sum(1 for entry in entries if entry.file_size == 0 and not _is_folder(entry))
    check_counts(len(entries), empty, limits)
    members = [_member(entry, limits) for entry in entries if not _is_folder(entry)]
    if not members:
        raise ParseError("zip_empty", "O ZIP não traz nenhum arquivo.", remedy=REMEDY)
    check_repeated(members)
    _check_places(members, archive.seek(0, SEEK_END))
    _check_sizes(members, limits)
    return members


def read_member(archive: IO[bytes], member: Member, limits: Limits = DEFAULT) -> bytes:
    """Unpack one member; only its own bytes are held.

    Raises:
        ParseError: zip_encrypted, zip_method, zip_malformed, zip_too_big or zip_checksum: this
            member stays out, the others can be read.
    """
    if member.size > limits.member_size:
        raise too_big(member.name)
    return b"".join(unpack_member(archive, member, limits))


def unpack_member(archive: IO[bytes], member: Member, limits: Limits = DEFAULT) -> Iterator[bytes]:
    """The content of one member in pieces; only behind the last is it sure that they are right.

    Raises:
        ParseError: as `read_member`.
    """
    _check_method(member)
    _seek_content(archive, member)
    size = crc = 0
    for piece in _inflated(archive, member, limits):
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        yield piece
    if size != member.size or crc != member.crc:
        raise _mismatch()


def span(member: Member) -> tuple[int, int]:
    """Where the part of the upload begins that a member is unpacked from, and its longest size."""
    held = member.outer or member
    return held.offset, LONGEST_HEADER + held.packed


def moved(member: Member, begins: int) -> Member:
    """The same member in a copy of its span that begins at this place of another file."""
    if member.outer is not None:
        return replace(member, outer=replace(member.outer, offset=begins))
    return replace(member, offset=begins)


def check_counts(total: int, empty: int, limits: Limits = DEFAULT) -> None:
    """Raise `zip_too_many` for more files, or more empty ones, than an archive may hold."""
    if total > limits.members or empty > limits.empty_members:
        message = f"O ZIP traz {total} arquivos, {empty} deles vazios: mais que o permitido."
        raise ParseError("zip_too_many", message, remedy="Divida os arquivos em ZIPs menores.")


def check_repeated(members: list[Member]) -> None:
    """Raise `zip_repeated` for two files of one name, capitals aside."""
    seen: set[str] = set()
    for member in members:
        folded = member.name.casefold()
        if folded in seen:
            message = "O ZIP traz dois arquivos com o mesmo nome."
            raise ParseError("zip_repeated", message, place=member.name, remedy=REMEDY)
        seen.add(folded)


def is_bomb(size: int, packed: int, limits: Limits = DEFAULT) -> bool:
    """Whether so few bytes unpack to far more than any note or statement does."""
    return size > limits.ratio_from and size > packed * limits.ratio


def too_big(name: str) -> ParseError:
    """The refusal of what expands beyond its promise."""
    message = "O ZIP se expande muito além do que o seu tamanho promete."
    return ParseError("zip_too_big", message, place=name, remedy=REMEDY)


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    return entry.orig_filename.endswith(("/", "\\")) and entry.file_size == 0


def _member(entry: zipfile.ZipInfo, limits: Limits) -> Member:
    name = _safe_name(entry, limits)
    if (entry.external_attr >> 16) & 0o170000 == SYMLINK:
        message = f"“{name}” é um atalho dentro do ZIP, não um arquivo."
        raise ParseError("zip_link", message, place=name, remedy=REMEDY)
    return Member(
        name,
        entry.header_offset,
        entry.compress_size,
        entry.file_size,
        entry.CRC,
        entry.compress_type,
        entry.flag_bits,
        modified=_written_at(entry),
    )


def _written_at(entry: zipfile.ZipInfo) -> int:
    moment = 0
    for part in entry.date_time:
        moment = moment * 100 + part
    return moment


def _safe_name(entry: zipfile.ZipInfo, limits: Limits) -> str:
    """The path inside the archive, with forward slashes."""
    written = entry.orig_filename
    name = _decoded(written, entry.flag_bits).replace("\\", "/")
    is_unsafe = not name.strip(" ./") or name.startswith("/") or _DRIVE.match(name)
    if is_unsafe or _CONTROL.search(written) or ".." in name.split("/"):
        message = "O ZIP traz um nome de arquivo que sai da pasta ou não é um nome."
        raise ParseError("zip_name", message, place=_CONTROL.sub("?", name)[:80], remedy=REMEDY)
    if len(name) > limits.name_length:
        message = f"O ZIP traz um nome de arquivo com {len(name)} caracteres."
        raise ParseError("zip_name", message, place=f"{name[:80]}…", remedy=REMEDY)
    return name


def _decoded(written: str, flags: int) -> str:
    """Names without the UTF-8 mark are page 437, unless their bytes are UTF-8 all the same."""
    if flags & UTF8_NAME or written.isascii():
        return written
    try:
        return written.encode("cp437").decode("utf-8")
    except UnicodeError:
        return written


def _check_places(members: list[Member], end: int) -> None:
    if any(one.offset < 0 or one.offset + one.packed > end for one in members):
        message = "O índice do ZIP aponta para fora dele: está cortado ou danificado."
        raise ParseError("zip_malformed", message, remedy=REMEDY)


def _check_sizes(members: list[Member], limits: Limits) -> None:
    """Sizes as declared, and members that share their bytes: one kilobyte cannot be two files."""
    ordered = sorted(members, key=lambda member: member.offset)
    overlaps = any(one.offset + one.packed > two.offset for one, two in pairwise(ordered))
    total, packed = sum(one.size for one in members), sum(one.packed for one in members)
    if overlaps or total > limits.total_size or is_bomb(total, packed, limits):
        raise too_big("")
    for member in members:
        largest = limits.archive_size if _is_package(member.name) else limits.member_size
        if member.size > largest or is_bomb(member.size, member.packed, limits):
            raise too_big(member.name)


def _is_package(name: str) -> bool:
    """Only the size it may have hangs on this; what the file is, its bytes say."""
    return name.lower().endswith(".zip")


def _check_method(member: Member) -> None:
    if member.flags & ENCRYPTED:
        message = "O arquivo está protegido por senha dentro do ZIP."
        raise ParseError("zip_encrypted", message, remedy="Compacte de novo sem senha e envie.")
    if member.method not in (STORED, DEFLATED):
        message = f"O ZIP usa um método de compressão que não é lido (número {member.method})."
        raise ParseError("zip_method", message, remedy="Compacte de novo no formato ZIP comum.")


def _seek_content(archive: IO[bytes], member: Member) -> None:
    archive.seek(member.offset)
    header = archive.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
        message = "O ZIP está danificado neste arquivo."
        raise ParseError("zip_malformed", message, remedy=REMEDY)
    _, name_length, extra_length = LOCAL_HEADER.unpack(header)
    archive.seek(name_length + extra_length, 1)


def _inflated(archive: IO[bytes], member: Member, limits: Limits) -> Iterator[bytes]:
    """The content in pieces; what exceeds the declared size is only counted, to name the trick."""
    inflate = zlib.decompressobj(-15) if member.method == DEFLATED else None
    left, produced = member.packed, 0
    while left > 0 and (packed := archive.read(min(CHUNK, left))):
        left -= len(packed)
        for piece in _unpack(inflate, packed):
            produced += len(piece)
            if produced > member.size and is_bomb(produced, member.packed, limits):
                raise too_big(member.name)
            if produced <= member.size:
                yield piece
    if produced > member.size:
        raise _mismatch()


def _mismatch() -> ParseError:
    message = "O conteúdo do arquivo não confere com o que o ZIP declara dele."
    return ParseError("zip_checksum", message, remedy=REMEDY)


def _unpack(inflate: "zlib._Decompress | None", packed: bytes) -> Iterator[bytes]:
    if inflate is None:
        yield packed
        return
    try:
        while packed and not inflate.eof:
            yield inflate.decompress(packed, CHUNK)
            packed = inflate.unconsumed_tail
    except zlib.error as error:
        message = "O conteúdo comprimido está danificado."
        raise ParseError("zip_checksum", message, remedy=REMEDY) from error
