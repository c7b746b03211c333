"""Rules from YAML and JSON, and the line and column of what is wrong."""

import json

import pytest

from reconciliation.rules.grammar import MOST_RULES, Classify, Decide, Then
from reconciliation.rules.reading import MOST_FAULTS, read_rules
from reconciliation.rules.refusals import RuleRefused

GOOD = """\
rules:
  - name: Aluguel da matriz
    when: '"aluguel" in transaction_memo and pair_days_late <= 3'
    then:
      decide: accept
      points: -10
      classify: {debit: 001, history: "45"}
      flag: Confira o reajuste
    stop: true
  - name: Tarifas
    when: transaction_text == "TARIFA MENSAL"
    then: forbid
"""


def faults(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(RuleRefused) as caught:
        read_rules(text)
    return [(fault.code, *fault.place) for fault in caught.value.faults]


def test_everything_a_rule_can_say_is_read() -> None:
    first, second = (read.definition for read in read_rules(GOOD))

    assert first.then == Then(
        decide=Decide.ACCEPT,
        points=-10,
        classify=Classify(debit="001", history="45"),
        flag="Confira o reajuste",
    )
    assert (first.stop, second.stop) == (True, False)
    assert second.then == Then(decide=Decide.FORBID)


def test_json_says_the_same_indented_by_tabs_or_not() -> None:
    rule = {"name": "Tarifas", "when": 'transaction_text == "TARIFA"', "then": "forbid"}
    spaces, tabs = json.dumps(rule), json.dumps([rule], indent="\t")

    assert read_rules(spaces)[0].definition == read_rules(tabs)[0].definition


def test_every_fault_is_told_at_once_in_the_order_of_the_text() -> None:
    text = GOOD.replace("pair_days_late", "days").replace("forbid", "perhaps")

    assert faults(text) == [("condition_unknown_name", 3, 46), ("rule_value", 12, 11)]


@pytest.mark.parametrize(
    ("when", "line", "column"),
    [
        ("transaction_credit and x", 2, 30),
        ("'transaction_credit and x'", 2, 31),
        ("'transaction_memo == ''A'' and x'", 2, 38),
        ('"transaction_memo == \\"A\\" and x"', 2, 38),
        ('"transaction_memo == \\u0027A\\u0027 and x"', 2, 46),
        ("|\n  transaction_credit\n    and x", 4, 9),
        (">\n  transaction_credit\n\n  and x", 5, 7),
        ("transaction_credit\n    and   x", 3, 11),
    ],
)
def test_the_place_is_exact_in_every_way_of_writing(when: str, line: int, column: int) -> None:
    text = f"name: a\nwhen: {when}\nthen: accept"

    assert faults(text) == [("condition_unknown_name", line, column)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ("rules_empty", 1, 1)),
        ("só texto", ("rules_empty", 1, 1)),
        ("a: [1", ("rules_malformed", 1, 6)),
        ("a:\n\t- b", ("rules_malformed", 2, 1)),
        ("a: &x 1\nb: *x", ("rules_alias", 1, 4)),
        ("[[[[[[[[[[1", ("rules_too_deep", 1, 9)),
        ("a: \x00", ("rules_malformed", 1, 4)),
        ("x" * 70_000, ("rules_too_long", 1, 1)),
        ("name: a\nname: b", ("rule_key_twice", 2, 1)),
        ("name: a\nwhen: transaction_credit", ("rule_key_missing", 1, 1)),
        ("name: a\nwhen: transaction_credit\nthen: {}", ("rule_does_nothing", 3, 7)),
        ("name: a\nwhen: transaction_credit\nthen: {points: 1.5}", ("rule_value", 3, 16)),
        ("name: a\nwhen: transaction_credit\nthen: {x: 1}", ("rule_unknown_key", 3, 8)),
        ("name: a\nwhen: [1]\nthen: accept", ("rule_value", 2, 7)),
        ("name: \nwhen: transaction_credit\nthen: accept", ("rule_value", 1, 6)),
        (
            "name: a\nwhen: \"transaction_memo == '\\0'\"\nthen: accept",
            ("condition_malformed", 2, 29),
        ),
        ("name: a\nwhen: x\nthen: {classify: {debit: 3;1}}", ("rule_value", 3, 26)),
        ("name: a\nwhen: x\nthen: {classify: {debit: =1+1}}", ("rule_value", 3, 26)),
        ("? [a]\n: b\nname: a", ("rule_unknown_key", 1, 3)),
    ],
)
def test_each_fault_has_its_place(text: str, fault: tuple[str, int, int]) -> None:
    assert fault in faults(text)


def test_a_tag_makes_no_object() -> None:
    text = "name: a\nwhen: !!python/object/apply:os.system ['true']\nthen: accept"

    assert ("rule_value", 2, 7) in faults(text)


def test_a_text_holds_a_bounded_number_of_rules() -> None:
    one = '- {name: "r%d", when: transaction_credit, then: accept}\n'

    assert ("rules_too_many", MOST_RULES + 1, 3) in faults(
        "".join(one % number for number in range(MOST_RULES + 1))
    )


def test_two_rules_of_one_name_are_refused() -> None:
    one = "- {name: a, when: transaction_credit, then: accept}\n"

    assert faults(one * 2) == [("rule_named_twice", 2, 3)]


def test_what_is_misspelt_is_not_said_to_be_missing_too() -> None:
    text = "name: a\nwhen: transaction_credit\nthen: {points: 999}"

    assert faults(text) == [("rule_value", 3, 16)]


def test_of_thousands_of_faults_the_first_are_told_and_the_rest_counted() -> None:
    with pytest.raises(RuleRefused) as caught:
        read_rules("name: a\nwhen: transaction_credit\nthen: accept\n" + "k: 1\n" * 5000)

    assert len(caught.value.faults) == MOST_FAULTS + 1
    last = caught.value.faults[-1]
    assert (last.code, last.place.line) == ("rules_more_faults", 4 + MOST_FAULTS)
    assert f"mais {5000 - MOST_FAULTS}" in last.message
