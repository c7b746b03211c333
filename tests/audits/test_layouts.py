"""A definition in general, bound to the columns of one file."""

import pytest
from msgspec import to_builtins

from audits.layouts import (
    UNMARKED,
    Blank,
    Definition,
    FieldRule,
    LayoutError,
    bind,
    check_corrections,
    read_definition,
)
from audits.shipped import OMR, SHIPPED, conciliation
from conciliacontag.errors import InvalidInput

HEADER = ("file_id", "input_path", "output_path", "score", "matricula", "lingua", "q1", "q2")
STARRED = Definition(
    "provas", "Provas", (FieldRule("q[0-9]+", "Q{numero}", values=("A", "B"), empty="*"),)
)


def test_only_declared_columns_are_fields() -> None:
    layout = bind(SHIPPED[OMR], (*HEADER, "quantidade", "q10", "Q3"))

    assert [field.name for field in layout.fields] == [
        "matricula",
        "lingua",
        "q1",
        "q2",
        "q10",
        "Q3",
    ]
    assert layout.field("quantidade") is None
    assert layout.label("q10") == "Questão 10"
    assert layout.label("input_path") == "Input path"


@pytest.mark.parametrize(
    ("header", "code", "named"),
    [
        (("file_id", "q1"), "layout_columns", "input_path, output_path, score"),
        (("q1",), "layout_columns", "”: file_id, input_path, output_path, score."),
        (HEADER[:6], "layout_no_field", "Cartão-resposta"),
        ((*HEADER, "q2"), "layout_columns", "q2"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(
    header: tuple[str, ...], code: str, named: str
) -> None:
    with pytest.raises(LayoutError) as refused:
        bind(SHIPPED[OMR], header)

    assert refused.value.code == code
    assert named in refused.value.message


@pytest.mark.parametrize("value", ["F", "AB", "1", "INVALID", "X", "a", " A"])
def test_an_answer_is_one_capital_letter(value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_corrections(bind(SHIPPED[OMR], HEADER), {"q1": value})

    assert refused.value.code == "invalid_correction"
    assert "invalid" in refused.value.message
    assert refused.value.details["fields"]["q1"][0]["code"] == "invalid"


def test_what_people_say_becomes_what_the_file_says() -> None:
    omr, starred = bind(SHIPPED[OMR], HEADER), bind(STARRED, ("file_id", "q1"))

    assert check_corrections(omr, {"q1": "A", "q2": UNMARKED}) == {"q1": "A", "q2": ""}
    assert check_corrections(omr, {"q1": "", "q2": "MULTI"}) == {"q1": None, "q2": "MULTI"}
    assert check_corrections(starred, {"q1": UNMARKED}) == {"q1": "*"}


@pytest.mark.parametrize("blank", ["issue", "attention", "fine"])
def test_a_field_of_any_kind_can_be_marked_blank(blank: Blank) -> None:
    rule = FieldRule("juros", "Juros", pattern="[0-9]+", blank=blank, empty="-")
    layout = bind(Definition("b", "B", (rule,)), ("file_id", "juros"))

    assert check_corrections(layout, {"juros": UNMARKED}) == {"juros": "-"}


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_corrections(bind(SHIPPED[OMR], HEADER), {"q99": "A", "q1": "B"})

    assert "q99" in refused.value.message
    assert list(refused.value.details["fields"]) == ["q99"]


def test_every_shipped_definition_survives_the_database() -> None:
    for definition in SHIPPED.values():
        assert read_definition(to_builtins(definition)) == definition
    assert conciliation().field("debito") is not None


@pytest.mark.parametrize(
    "broken",
    [
        {"key": "x"},
        {"key": "x", "name": "X", "fields": [{"columns": "q[", "label": "Q"}]},
        {"key": "x", "name": "X", "fields": [{"columns": "q", "label": "Q", "role": "value"}]},
        {"key": "x", "name": "X", "fields": [{"columns": "q", "label": "Q", "colour": "red"}]},
    ],
)
def test_a_broken_definition_says_where(broken: object) -> None:
    with pytest.raises(LayoutError) as refused:
        read_definition(broken)

    assert refused.value.code == "layout_malformed"
    assert "Object" not in refused.value.message
