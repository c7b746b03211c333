"""PDF files of public repositories: keys, boletos, scanned and protected pages.

The folder is named by SAMPLES_DIR.
"""

from pathlib import Path

import pytest

from ingestion.parsers import parse
from ingestion.parsers.access_key import check_digit
from ingestion.parsers.model import Parsed, ParseError
from ingestion.parsers.pdf_pages import render_page
from tests.ingestion.parsers.samples import EXPECTED, OPTIONS, content, files, needs_samples

pytestmark = needs_samples

PROTECTED = "pdf/syn_danfe_senha_1234.pdf"
READABLE = [file for file in files("pdf/") if file != PROTECTED]
DANFES = ["pdf/engenere__danfe_default.pdf", "pdf/engenere__danfe_multipage_landscape.pdf"]


def read(file: str) -> Parsed:
    return parse(content(file), Path(file).name, options=OPTIONS)


@pytest.mark.parametrize("file", READABLE)
def test_each_page_is_read_and_shown(file: str) -> None:
    parsed = read(file)
    expected = EXPECTED[file]

    assert (parsed.kind, parsed.read) == ("pdf", 1 + len(parsed.mentions))
    assert len(parsed.pages) == int(expected.get("pages", len(parsed.pages)))
    if "text_chars" in expected:
        assert sum(len(page.text) for page in parsed.pages) == int(expected["text_chars"])
    assert render_page(content(file), len(parsed.pages)).startswith(b"\x89PNG")


@pytest.mark.parametrize("file", DANFES)
def test_the_key_of_a_danfe_is_found(file: str) -> None:
    (told,) = read(file).mentions
    printed = " ".join(told.key[place : place + 4] for place in range(0, 44, 4))

    assert any(printed in page.text for page in read(file).pages)
    assert (told.doc_type, told.told_by) == ("nfe", "danfe")


def test_the_key_of_the_dacte_is_left_for_its_wrong_digit() -> None:
    parsed = read("pdf/engenere__dacte_default.pdf")
    words = parsed.pages[0].text.split()
    (printed,) = [
        word for word in words if len(word) == 44 and word.isdigit() and word[20:22] == "57"
    ]

    assert check_digit(printed[:43]) != printed[43]
    assert parsed.mentions == ()


def test_both_boletos_are_told() -> None:
    parsed = read("pdf/oca__boleto_teste_itau400.pdf")
    told = [(one.place, one.message.partition(":")[0]) for one in parsed.problems]

    assert told == [
        ("página 1", "O PDF traz um boleto de R$ 300,00, com vencimento em 06/08/2021"),
        ("página 2", "O PDF traz um boleto de R$ 700,00, com vencimento em 30/09/2021"),
    ]


def test_a_scanned_page_needs_a_person() -> None:
    (problem,) = read("pdf/syn_danfe_escaneado.pdf").problems

    assert (problem.code, problem.severity, problem.place) == ("pdf_text", "warning", "página 1")


def test_a_protected_pdf_is_refused() -> None:
    with pytest.raises(ParseError) as refused:
        read(PROTECTED)

    assert refused.value.code == "pdf_encrypted"
