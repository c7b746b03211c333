"""What a bank line cites: keys, numbers, CNPJ and CPF, and where they stand."""

import pytest

from reconciliation.engine.mentions import read_mentions
from tests.data.engine_rows import AURORA, KEY, PERSON


@pytest.mark.parametrize(
    "text",
    ["11.222.333/0001-81", "11222333000181", "11.222.333 0001-81", "PIX 11.222.333/0001-81 OK"],
)
def test_cnpj_is_read_in_every_usual_writing(text: str) -> None:
    found = read_mentions(text, "")

    assert set(found.tax_ids) == {AURORA}
    assert set(found.roots) == {"11222333"}
    assert not found.numbers


def test_cnpj_with_letters_is_read() -> None:
    assert set(read_mentions("12.ABC.345/01DE-35", "").tax_ids) == {"12ABC34501DE35"}


def test_whole_identifiers_without_mask_are_read_behind_their_name() -> None:
    assert set(read_mentions("CNPJ 12ABC34501DE35", "").tax_ids) == {"12ABC34501DE35"}


@pytest.mark.parametrize("text", ["11.222.333", "PIX 11222333", "NF 5 11.222.333 OK"])
def test_root_is_read_in_short_texts(text: str) -> None:
    assert set(read_mentions(text, "").roots) == {"11222333"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1.234", {"1234"}),
        ("1.234.567", {"1234567"}),
        ("1.234.5678", {"1234", "5678"}),
        ("1234567890123456", set()),  # too long for a note
        ("000", set()),
        ("A12B34", {"12", "34"}),
    ],
)
def test_numbers_end_where_their_digits_end(text: str, numbers: set[str]) -> None:
    assert set(read_mentions(text, "").numbers) == numbers


def test_key_is_read_with_and_without_blanks() -> None:
    spaced = " ".join(KEY[place : place + 4] for place in range(0, 44, 4))

    assert set(read_mentions(KEY, "").keys) == {KEY}
    assert set(read_mentions(f"NFE {spaced}", "").keys) == {KEY}
    assert not read_mentions(KEY, "").numbers


@pytest.mark.parametrize(
    "text", ["NF 1234", "NFE 000001234", "NF-e: 1.234", "PGTO NF1234/2", "NOTA FISCAL Nº 1234"]
)
def test_labelled_number_is_sure_and_cited(text: str) -> None:
    found = read_mentions(text, "")

    assert found.numbers["1234"].sure
    assert found.cited_note == found.numbers["1234"]


def test_short_numbers_years_dates_and_amounts_are_not_sure_numbers() -> None:
    found = read_mentions("PARC 12 DE 2025 EM 05/10/2026 COMP 10/2026 VALOR 1.234,56", "")

    assert set(found.numbers) == {"12", "2025"}
    assert not any(mention.sure for mention in found.numbers.values())


def test_short_number_with_label_is_sure() -> None:
    assert read_mentions("NF 12", "").numbers["12"].sure


def test_masked_cpf_leaves_its_middle() -> None:
    found = read_mentions("", "***.982.247-**")

    assert found.roots["***982247"].place == "favorecido 1–14"
    assert not found.numbers


def test_telephone_is_not_a_sure_cpf() -> None:
    found = read_mentions(f"FONE 11987654321 CPF 529.982.247-25 {PERSON}", "")

    assert not found.tax_ids["11987654321"].sure
    assert found.tax_ids[PERSON].sure


def test_places_count_from_one() -> None:
    assert read_mentions("PGTO NF 1234", "").numbers["1234"].place == "histórico 6–12"
