"""One file compressed by gzip (RFC 1952), unwrapped within the limits of a member of a ZIP."""

import zlib

from ingestion.parsers.archive import DEFAULT, Limits, is_bomb
from ingestion.parsers.model import ParseError
from ingestion.parsers.sniff import sniff

AUTOMATIC = 31  # window bits that make zlib read the gzip header and prove its checksum
CHUNK = 1024 * 1024
TAR = slice(257, 262)  # where a tar header says "ustar" (POSIX.1-1988)
REMEDY = "Extraia o conteúdo, compacte de novo no formato ZIP e envie."


def gunzip(content: bytes, name: str, limits: Limits = DEFAULT) -> bytes:
    """The file inside; `name` only words the refusal.

    Raises:
        ParseError: gzip_malformed, or file_type when the name promised a ZIP; gzip_too_big;
            gzip_members: more than one file; zip_nested: another archive inside.
    """
    unpacked = _unpacked(content, name, limits)
    if unpacked[TAR] == b"ustar":
        message = "O GZIP traz um arquivo TAR, que junta vários arquivos."
        raise ParseError("gzip_members", message, remedy=REMEDY)
    if sniff(unpacked) in ("zip", "gzip", "archive"):
        message = "Há um arquivo compactado dentro do GZIP."
        raise ParseError("zip_nested", message, remedy=REMEDY)
    return unpacked


def _unpacked(content: bytes, name: str, limits: Limits) -> bytes:
    inflate = zlib.decompressobj(AUTOMATIC)
    pieces, size, packed = [], 0, content
    try:
        while packed and not inflate.eof:
            pieces.append(inflate.decompress(packed, CHUNK))
            packed = inflate.unconsumed_tail
            size += len(pieces[-1])
            if size > limits.member_size or is_bomb(size, len(content), limits):
                raise _too_big()
    except zlib.error as error:
        raise _malformed(name) from error
    if not inflate.eof:
        raise _malformed(name)
    if inflate.unused_data.strip(b"\x00"):
        message = "Depois do fim do GZIP há mais conteúdo."
        raise ParseError("gzip_members", message, remedy=REMEDY)
    return b"".join(pieces)


def _malformed(name: str) -> ParseError:
    """A damaged GZIP under the name of a ZIP is first of all not what it says."""
    code = "file_type" if name.lower().endswith(".zip") else "gzip_malformed"
    message = "O conteúdo é um GZIP cortado ou danificado."
    return ParseError(code, message, remedy="Baixe-o de novo na origem e envie sem abrir.")


def _too_big() -> ParseError:
    message = "O GZIP se expande muito além do que o seu tamanho promete."
    return ParseError("gzip_too_big", message, remedy=REMEDY)
