"""A PDF gives its text page by page, the keys and boletos it prints, and pages as pictures."""

import struct
from datetime import date

import pytest

from ingestion.parsers import parse, pdf_pages
from ingestion.parsers import pdf as pdf_reader
from ingestion.parsers.access_key import modulo_11
from ingestion.parsers.model import Options, Parsed, ParseError
from ingestion.parsers.pdf_pages import render_page
from tests.data.nfe import ISSUER, access_key
from tests.data.nfse import note_key
from tests.data.pdfs import PICTURE, pdf, text_page

TODAY = date(2026, 11, 21)
KEY = access_key(number=77)
LINE = "34191.75009 00000.178517 51501.600004 1 87040000030000"


def read(content: bytes) -> Parsed:
    return parse(content, "a.pdf", options=Options(TODAY))


def refusal(content: bytes) -> str:
    with pytest.raises(ParseError) as refused:
        read(content)
    assert refused.value.remedy
    return refused.value.code


def in_groups(key: str) -> str:
    return " ".join(key[place : place + 4] for place in range(0, 44, 4))


def test_the_text_of_each_page_is_kept() -> None:
    parsed = read(pdf([text_page("Extrato de outubro", "Saldo 1.234,56"), text_page("Página 2")]))

    assert [page.number for page in parsed.pages] == [1, 2]
    assert parsed.pages[0].text.split("\n") == ["Extrato de outubro", "Saldo 1.234,56"]
    assert (parsed.kind, parsed.informative, parsed.read, parsed.problems) == ("pdf", 1, 1, ())


@pytest.mark.parametrize("printed", [KEY, in_groups(KEY), f"CHAVE: {in_groups(KEY)}", f"1 {KEY} 2"])
def test_an_access_key_becomes_a_mention(printed: str) -> None:
    parsed = read(pdf([text_page("DANFE", printed), text_page(printed)]))
    (told,) = parsed.mentions

    assert (told.natural_key, told.doc_type, told.told_by) == (KEY, "nfe", "danfe")
    assert (told.series, told.number, told.issuer_tax_id) == ("1", "77", ISSUER)
    assert parsed.read == 2


def test_a_key_that_wraps_into_the_next_line_is_found() -> None:
    words = in_groups(KEY).split()
    parsed = read(pdf([text_page(" ".join(words[:6]), " ".join(words[6:]))]))

    assert [told.key for told in parsed.mentions] == [KEY]


@pytest.mark.parametrize("text", [KEY[:-1] + str((int(KEY[-1]) + 1) % 10), "9" + KEY, KEY + "5"])
def test_other_long_numbers_are_no_keys(text: str) -> None:
    assert read(pdf([text_page(text)])).mentions == ()


def test_the_issuer_of_a_key_is_not_the_tax_office() -> None:
    office, person = access_key(series=890), access_key(issuer="52998224725", series=920)
    parsed = read(pdf([text_page(office, person, access_key(model="57"))]))

    assert [told.issuer_tax_id for told in parsed.mentions] == ["", "52998224725", ISSUER]
    assert [told.doc_type for told in parsed.mentions] == ["nfe", "nfe", "cte"]


@pytest.mark.parametrize("issuer", [ISSUER, "00052998224725"])
def test_the_key_of_a_service_note_is_found_as_well(issuer: str) -> None:
    kind = "2" if issuer == ISSUER else "1"
    body = note_key(31)[:8] + kind + issuer + note_key(31)[23:49]
    key = body + modulo_11(body)
    wrong = body + str((int(key[-1]) + 1) % 10)
    (told,) = read(pdf([text_page("DANFSe", key, wrong, KEY[:43])])).mentions

    assert (told.natural_key, told.doc_type, told.number) == (key, "nfse", "31")
    assert told.issuer_tax_id == issuer.removeprefix("000")


def test_a_boleto_is_told_once_with_amount_and_due_date() -> None:
    parsed = read(pdf([text_page(LINE, LINE)]))
    (told,) = parsed.problems

    assert (told.code, told.severity, told.place) == ("pdf_boleto", "info", "página 1")
    assert "R$ 300,00, com vencimento em 06/08/2021" in told.message


def test_a_page_without_text_needs_a_person() -> None:
    mixed = read(pdf([text_page("texto"), PICTURE, b""]))
    empty = read(pdf([b""]))

    assert [(p.code, p.place) for p in mixed.problems] == [("pdf_text", "página 2")]
    assert [(p.code, p.severity) for p in empty.problems] == [("pdf_text", "warning")]


def test_what_runs_commands_is_refused() -> None:
    script = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"

    assert refusal(pdf([text_page("a")], catalog=script)) == "pdf_active"
    assert refusal(pdf([text_page("a")], catalog=b"/OpenAction << /S /Launch >>")) == "pdf_active"


def test_a_damaged_pdf_is_refused() -> None:
    whole = pdf([text_page("a")])

    assert refusal(whole[:300]) == refusal(b"%PDF-1.4\n%%EOF") == "pdf_malformed"
    assert refusal(pdf([])) == "pdf_pages"


def test_beyond_the_limits_the_rest_is_left_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_reader, "MOST_PAGES", 2)
    monkeypatch.setattr(pdf_pages, "LONGEST_PAGE", 3)
    monkeypatch.setattr(pdf_reader, "LONGEST_PAGE", 3)
    parsed = read(pdf([text_page("abcdef"), text_page("a"), text_page("b")]))

    assert [page.text for page in parsed.pages] == ["abc", "a"]
    assert {(p.code, p.place) for p in parsed.problems} == {
        ("pdf_too_long", "página 1"),
        ("pdf_too_long", "página 3"),
    }


def test_a_page_is_rendered_as_a_picture_of_sane_size() -> None:
    wide = pdf([text_page("a")]).replace(b"595 842", b"9595 42")
    for content, expected in ((pdf([text_page("a")]), (1190, 1684)), (wide, (2000, 9))):
        picture = render_page(content, 1)
        assert picture.startswith(b"\x89PNG")
        assert struct.unpack(">II", picture[16:24]) == expected


@pytest.mark.parametrize("number", [0, 2])
def test_a_page_that_does_not_exist_is_refused(number: int) -> None:
    with pytest.raises(ParseError) as refused:
        render_page(pdf([text_page("a")]), number)

    assert refused.value.code == "pdf_pages"


def test_a_picture_is_kept_as_evidence() -> None:
    parsed = parse(b"\x89PNG\r\n\x1a\n", "folha.png", options=Options(TODAY))

    assert (parsed.kind, parsed.informative, parsed.read) == ("image", 1, 1)
    assert [problem.severity for problem in parsed.problems] == ["info"]
