"""What was typed into the search box, in every way people write it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.search.query import Query, understand
from tests.data.identity import cnpj, cpf
from tests.data.nfe import access_key

KEY = access_key()
LETTERS = "12ABC34501DE35"


@pytest.mark.parametrize(
    "typed", [KEY, f" {KEY} ", " ".join(KEY[n : n + 4] for n in range(0, 44, 4))]
)
def test_a_key_is_found_however_it_was_copied(typed: str) -> None:
    assert understand(typed) == Query(key=KEY)


def test_a_national_service_note_has_fifty_digits() -> None:
    assert understand("3" * 50) == Query(key="3" * 50)


@pytest.mark.parametrize(
    ("typed", "bare"),
    [
        ("11.222.333/0001-81", "11222333000181"),
        ("11222333000181", "11222333000181"),
        ("12.abc.345/01DE-35", LETTERS),
        (LETTERS.lower(), LETTERS),
        ("529.982.247-25", "52998224725"),
    ],
)
def test_a_cnpj_or_cpf_needs_no_mask(typed: str, bare: str) -> None:
    assert understand(typed).tax_id == bare


@pytest.mark.parametrize("typed", ["11.222.333", "11222333", "12ABC345", "12.ABC.345"])
def test_eight_characters_are_the_root_of_a_company(typed: str) -> None:
    assert understand(typed).root == typed.replace(".", "")


@pytest.mark.parametrize("typed", ["PADARIAS", "mercado", "1234567"])
def test_a_word_is_no_root(typed: str) -> None:
    assert understand(typed).root == ""


@pytest.mark.parametrize(
    "typed",
    ["1.234,56", "1234.56", "1234,56", "R$ 1.234,56", "r$1.234,56", "-1.234,56", "- R$ 1.234,56"],
)
def test_an_amount_in_any_writing(typed: str) -> None:
    assert understand(typed).amount == Decimal("1234.56")


def test_a_bare_number_may_be_a_number_or_an_amount() -> None:
    query = understand("1.500")

    assert (query.number, query.amount) == ("1500", Decimal("1500.00"))
    assert understand("00042").number == "42"


@pytest.mark.parametrize("typed", ["05/10/2026", "5/10/26", "2026-10-05", "05.10.2026"])
def test_a_day_is_written_day_first(typed: str) -> None:
    assert understand(typed).day == date(2026, 10, 5)


@pytest.mark.parametrize("typed", ["31/02/2026", "13/13/2026", "2026-00-10"])
def test_a_day_that_no_calendar_has_is_none(typed: str) -> None:
    assert understand(typed).day is None


def test_words_are_folded_and_the_last_may_be_unfinished() -> None:
    query = understand("Padaria São Jo")

    assert (query.words, query.is_prefix) == (("padaria", "sao", "jo"), True)
    assert not understand("padaria ").is_prefix


def test_nothing_typed_finds_nothing() -> None:
    assert understand("   ").is_empty
    assert understand("—").is_empty


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_understood_somehow(typed: str) -> None:
    query = understand(typed)

    assert all(word.isascii() and word for word in query.words)
    assert len(query.words) <= 8


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 10**8 - 1), st.integers(1, 10**9 - 1).filter(lambda n: n % 111111111))
def test_every_valid_identifier_is_recognised(company: int, individual: int) -> None:
    for bare in (cnpj(company), cpf(individual)):
        assert understand(bare).tax_id == bare
