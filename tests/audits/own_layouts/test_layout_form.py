"""What is typed into the form of a layout becomes a definition, and back."""

import json

import pytest
from msgspec.structs import asdict, replace

from audits.layout_checks import understood
from audits.layout_form import (
    LayoutForm,
    RuleForm,
    as_json,
    content_of,
    form_in,
    form_in_json,
    form_of,
    joined,
    split,
)
from audits.layouts import LayoutError
from audits.shipped import CONCILIATION, OMR, SHIPPED

OWN = [definition for key, definition in SHIPPED.items() if key != CONCILIATION]


def posted(form: LayoutForm) -> dict[str, str]:
    texts = {name: text for name, text in asdict(form).items() if name != "rules"}
    for place, rule in enumerate(form.rules):
        texts |= {f"field-{place}-{name}": text for name, text in asdict(rule).items()}
    return texts


@pytest.mark.parametrize("definition", OWN, ids=lambda one: one.key)
def test_a_definition_survives_the_form(definition: object) -> None:
    form = form_of(definition)  # type: ignore[arg-type]
    sent = form_in(posted(form))

    assert sent == form
    assert understood(content_of(sent), key=form.key, name=form.name) == definition


@pytest.mark.parametrize("definition", OWN, ids=lambda one: one.key)
def test_a_definition_survives_its_json(definition: object) -> None:
    form = form_of(definition)  # type: ignore[arg-type]

    assert form_in_json(as_json(definition), form) == form  # type: ignore[arg-type]


@pytest.mark.parametrize("values", [["A", "B"], ["1,5", "2"], ["1,5"], [], ["só um"]])
def test_lists_are_typed_with_commas_or_semicolons(values: list[str]) -> None:
    assert split(joined(values)) == values


def test_rows_are_added_removed_and_moved() -> None:
    form = form_of(SHIPPED[OMR])
    labels = [rule.label for rule in form.rules]

    assert form.with_row().rules[-1] == RuleForm()
    assert [rule.label for rule in form.without_row(0).rules] == labels[1:]
    assert [rule.label for rule in form.with_row_up(2).rules] == [labels[0], labels[2], labels[1]]
    assert form.with_row_up(0) == form.with_row_up(9) == form
    assert form.without_row(9) == form


def test_rows_keep_the_order_of_their_numbers() -> None:
    form = form_in({"field-10-columns": "b", "field-2-columns": "a", "field-x-columns": "c"})

    assert [rule.columns for rule in form.rules] == ["a", "b"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"failed": "score"}, "score=NA"),
        ({"failed": "=NA"}, "score=NA"),
        ({"rules": (RuleForm(digits="três"),)}, "dígitos"),
        ({"rules": (RuleForm(digits="-1"),)}, "dígitos"),
    ],
)
def test_what_is_no_number_or_pair_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(LayoutError, match=told):
        content_of(replace(LayoutForm(), **changes))


@pytest.mark.parametrize("text", ["{", "[]", '"x"', json.dumps({"fields": 3})])
def test_broken_json_is_refused(text: str) -> None:
    with pytest.raises(LayoutError):
        form_in_json(text, form_of(SHIPPED[OMR]))


def test_an_unknown_role_is_refused() -> None:
    form = replace(form_of(SHIPPED[OMR]), rules=(RuleForm("q", "Q", role="outro"),))
    with pytest.raises(LayoutError) as refused:
        understood(content_of(form), key=OMR)
    assert refused.value.code == "layout_malformed"
