"""What a person says of columns becomes a layout that is checked like any other."""

import pytest

from audits.column_mapping import Said, definition_of, guess, key_of
from audits.layout_checks import understood
from audits.layouts import bind
from conciliacontag.errors import InvalidInput


def test_names_of_columns_suggest_their_roles() -> None:
    header = ("Aluno", "codigo", "input_path", "q1", "q12", "quantidade")

    assert guess(header) == {0: "identifier", 1: "card", 2: "image", 3: "answer", 4: "answer"}
    assert guess(("chave", "x")) == {0: "card"}


def test_hundreds_of_columns_make_a_layout_that_may_be_saved() -> None:
    header = ("id", *(f"pergunta (número {number})" for number in range(390)))
    roles = {0: "card"} | dict.fromkeys(range(1, 391), "answer")
    definition = definition_of(Said("Prova Única, 2026", roles, "S; N"), header)

    assert understood(definition, key=definition.key) == definition
    assert len(bind(definition, header).fields) == 390
    assert definition.fields[0].values == ("S", "N")


def test_a_column_with_the_signs_of_expressions_is_only_itself() -> None:
    definition = definition_of(Said("x", {0: "card", 1: "answer"}), ("id", "a.*|b"))

    assert [field.name for field in bind(definition, ("id", "a.*|b", "abc")).fields] == ["a.*|b"]


@pytest.mark.parametrize(
    ("name", "key"),
    [("Chamada Única", "chamada-unica"), ("--É--", "e"), ("?!", ""), ("a" * 60, "a" * 40)],
)
def test_a_name_gives_a_key(name: str, key: str) -> None:
    assert key_of(name) == key


def test_everything_that_lacks_is_told_at_once() -> None:
    values = ",".join(map(str, range(51)))
    with pytest.raises(InvalidInput) as refused:
        definition_of(Said("extrato", {}, values), ("a", "b"))

    assert set(refused.value.details["fields"]) == {"name", "columns", "values"}
