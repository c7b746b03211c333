"""Identifiers, money and text as people in Brazil write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conciliacontag.brazil import (
    clean_text,
    cnpj_root,
    company_name,
    fold,
    format_brl,
    format_cnpj,
    format_date,
    format_tax_id,
    is_cnpj,
    is_cpf,
    only_id,
)


def test_a_mask_is_taken_off_and_letters_stay() -> None:
    assert only_id("12.ABC.345/01DE-35") == "12ABC34501DE35"
    assert only_id("11.222.333/0001-81") == "11222333000181"
    assert only_id(" 529.982.247-25 ") == "52998224725"


@pytest.mark.parametrize("text", ["11222333000181", "12ABC34501DE35"])
def test_a_cnpj_may_hold_letters(text: str) -> None:
    assert is_cnpj(text)


@pytest.mark.parametrize(
    "text",
    [
        "11222333000182",
        "12ABC34501DE36",
        "12abc34501de35",
        "11111111111111",
        "00000000000000",
        "1222333000181",
        "11.222.333/0001-81",
        "１１222333000181",
        "",
    ],
)
def test_a_wrong_cnpj_is_told_apart(text: str) -> None:
    assert not is_cnpj(text)


def test_a_cpf_has_eleven_digits_and_two_check_digits() -> None:
    assert is_cpf("52998224725")
    assert not is_cpf("52998224726")
    assert not is_cpf("11111111111")
    assert not is_cpf("529.982.247-25")


def test_masks_are_put_on_only_where_they_fit() -> None:
    assert format_cnpj("12ABC34501DE35") == "12.ABC.345/01DE-35"
    assert format_tax_id("52998224725") == "529.982.247-25"
    assert format_tax_id("11222333000181") == "11.222.333/0001-81"
    assert format_tax_id("US-998877") == "US-998877"


def test_establishments_of_one_company_share_a_root() -> None:
    assert cnpj_root("11.222.333/0001-81") == cnpj_root("11222333000262") == "11222333"
    assert cnpj_root("52998224725") == ""


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1234.56", "R$ 1.234,56"),
        ("-1234.5", "-R$ 1.234,50"),
        ("0", "R$ 0,00"),
        ("-0.001", "R$ 0,00"),
        ("9999999999999.99", "R$ 9.999.999.999.999,99"),
    ],
)
def test_money_is_written_with_points_and_a_comma(amount: str, text: str) -> None:
    assert format_brl(Decimal(amount)) == text


def test_days_are_written_day_first() -> None:
    assert format_date(date(2026, 1, 2)) == "02/01/2026"


def test_folding_makes_texts_comparable() -> None:
    assert fold("  Padaria  São João\tLtda ") == "PADARIA SAO JOAO LTDA"
    assert fold("Sa\u0303o") == fold("SÃO") == "SAO"


def test_cleaning_drops_what_a_database_refuses() -> None:
    assert clean_text("a\x00b\x1b[31m\ud800c\td\r\n🍞") == "ab[31mc\td\r\n🍞"


@settings(max_examples=100)
@given(st.text(st.characters()))
def test_cleaned_text_can_always_be_stored(text: str) -> None:
    cleaned = clean_text(text)

    assert "\x00" not in cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Padaria São João Ltda. - ME", "PADARIA SAO JOAO"),
        ("INDÚSTRIAS BOREAL S/A", "INDUSTRIAS BOREAL"),
        ("Boreal S.A. & Cia", "BOREAL"),
        ("MARIA DA SILVA MELO", "MARIA DA SILVA MELO"),
        ("ROSA GOMES", "ROSA GOMES"),
        ("ME", "ME"),
        ("", ""),
    ],
)
def test_the_kind_of_company_leaves_a_name_as_a_whole_word_only(
    written: str, compared: str
) -> None:
    assert company_name(written) == compared
