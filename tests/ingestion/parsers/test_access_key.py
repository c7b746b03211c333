"""The 44 characters that identify a fiscal document."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.parsers import parse
from ingestion.parsers.access_key import check_digit, parse_access_key
from ingestion.parsers.model import Options, ParseError
from tests.data.nfe import access_key, authorized, event, old_cancellation, summary

LETTERS = "12ABC34501DE35"


def test_a_key_tells_who_when_and_which() -> None:
    key = parse_access_key(access_key(number=77))

    assert key.state == "35"
    assert key.month == date(2026, 10, 1)
    assert (key.issuer, key.model, key.series, key.number) == ("11222333000181", "55", 1, 77)


def test_letters_of_the_issuer_survive() -> None:
    assert parse_access_key(access_key(LETTERS)).issuer == LETTERS


def test_blanks_between_the_digits_do_not_matter() -> None:
    key = access_key()
    spaced = " ".join(key[start : start + 4] for start in range(0, 44, 4))

    assert parse_access_key(spaced) == parse_access_key(key)


@pytest.mark.parametrize("write", [authorized, event, summary, old_cancellation])
def test_a_key_is_kept_without_blanks_and_in_capitals(write: Callable[..., bytes]) -> None:
    key = access_key(LETTERS)
    spaced = " ".join(key[start : start + 4] for start in range(0, 44, 4)).lower()
    parsed = parse(write(key=spaced), "nota.xml", options=Options(date(2026, 11, 21)))
    kept = [one.key for one in parsed.documents] + [one.key for one in parsed.mentions]

    assert kept + [one.document_key for one in parsed.events] == [key]
    assert {one.fiscal_status for one in parsed.documents} <= {"authorized"}


@pytest.mark.parametrize(
    "text", ["", "0" * 44, "9" * 44, access_key()[:43], access_key() + "0", "A" + access_key()[1:]]
)
def test_another_shape_is_no_key(text: str) -> None:
    with pytest.raises(ParseError) as refusal:
        parse_access_key(text, place="infNFe/@Id")

    assert (refusal.value.code, refusal.value.place) == ("nfe_key", "infNFe/@Id")
    assert refusal.value.remedy


@settings(max_examples=100)
@given(st.integers(0, 42), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(position: int, step: int) -> None:
    key = access_key(number=123_456_789)
    wrong = f"{key[:position]}{(int(key[position]) + step) % 10}{key[position + 1 :]}"

    # Two remainders share the digit 0, so one digit in a while goes unnoticed by design.
    assert wrong[43] != check_digit(wrong[:43]) or check_digit(key[:43]) == "0"
