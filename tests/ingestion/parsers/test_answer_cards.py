"""Answer cards: what OMRChecker wrote, and the exact rule of what a person must look at."""

from collections.abc import Sequence
from datetime import date

import pytest

from ingestion.parsers import parse
from ingestion.parsers.answer_cards import issue_of, read_cards
from ingestion.parsers.model import Options, Parsed, ParseError
from tests.data.tables import ANSWERS, STATEMENT, Rows, as_csv


def quoted(rows: Rows) -> bytes:
    return as_csv([[f'"{cell}"' for cell in row] for row in rows], delimiter=",", end="\n")


def read(*rows: Sequence[str]) -> Parsed:
    content = quoted((ANSWERS[0], *rows))
    return parse(content, "Results_05PM.csv", options=Options(date(2026, 11, 21)))


def test_a_card_keeps_what_was_read_and_its_issues() -> None:
    first, second = read_cards(quoted(ANSWERS))

    assert (first.file_id, first.line, first.score) == ("file1.png", 2, "0")
    assert first.identifiers == {"matricula": "123", "lingua": "PT"}
    assert first.answers == {"q1": "AB", "q2": ""}
    assert (first.image, first.marked_image) == ("file1.png", "file1.png")
    assert first.issues == ("q1: AB", "q2: blank")
    assert second.issues == ()


@pytest.mark.parametrize(
    "value", ["", "UNMARKED", "multi", "?", "NA", "AC", "AA", "A1", "7", "F", "*", "a b"]
)
def test_whatever_is_not_one_letter_from_a_to_e_is_an_issue(value: str) -> None:
    assert issue_of("q1", value) == f"q1: {value or 'blank'}"


@pytest.mark.parametrize("value", ["A", "e", " b "])
def test_one_letter_is_fine_in_either_case(value: str) -> None:
    assert issue_of("q1", value) == ""


def test_only_q_and_digits_is_a_question() -> None:
    rows = (("file_id", "input_path", "output_path", "score", "quantidade", "q1", "Q2", "questao"),)
    (card,) = read_cards(quoted((*rows, ("a", "", "", "NA", "3", "A", "B", "x"))))

    assert card.answers == {"q1": "A", "Q2": "B"}


def test_a_file_of_cards_books_nothing_and_asks_for_a_look() -> None:
    parsed = read(*ANSWERS[1:])
    (problem,) = parsed.problems

    assert (parsed.kind, parsed.parser, parsed.informative) == ("omr", "omr/1", 2)
    assert parsed.transactions == ()
    assert (problem.code, problem.severity, problem.place) == (
        "omr_issues",
        "warning",
        "linha 2 · q1",
    )
    assert "imagem" in problem.remedy


def test_lines_with_one_identity_are_two_cards_and_told() -> None:
    again = ("file2.png", "", "", "1", "125", "PT", "A", "C")
    parsed = read(ANSWERS[2], again)

    assert parsed.informative == 2
    assert [(one.code, one.place) for one in parsed.problems] == [
        ("omr_repeated", "linha 2"),
        ("omr_repeated", "linha 3"),
    ]
    assert [card.line for card in read_cards(quoted((ANSWERS[0], ANSWERS[2], again)))] == [2, 3]


def test_a_line_without_identity_is_told_and_is_no_card() -> None:
    nameless = ("", "in/x.png", "", "NA", "", "", "A", "A")

    assert [one.code for one in read(nameless).problems] == ["omr_nameless"]
    assert read(nameless).informative == 1
    assert read_cards(quoted((ANSWERS[0], nameless))) == ()


def test_another_table_has_no_cards() -> None:
    with pytest.raises(ParseError) as refused:
        read_cards(as_csv(STATEMENT))

    assert refused.value.code == "csv_header"
