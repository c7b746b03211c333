"""XML from strangers is refused with the right reason, and reaches neither disk nor network."""

import pytest

from ingestion.parsers.model import ParseError
from ingestion.parsers.xml import LONG, load_xml


def refusal(content: bytes) -> ParseError:
    with pytest.raises(ParseError) as refused:
        load_xml(content)
    return refused.value


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?><!-- x --><!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY nunca "x">]><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
    ],
)
def test_a_document_type_is_refused_wherever_it_stands(content: bytes) -> None:
    assert refusal(content).code == "xml_dtd"


def test_words_that_look_like_a_document_type_are_only_text() -> None:
    assert load_xml(b"<a><![CDATA[<!DOCTYPE html>]]></a>").text == "<!DOCTYPE html>"


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0" encoding="x-klingon"?><a/>',
        b'<?xml version="1.0" encoding="utf-16"?><a/>',
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        "<a>PÃO</a>".encode("latin-1"),
        b"<a>\xed\xa0\x80</a>",
    ],
)
def test_an_encoding_that_contradicts_the_bytes_is_refused(content: bytes) -> None:
    assert refusal(content).code == "xml_encoding"


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_a_true_encoding_is_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>PÃO</a>'

    assert load_xml(text.encode(encoding)).text == "PÃO"


@pytest.mark.parametrize(
    "content", [b"<a>", b"<a></b>", b"<a/><a/>", b"\r\n<?xml version='1.0'?><a/>"]
)
def test_broken_markup_is_refused_with_its_place(content: bytes) -> None:
    error = refusal(content)

    assert error.code == "xml_malformed"
    assert error.place.startswith("linha ")


def test_depth_and_length_have_limits() -> None:
    assert refusal(b"<a>" * 5000 + b"</a>" * 5000).code == "xml_too_deep"
    assert refusal(b"<a>" + b"x" * (LONG + 1) + b"</a>").code == "xml_too_long"
    assert refusal(b'<a b="' + b"x" * (LONG + 1) + b'"/>').code == "xml_too_long"
    attributes = " ".join(f'a{number}="xxxxxxxxxx"' for number in range(9000))
    assert refusal(f"<a {attributes}/>".encode()).code == "xml_too_long"


def test_a_long_document_of_short_values_is_read() -> None:
    assert len(load_xml(b"<a>" + b"<b>1</b>" * 20_000 + b"</a>")) == 20_000


def test_comments_inside_a_value_do_not_cut_it() -> None:
    assert load_xml(b"<a>1<!-- x -->234.<?x y?>56</a>").text == "1234.56"
