"""How corrections find their cells, and what they refuse."""

import io
from collections.abc import Mapping

import pytest

from audits.corrections import (
    CorrectionError,
    Dialect,
    apply_corrections,
    read_dialect,
    read_records,
)

OMR = (
    b'"file_id","score","matricula","q1","q2"\n'
    b'"a.png","0","123","AB",""\n'
    b'"b.png","8","124","A","C"\n'
    b'"a.png","7","125","B","*"\n'
)


def corrected(content: bytes, corrections: Mapping[int, Mapping[str, str]]) -> bytes:
    return b"".join(apply_corrections(io.BytesIO(content), corrections))


def refusal(content: bytes, corrections: Mapping[int, Mapping[str, str]]) -> CorrectionError:
    with pytest.raises(CorrectionError) as caught:
        corrected(content, corrections)
    return caught.value


def test_three_rows_two_corrected_cells() -> None:
    after = corrected(OMR, {1: {"q1": "A", "q2": "D"}})

    assert after == OMR.replace(b'"AB",""', b'"A","D"')


def test_rows_of_equal_file_id_are_told_apart() -> None:
    after = corrected(OMR, {3: {"q2": "E"}})

    assert after == OMR.replace(b'"*"', b'"E"')


def test_the_same_value_again_leaves_the_bytes() -> None:
    content = b'id,q1\nx,"A"\ny,A\n'

    assert corrected(content, {1: {"q1": "A"}, 2: {"q1": "A"}}) == content


def test_a_bare_cell_is_quoted_only_when_it_must() -> None:
    content = b"id;nota\r\n1;abc\r\n2;abc\r\n"

    after = corrected(content, {1: {"nota": "a,b"}, 2: {"nota": 'a;"b"'}})

    assert after == b'id;nota\r\n1;a,b\r\n2;"a;""b"""\r\n'


def test_an_emptied_cell_keeps_its_style_and_its_record() -> None:
    assert corrected(b'a,b\n"x",y\n', {1: {"a": "", "b": ""}}) == b'a,b\n"",\n'
    assert corrected(b"a\nx\ny\n", {1: {"a": ""}}) == b'a\n""\ny\n'


def test_a_record_over_many_lines_counts_once() -> None:
    content = b'id,obs\n1,"um\ndois\n"\n2,x\n'

    assert corrected(content, {2: {"obs": "y"}}) == content.replace(b"2,x", b"2,y")
    assert [(r.number, r.line) for r in read_records([content])] == [(0, 1), (1, 2), (2, 5)]


def test_the_byte_order_mark_stays_and_is_no_part_of_the_first_name() -> None:
    content = b'\xef\xbb\xbf"id","q1"\r\n"1","A"\r\n'

    assert corrected(content, {1: {"id": "2"}}) == content.replace(b'"1"', b'"2"')
    assert next(read_records([content])).cells == ("id", "q1")


@pytest.mark.parametrize(
    ("head", "dialect"),
    [
        (b'"a","b;c;d"\n', Dialect(",", '"', "utf-8", "\n")),
        ("título;ação\r\n".encode("cp1252"), Dialect(";", '"', "cp1252", "\r\n")),
        (b"\xef\xbb\xbfa\tb\n", Dialect("\t", '"', "utf-8-sig", "\n")),
        ("é|b\r".encode(), Dialect("|", '"', "utf-8", "\r")),
        (b"'a','b'\n", Dialect(",", "'", "utf-8", "\n")),
        ("a;ç".encode()[:-1], Dialect(";", '"', "utf-8", "\n")),
        (b'"a\nb";c\r\n', Dialect(";", '"', "utf-8", "\r\n")),
    ],
)
def test_the_dialect_is_read_from_the_header(head: bytes, dialect: Dialect) -> None:
    assert read_dialect(head) == dialect


def test_cp1252_values_are_written_in_cp1252() -> None:
    content = "código;situação\n1;não\n".encode("cp1252")

    after = corrected(content, {1: {"situação": "pendência"}})

    assert after == "código;situação\n1;pendência\n".encode("cp1252")


def test_a_value_outside_the_encoding_is_refused() -> None:
    error = refusal("código;q1\n1;não\n".encode("cp1252"), {1: {"q1": "→"}})

    assert error.code == "csv_encoding"
    assert "“→”" in error.message
    assert "cp1252" in error.message


def test_an_unknown_column_is_named_before_anything_is_written() -> None:
    stream = apply_corrections([OMR], {1: {"q99": "A"}})

    with pytest.raises(CorrectionError, match="q99") as caught:
        next(stream)
    assert caught.value.code == "csv_column_unknown"


def test_a_repeated_column_is_refused_only_when_corrected() -> None:
    content = b"id,q1,q1\n1,A,B\n"

    assert refusal(content, {1: {"q1": "C"}}).code == "csv_column_repeated"
    assert corrected(content, {1: {"id": "2"}}) == b"id,q1,q1\n2,A,B\n"


@pytest.mark.parametrize("number", [0, -1, 4])
def test_a_record_outside_the_file_is_refused(number: int) -> None:
    error = refusal(OMR, {number: {"q1": "A"}})

    assert error.code == "csv_record_missing"
    assert f"registro {number}" in error.message


def test_a_ragged_record_is_refused_only_where_corrected() -> None:
    content = b"id,q1\n1,A\n2\n3,C,D\n"

    assert corrected(content, {1: {"q1": "B"}}) == content.replace(b"1,A", b"1,B")
    assert refusal(content, {3: {"q1": "B"}}).code == "csv_record_ragged"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_empty"),
        (b"\n\r\n", "csv_empty"),
        ("a,b\n".encode("utf-16"), "csv_encoding"),
        (b"a,b\n1,\xe9\x81\n", "csv_encoding"),
    ],
)
def test_an_unreadable_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(CorrectionError) as caught:
        list(read_records([content]))
    assert caught.value.code == code
