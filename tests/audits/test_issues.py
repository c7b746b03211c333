"""What a person must look at in a row that a machine has read."""

import pytest

from audits.issues import OTHER, finder, repetition, severity_of
from audits.layouts import Definition, FieldRule, bind
from audits.shipped import OMR, SHIPPED

HEADER = ("file_id", "input_path", "output_path", "score", "matricula", "lingua", "q1", "q2")
ANSWER = FieldRule("q[0-9]+", "Q{numero}", values=tuple("ABCDE"))


def told(row: tuple[str, ...], definition: Definition = SHIPPED[OMR]) -> list[tuple[str, str]]:
    header = HEADER if definition is SHIPPED[OMR] else ("file_id", "matricula", "q1", "q2", "q3")
    return [(issue.code, issue.text) for issue in finder(bind(definition, header))(row)]


def omr(first: str, second: str = "A", *, score: str = "0") -> tuple[str, ...]:
    return ("f1.png", "in/f1.png", "out/f1.png", score, "123", "PT", first, second)


def test_two_marks_and_none_are_told_as_the_original_told_them() -> None:
    assert told(omr("AB", "")) == [("multi", "q1: AB"), ("blank", "q2: blank")]


@pytest.mark.parametrize(
    "value", ["", "UNMARKED", "multi", "?", "NA", "AC", "AA", "A1", "7", "F", "*"]
)
def test_whatever_is_not_one_letter_is_an_issue(value: str) -> None:
    assert len(told(omr(value))) == 1


@pytest.mark.parametrize("value", ["A", "e", " B "])
def test_one_letter_in_either_case_is_in_order(value: str) -> None:
    assert told(omr(value)) == []


@pytest.mark.parametrize(
    ("value", "code"),
    [("AC", "multi"), ("MULTIPLE", "multi"), ("", "blank"), ("EMPTY", "blank"), ("AA", "invalid"),
     ("F", "invalid"), ("INVALID", "invalid")],
)  # fmt: skip
def test_each_doubt_has_its_name(value: str, code: str) -> None:
    assert told(omr(value))[0][0] == code


def test_the_worst_doubt_of_a_card_counts() -> None:
    find = finder(bind(SHIPPED[OMR], HEADER))

    assert severity_of(find(omr("F", "AB"))) == 0
    assert severity_of(find(omr("", "F"))) == 1
    assert severity_of(find(omr("F"))) == 2
    assert severity_of(()) == OTHER


def test_the_empty_value_of_the_layout_is_blank_and_may_be_a_mere_notice() -> None:
    for blank, code in (("issue", "blank"), ("attention", "blank_attention")):
        rule = FieldRule("q[0-9]+", "Q", values=tuple("ABC"), empty="*", blank=blank)  # type: ignore[arg-type]
        found = told(("f", "1", "A", "*", "C"), Definition("p", "P", (rule,)))
        assert found == [(code, "q2: blank")]


def test_identifiers_that_are_cut_or_missing_are_told() -> None:
    rule = FieldRule("matricula", "Matrícula", role="identifier", digits=3)
    definition = Definition("p", "P", (rule, ANSWER))

    assert told(("f", "12", "A", "A", "A"), definition)[0][0] == "partial_identifier"
    assert told(("f", "", "A", "A", "A"), definition)[0][0] == "missing_identifier"
    assert told(("f", "123", "A", "A", "A"), definition) == []


def test_a_row_that_the_machine_gave_up_says_so_first() -> None:
    codes = [code for code, _ in told(omr("", "", score="NA"))]

    assert codes == ["processing_error", "blank", "blank"]


def test_a_name_that_repeats_is_a_doubt() -> None:
    assert repetition("a", 2).needs_a_person


def test_what_one_rule_takes_is_remembered_for_that_rule_alone() -> None:
    tens = FieldRule("q3", "Q3", pattern="[0-9]+0")
    find = finder(bind(Definition("p", "P", (tens, ANSWER)), ("file_id", "q1", "q3", "q2")))

    for _ in range(3):
        assert find(("f", "A", "10", "B")) == ()
        assert [one.text for one in find(("f", "10", "A", "F"))] == ["q1: 10", "q2: F", "q3: A"]


@pytest.mark.parametrize(
    ("rule", "value", "code"),
    [
        (FieldRule("q1", "Q", values=("Sim", "Não")), "Sim", None),
        (FieldRule("q1", "Q", values=("Sim", "Não")), "não", None),
        (FieldRule("q1", "Q", values=("Sim", "Não")), "talvez", "invalid"),
        (FieldRule("q1", "Q", values=("S", "NA")), "NA", None),
        (FieldRule("q1", "Q", pattern=".{1,40}"), "Invalid", "invalid"),
        (FieldRule("q1", "Q", pattern=".{1,40}"), "ilegível", "invalid"),
        (FieldRule("q1", "T", role="identifier", values=("T1", "T2")), "t1", None),
        (FieldRule("q1", "T", role="identifier", values=("T1", "T2")), "T3", "invalid"),
        (FieldRule("q1", "T", role="identifier", pattern="T[0-9]"), "9", "invalid"),
    ],
)
def test_what_an_own_layout_says_of_a_field_is_sought(
    rule: FieldRule, value: str, code: str | None
) -> None:
    unread = ("UNMARKED", "INVALID", "NA", "Ilegível")
    definition = Definition("p", "P", (rule, ANSWER), unread=unread)
    found = told(("f", "1", value, "A", "A"), definition)

    assert [one for one, _ in found] == ([code] if code else [])
