"""What a file is, its bytes say; its name only helps to word the refusal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.parsers import parse
from ingestion.parsers.model import Options, ParseError
from ingestion.parsers.names import safe_name
from ingestion.parsers.sniff import sniff, unreadable
from tests.data.ofx import statement
from tests.data.zips import Entry, archive
from tests.ingestion.parsers.test_nfe import TODAY


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<nfeProc/>", "xml"),
        (b'\xef\xbb\xbf\r\n<?xml version="1.0"?><NFe/>', "xml"),
        ('<?xml version="1.0"?><NFe/>'.encode("utf-16"), "xml"),
        (statement(), "ofx"),
        (b"<OFX></OFX>", "ofx"),
        (b'<?xml version="1.0"?><?OFX OFXHEADER="200"?><OFX/>', "ofx"),
        (b"<!doctype html><html></html>", "html"),
        (b"<HTML><body>", "html"),
        (b'{"nfe": 1}', "json"),
        (b"%PDF-1.7", "pdf"),
        (b"lixo\r\n%PDF-1.7", "pdf"),
        (b"|0000|LECD|01012026|", "sped"),
        (b"|K001|1|", "sped"),
        (b"|valor|data|", "text"),
        (b"\x1f\x8b\x08" + bytes(9), "gzip"),
        (b"MZ" + bytes(60), "executable"),
        (b"\x7fELF", "executable"),
        (b"\x89PNG\r\n", "image"),
        (b"Rar!\x1a\x07\x01", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (archive([Entry("a.xml", b"x")]), "zip"),
        (archive([]), "zip"),
        (archive([Entry("[Content_Types].xml", b"x")]), "office"),
        (b"data;valor\r\n", "table"),
        (b"uma carta, apenas texto\r\nsem colunas\r\ne mais nada\r\n", "text"),
        (b"\x01\x02\x03", "binary"),
    ],
)
def test_content_tells_the_kind(content: bytes, kind: str) -> None:
    assert sniff(content) == kind


@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("empty", "a.xml", "file_empty"),
        ("html", "a.xml", "xml_malformed"),
        ("html", "a.ofx", "file_type"),
        ("text", "a.zip", "zip_malformed"),
        ("executable", "nota.xml", "file_type"),
        ("zip", "a.xml", "zip_nested"),
        ("pdf", "a.xml", "file_type"),
    ],
)
def test_a_kind_without_reader_is_refused_with_a_remedy(kind: str, name: str, code: str) -> None:
    error = unreadable(kind, name)

    assert error.code == code
    assert error.message and error.remedy


def test_evidence_under_the_name_of_data_is_refused() -> None:
    with pytest.raises(ParseError) as refused:
        parse(b"\x89PNG\r\n", "extrato.CSV", options=Options(TODAY))

    assert refused.value.code == "file_type"
    assert ".csv" in refused.value.message


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet="<>/!-?[]&;OFXSTMRN \r\n").map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        parsed = parse(content, "arquivo", options=Options(TODAY))
    except ParseError as error:
        assert error.code and error.message
    else:
        assert parsed.parser


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Nota São João nº 1.xml", "Nota São João nº 1.xml"),
        ("../../etc/nota.xml", "nota.xml"),
        ("C:\\Users\\ana\\nota.xml", "nota.xml"),
        ("<b>nota</b>.xml", "<b>nota</b>.xml"),
        ("Sa\u0303o.xml", "Sa\u0303o.xml"),
        (" nota.xml ", "nota.xml"),
        ("nota\ud800.xml", "nota�.xml"),
        ("ã" * 1000 + ".xml", "ã" * 1000 + ".xml"),
    ],
)
def test_a_name_keeps_its_last_part_as_written(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept


@pytest.mark.parametrize("sent", ["", " ", ".", "..", "a/", "a\x00.xml", "a\r\nb.xml", "a" * 5000])
def test_a_name_that_says_nothing_is_refused(sent: str) -> None:
    with pytest.raises(ParseError) as refused:
        safe_name(sent)

    assert refused.value.code == "file_name"
