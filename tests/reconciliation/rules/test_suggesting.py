"""What repeated decisions suggest, and what keeps them from it."""

from dataclasses import replace
from datetime import date

from reconciliation.rules.conditions import read_condition
from reconciliation.rules.grammar import Decide
from reconciliation.rules.suggesting import Decision, suggest

PAID = Decision(
    "PIX RECEBIDO HORIZONTE", True, "12345678000195", "Horizonte", True, date(2026, 9, 5)
)
FEE = Decision("TARIFA MENSALIDADE PACOTE", False, "", "", False, date(2026, 9, 30))


def test_a_payer_who_always_pays_the_same_party_is_suggested_with_proof() -> None:
    found = suggest([PAID] * 3 + [replace(PAID, on=date(2026, 10, 5))])

    assert [(one.proof, one.last) for one in found] == [
        ("4 vezes, nunca diferente", date(2026, 10, 5))
    ]
    assert found[0].definition.then.decide == Decide.ACCEPT
    facts = {
        "transaction_text": "PIX RECEBIDO HORIZONTE",
        "transaction_credit": True,
        "document_party_id": "12345678000195",
        "pair_difference": 0,
    }
    assert read_condition(found[0].definition.when).holds(facts)
    assert not read_condition(found[0].definition.when).holds(facts | {"pair_difference": 1})


def test_a_fee_that_never_has_a_document_is_suggested() -> None:
    found = suggest([FEE] * 3)

    assert found[0].definition.then.decide == Decide.FORBID
    assert read_condition(found[0].definition.when).is_about_line


def test_one_other_decision_is_enough_to_suggest_nothing() -> None:
    assert suggest([PAID] * 9 + [replace(PAID, party_id="98765432000110")]) == []
    assert suggest([PAID] * 9 + [replace(PAID, party_id="")]) == []


def test_twice_is_no_habit() -> None:
    assert suggest([PAID, PAID]) == []


def test_where_amounts_differed_the_rule_only_adds_points() -> None:
    found = suggest([PAID, PAID, replace(PAID, is_exact=False)])

    assert found[0].definition.then.decide is None
    assert found[0].definition.then.points > 0


def test_what_a_rule_already_asks_is_not_suggested() -> None:
    found = suggest([PAID] * 3)

    assert suggest([PAID] * 3, [found[0].definition]) == []


def test_credits_and_debits_are_kept_apart() -> None:
    assert suggest([PAID, PAID, replace(PAID, is_credit=False)]) == []


def test_a_memo_too_long_for_a_condition_suggests_nothing_that_could_not_be_saved() -> None:
    assert suggest([replace(PAID, text="PIX " * 499)] * 3) == []
