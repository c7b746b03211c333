"""A file compressed by gzip is read as if it came plain; anything else stays closed."""

import gzip
import io
import tarfile
import zlib
from datetime import date

import pytest

from ingestion.parsers import parse
from ingestion.parsers.archive import Limits
from ingestion.parsers.gunzip import gunzip
from ingestion.parsers.model import Options, ParseError
from tests.data.ofx import move, statement
from tests.data.zips import Entry, archive

PACKED = gzip.compress(b"<a>conte\xc3\xbado</a>", mtime=0)


def refusal(content: bytes, name: str = "a.xml.gz", limits: Limits | None = None) -> str:
    with pytest.raises(ParseError) as refused:
        gunzip(content, name, limits or Limits())
    assert refused.value.remedy
    return refused.value.code


def tar() -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as packed:
        packed.addfile(tarfile.TarInfo("a.xml"))
    return target.getvalue()


def test_the_file_inside_comes_out() -> None:
    assert gunzip(PACKED, "a.xml.gz") == b"<a>conte\xc3\xbado</a>"
    assert gunzip(PACKED + b"\x00" * 9, "a.xml.gz") == b"<a>conte\xc3\xbado</a>"


def test_a_statement_is_read_through_it() -> None:
    content = gzip.compress(statement([move()]))
    parsed = parse(content, "extrato.ofx.gz", options=Options(date(2026, 11, 21)))

    assert (parsed.kind, len(parsed.transactions)) == ("ofx", 1)


def test_what_holds_more_than_one_file_is_refused() -> None:
    assert refusal(gzip.compress(tar()), "a.tar.gz") == "gzip_members"
    assert refusal(PACKED + PACKED) == "gzip_members"
    assert refusal(gzip.compress(archive([Entry("a.xml", b"x")]))) == "zip_nested"
    assert refusal(gzip.compress(PACKED)) == "zip_nested"


@pytest.mark.parametrize("content", [PACKED[:-4], PACKED[:12], b"\x1f\x8b", PACKED[:-8] + b"x" * 8])
def test_a_damaged_one_is_refused(content: bytes) -> None:
    assert refusal(content) == "gzip_malformed"
    assert refusal(content, "a.zip") == "file_type"


def test_a_bomb_is_refused_while_it_is_unpacked() -> None:
    assert refusal(gzip.compress(bytes(5_000_000))) == "gzip_too_big"
    assert refusal(gzip.compress(zlib.compress(bytes(9)) * 99), limits=Limits(member_size=99)) == (
        "gzip_too_big"
    )
