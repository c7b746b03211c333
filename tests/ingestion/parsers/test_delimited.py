"""Delimited text in any dialect and encoding becomes rows with the lines they came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.parsers.delimited import decode, find_delimiter, has_columns, read_delimited
from ingestion.parsers.model import ParseError
from tests.data.tables import STATEMENT, as_csv


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_dialect_gives_the_same_rows(delimiter: str, encoding: str, end: str) -> None:
    grid = read_delimited(as_csv(STATEMENT, delimiter=delimiter, encoding=encoding, end=end))

    assert grid.rows == [list(row) for row in STATEMENT]
    assert grid.lines == [1, 2, 3]


def test_lines_are_those_of_the_file_also_below_blank_and_broken_ones() -> None:
    grid = read_delimited(b'sep=;\r\ndata;valor\r\n\r\n"a\r\nb";1\r\nc;2\r\n')

    assert grid.rows == [["data", "valor"], ["a\r\nb", "1"], ["c", "2"]]
    assert grid.lines == [2, 4, 6]


def test_amounts_with_commas_do_not_make_the_comma_a_delimiter() -> None:
    assert find_delimiter("valor;dia\n1,50;2\n1,70;3\n") == ";"
    assert find_delimiter("sem colunas\n") == ""


def test_a_quote_that_never_closes_names_its_line() -> None:
    with pytest.raises(ParseError) as refused:
        read_delimited(b'data;valor\r\n1;2\r\n3;"4\r\n5;6\r\n')

    assert (refused.value.code, refused.value.place) == ("csv_quote", "linha 3")


def test_a_quote_inside_a_value_is_a_character() -> None:
    assert read_delimited(b'a;b\r\nTV 50" SALA;1\r\n').rows[1] == ['TV 50" SALA', "1"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("café;ação\r\n".encode() + b"\xe2\x82;x", "text_encoding"),
        (b"\xff\xfea", "text_encoding"),
        (b"a;\x81\x8d\x8f", "text_encoding"),
        (b"a;b\x00\r\n", "text_control"),
    ],
)
def test_bytes_that_are_no_text_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(ParseError) as refused:
        decode(content)

    assert refused.value.code == code


def test_prose_has_no_columns() -> None:
    assert not has_columns("uma carta, apenas\nsem colunas\ne mais nada\n")
    assert has_columns("data;valor")


@given(st.binary(max_size=200))
def test_any_bytes_are_cut_or_refused(content: bytes) -> None:
    try:
        grid = read_delimited(content)
    except ParseError as error:
        assert error.code
    else:
        assert len(grid.rows) == len(grid.lines)
