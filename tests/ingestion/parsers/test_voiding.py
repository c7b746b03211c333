"""Voided numbers explain gaps in a sequence, when the tax authority accepted them."""

from datetime import UTC, datetime

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed, Voiding
from tests.data.nfe import ISSUER, NAMESPACE, voiding
from tests.ingestion.parsers.test_nfe import TODAY


def read(content: bytes) -> Parsed:
    return parse(content, "inutilizacao.xml", options=Options(TODAY))


def only(content: bytes) -> Voiding:
    (found,) = read(content).voidings
    return found


def test_voided_numbers_are_read_whole() -> None:
    found = only(voiding(first=5, last=9))

    assert (found.issuer_tax_id, found.model, found.series, found.year) == (ISSUER, "55", "1", "26")
    assert (found.first, found.last, found.accepted) == (5, 9, True)
    assert found.protocol == "135260000000003"
    assert found.occurred_at == datetime(2026, 10, 22, 12, 0, tzinfo=UTC)
    assert read(voiding()).problems == ()


@pytest.mark.parametrize("status", ["102", "563"])
def test_numbers_voided_now_or_before_count(status: str) -> None:
    assert only(voiding(status=status)).accepted


def test_an_answer_alone_tells_the_numbers() -> None:
    text = voiding().decode()
    answer = text[text.index("<retInutNFe>") : text.index("</procInutNFe>")]
    found = only(answer.replace("<retInutNFe>", f'<retInutNFe xmlns="{NAMESPACE}">').encode())

    assert (found.first, found.last) == (5, 9)


@pytest.mark.parametrize("status", ["241", "256", ""])
def test_a_refused_voiding_is_informative_and_said(status: str) -> None:
    parsed = read(voiding(status=status))

    assert (parsed.voidings, parsed.informative, parsed.read) == ((), 1, 1)
    assert [(one.code, one.severity) for one in parsed.problems] == [("nfe_protocol", "warning")]


def test_a_voiding_of_the_test_environment_voids_nothing() -> None:
    content = voiding().replace(b"<ano>", b"<tpAmb>2</tpAmb><ano>")

    assert not only(content).accepted
    assert [one.code for one in read(content).problems] == ["nfe_test"]


def test_a_request_alone_voids_nothing() -> None:
    parsed = read(voiding(answer=False))

    assert (parsed.voidings, parsed.informative) == ((), 1)
    assert parsed.problems[0].code == "summary"


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("<nNFIni>5<", "<nNFIni>cinco<"),
        ("<nNFFin>9<", "<nNFFin>9999999999<"),
        ("<nNFFin>9<", "<nNFFin>3<"),
        (f"<CNPJ>{ISSUER}</CNPJ>", ""),
    ],
)
def test_numbers_that_cannot_be_read_are_refused(written: str, instead: str) -> None:
    parsed = read(voiding().replace(written.encode(), instead.encode()))

    assert (parsed.voidings, parsed.rejected, parsed.read) == ((), 1, 1)
    assert parsed.problems[0].code == "nfe_missing"


def test_freight_documents_void_numbers_the_same_way() -> None:
    found = only(voiding(family="CTe", first=7, last=7))

    assert (found.model, found.first, found.last) == ("57", 7, 7)
