"""JSON that other readers let through or choke on is refused by name."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from conciliacontag.api.parsers import JSONRefused, read_json


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json_malformed"),
        (b"{", "json_malformed"),
        (b"{'a': 1}", "json_malformed"),
        (b'{"a": 1,}', "json_malformed"),
        (b"\xff\xfe{\x00}\x00", "text_encoding"),
        (b'"\xc3"', "text_encoding"),
        (b'{"a": NaN}', "json_number"),
        (b"[Infinity]", "json_number"),
        (b"-Infinity", "json_number"),
        (b"9" * 5000, "json_number"),
        (b"1e999999999", "json_number"),
        (b"1." + b"9" * 5000, "json_number"),
        (b'{"a": 1, "a": 2}', "json_repeated"),
        (b'{"x": {"a": 1, "\\u0061": 2}}', "json_repeated"),
        (b"[" * 100_000, "json_deep"),
        (b'{"a":' * 51 + b"1" + b"}" * 51, "json_deep"),
        (b'{"a": "\\u0000"}', "text_control"),
        (b'{"a": ["\\ud800"]}', "text_control"),
        (b'{"a\\u0007": 1}', "text_control"),
    ],
)
def test_what_cannot_be_used_is_named(body: bytes, code: str) -> None:
    with pytest.raises(JSONRefused) as refused:
        read_json(body)

    assert refused.value.code == code
    assert refused.value.status == 400


def test_the_place_of_an_error_is_told() -> None:
    with pytest.raises(JSONRefused, match="linha 2, coluna 6"):
        read_json(b'{\n"a": x}')
    with pytest.raises(JSONRefused, match=r"lines\[1\]\.note"):
        read_json(b'{"lines": [{}, {"note": "\\u0000"}]}')


def test_numbers_with_a_point_are_exact() -> None:
    assert read_json(b"[0.1, 1500.00, 12]") == [Decimal("0.1"), Decimal("1500.00"), 12]


def test_fifty_levels_and_brackets_inside_text_are_fine() -> None:
    assert read_json(b"[" * 50 + b"]" * 50)
    assert read_json(b'["' + b"[" * 200 + b'"]') == ["[" * 200]
    assert read_json('\ufeff{"ação": "çãé 😀\\n"}'.encode()) == {"ação": "çãé 😀\n"}


@given(some.binary() | some.text().map(str.encode))
def test_anything_is_read_or_refused(body: bytes) -> None:
    try:
        read_json(body)
    except JSONRefused as refused:
        assert refused.code
