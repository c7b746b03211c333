"""A condition as a person reads it: every question a sentence, every group told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.rules.conditions import read_condition
from reconciliation.rules.form import EXAMPLES, VERBS
from reconciliation.rules.grammar import NAMES
from reconciliation.rules.in_words import Group, spelled, told_condition
from reconciliation.rules.refusals import ConditionRefused

SAID = {
    'not transaction_credit and "TARIFA" in transaction_memo': (
        "o dinheiro saiu da conta e o histórico contém “TARIFA”"
    ),
    '"Ação" not in transaction_memo': "o histórico não contém “Ação”",
    "transaction_amount >= 938.50": "o valor do lançamento é pelo menos R$ 938,50",
    "pair_days_late <= 3": "o atraso em dias é no máximo 3",
    'document_due_on < d"2026-10-31"': "a data do vencimento é antes de 31/10/2026",
    "transaction_date.day == 5": "o dia da data do lançamento é 5",
    'document_number in ["12", "13"]': "o número da nota é um destes: “12”; “13”",
    "transaction_amount in [10]": "o valor do lançamento é um destes: R$ 10,00",
    'transaction_payee.starts_with("MARIA")': "o favorecido começa com “MARIA”",
    "not transaction_payee.is_empty": "o favorecido não está em branco",
    "transaction_credit == false": "o dinheiro saiu da conta",
    "transaction_credit != pair_booked": (
        "“o dinheiro entrou na conta” não é “a máquina conciliaria o par sem perguntar”"
    ),
    "-pair_difference > document_total * 0.05 + 1": (
        "−(a diferença entre o pago e o devido) é maior que (o total da nota × 0,05) + R$ 1,00"
    ),
}


@pytest.mark.parametrize("condition", SAID)
def test_a_question_is_a_sentence(condition: str) -> None:
    assert spelled(told_condition(condition)) == SAID[condition]


def test_groups_are_told_as_they_are_nested() -> None:
    told = told_condition("transaction_credit and (pair_score < 50 or pair_booked) and true")

    inner = Group(
        False, ("a pontuação do par é menor que 50", "a máquina conciliaria o par sem perguntar")
    )
    assert told == Group(True, ("o dinheiro entrou na conta", inner, "sempre vale"))


def test_what_is_denied_as_a_whole_is_told_piece_by_piece() -> None:
    told = told_condition("not (transaction_credit and (pair_score < 50 or not pair_booked))")

    both = Group(
        True, ("a pontuação do par é pelo menos 50", "a máquina conciliaria o par sem perguntar")
    )
    assert told == Group(False, ("o dinheiro saiu da conta", both))


@pytest.mark.parametrize("key", EXAMPLES)
def test_the_examples_are_told(key: str) -> None:
    assert "_" not in spelled(told_condition(EXAMPLES[key].when))


def test_what_is_no_condition_is_refused() -> None:
    with pytest.raises(ConditionRefused):
        told_condition("transaction_memo")


def test_every_name_has_its_words() -> None:
    for name, known in NAMES.items():
        assert known.noun and bool(known.opposite) == (known.kind == "yes_no"), name


VALUES = {"text": "ALUGUEL", "number": "938.50", "date": "2026-10-31", "yes_no": ""}


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        (name, pattern)
        for name, known in NAMES.items()
        for kind, _, pattern in VERBS
        if kind == known.kind
    ],
)
def test_whatever_is_chosen_is_a_condition(name: str, pattern: str) -> None:
    question = pattern.format(name=name, value=VALUES[NAMES[name].kind])

    assert spelled(told_condition(question)).startswith((NAMES[name].noun, NAMES[name].opposite))


WORDS = st.sampled_from(
    ["transaction_credit", "pair_booked", "pair_score > 5", '"A" in transaction_memo', "true"]
)
CONDITIONS = st.recursive(
    WORDS,
    lambda some: st.one_of(
        some.map("not ({})".format),
        st.tuples(some, st.sampled_from(["and", "or", "==", "!="]), some).map(
            lambda of: f"({of[0]}) {of[1]} ({of[2]})"
        ),
    ),
    max_leaves=6,
)


@given(CONDITIONS)
def test_whatever_is_accepted_can_be_told(condition: str) -> None:
    try:
        read_condition(condition)
    except ConditionRefused:
        return
    assert "_" not in spelled(told_condition(condition))
