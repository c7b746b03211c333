"""A working copy differs from its original in the CFOP, the signature and a comment."""

import pytest
from lxml import etree

from ingestion.working_copies import working_copy

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
SIGNATURE = (
    b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>x</SignedInfo></Signature>'
)


def note(*codes: str, head: bytes = HEAD, signature: bytes = SIGNATURE) -> bytes:
    items = "".join(f"<det><prod><CFOP>{code}</CFOP></prod></det>" for code in codes)
    name = "<xNome>AÇAÍ &amp; CIA</xNome>".encode()
    return head + b"<NFe><infNFe>" + name + items.encode() + b"</infNFe>" + signature + b"</NFe>"


def test_every_item_has_the_new_code_and_nothing_else_changes() -> None:
    copy = working_copy(note("5102", "5405"), "1102")

    assert copy is not None
    plain = note("1102", "1102", signature=b"")
    start = len(HEAD)
    comment = copy[start : copy.index(b"-->") + 3]
    assert copy == plain[:start] + comment + plain[start:]
    assert b"1102" in comment and comment.startswith(b"<!--")


@pytest.mark.parametrize("head", [b"", HEAD, b"\xef\xbb\xbf" + HEAD, b"\n" + HEAD])
def test_it_is_still_xml_and_says_that_it_is_a_copy(head: bytes) -> None:
    copy = working_copy(note("5102", head=head), "1556")

    assert copy is not None
    root = etree.fromstring(copy.lstrip())
    assert root.findtext(".//CFOP") == "1556"
    assert root.find("{*}Signature") is None
    assert b"Copia de trabalho" in copy


def test_names_with_a_prefix_are_understood() -> None:
    said = b'<n:NFe xmlns:n="x"><n:CFOP> 5102 </n:CFOP><ds:Signature a="1"></ds:Signature></n:NFe>'
    copy = working_copy(said, "2102")

    assert copy is not None
    assert b"<n:CFOP> 2102 </n:CFOP></n:NFe>" in copy


@pytest.mark.parametrize("content", [note("1102"), b"<CompNfse></CompNfse>", b"", b"\x00PDF"])
def test_what_says_no_other_code_has_no_copy(content: bytes) -> None:
    assert working_copy(content, "1102") is None


def test_a_signature_that_never_ends_takes_no_time() -> None:
    content = b"<CFOP>5102</CFOP>" + b"<Signature " * 20_000

    copy = working_copy(content, "1102")

    assert copy is not None and copy.count(b"<Signature ") == 20_000
