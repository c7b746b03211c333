"""Which rules hold for which lines and pairs, in what order, and for how long they may ask."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from reconciliation.engine import Doubt, Outcome
from reconciliation.rules.acting import cases_of
from reconciliation.rules.applying import Bounds, Case, apply, conflicts_of

Make = Callable[..., Any]


def one_case(line: Make, note: Make, pair: Make, doubt: Make, memo: str = "PIX") -> list[Case]:
    outcome = Outcome((), (doubt("t1", pair("t1", "d1"), pair("t1", "d2")),))
    notes = [note("d1", number="1"), note("d2", number="2", total="90.00")]
    return cases_of(outcome, notes, [line("t1", memo=memo)])


def test_a_rule_of_pairs_holds_for_the_pair(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    applied = apply([rule("pair_difference == 10")], one_case(line, note, pair, doubt))

    assert [effect.subject.note.id for effect in applied.effects] == ["d2"]


def test_a_rule_of_lines_holds_once_for_the_line(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    applied = apply([rule("transaction_credit")], one_case(line, note, pair, doubt))

    assert [effect.is_about_line for effect in applied.effects] == [True]


def test_a_rule_that_stops_closes_its_pair_to_later_rules(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    first = rule('document_number == "1"', "{points: 5}", stop=True)
    second = rule("document_total > 1", "{points: 1}")
    applied = apply([first, second], one_case(line, note, pair, doubt))

    held = [(effect.rule.id, effect.subject.note.id) for effect in applied.effects]
    assert held == [(first.id, "d1"), (second.id, "d2")]


def test_a_closed_pair_is_closed_to_rules_about_its_line_too(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    first = rule('document_number == "1"', "accept", "Aceita", stop=True)
    later = rule("transaction_credit", "propose", "Pergunta")
    cases = one_case(line, note, pair, doubt)
    effects = apply([first, later], cases).effects

    held = [(effect.rule.id, effect.subject.note.id) for effect in effects]
    assert held == [("Aceita", "d1"), ("Pergunta", "d2")]
    assert conflicts_of(effects, cases) == []


def test_what_is_cited_in_the_memo_is_known(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    cases = one_case(line, note, pair, doubt, memo="NF 0002 CNPJ 12.345.678/0001-95")
    cited = rule("pair_number_cited and pair_party_cited")

    assert [one.subject.note.id for one in apply([cited], cases).effects] == ["d2"]


def test_rules_that_contradict_each_other_are_named(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    yes = rule('document_number == "1"', "accept", "Aceita")
    no = rule("transaction_credit", "forbid", "Proíbe")
    cases = one_case(line, note, pair, doubt)
    found = conflicts_of(apply([yes, no], cases).effects, cases)

    assert [(one.document_id, set(one.names), one.about) for one in found] == [
        ("d1", {"Aceita", "Proíbe"}, "aceitar e proibir")
    ]


def test_two_codes_for_one_line_are_a_conflict(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    one = rule("transaction_credit", "{classify: {debit: 1, credit: 7}}", "Um")
    two = rule("transaction_amount > 1", "{classify: {debit: 2}}", "Dois")
    cases = one_case(line, note, pair, doubt)
    found = conflicts_of(apply([one, two], cases).effects, cases)

    assert [conflict.about for conflict in found] == ["débito 1 ou 2"]


def test_two_rules_of_one_name_contradict_each_other_by_name(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    old = rule("transaction_credit", "accept", "Aluguel")
    new = rule("transaction_amount > 1", "forbid", "Aluguel")._replace(id="another")
    cases = one_case(line, note, pair, doubt)

    found = conflicts_of(apply([old, new], cases).effects, cases)
    assert [one.names for one in found] == [["Aluguel", "Aluguel"]] * 2


def test_a_question_without_answer_has_no_effect_and_is_counted(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    asked = rule("document_total / pair_difference > 3")
    applied = apply([asked], one_case(line, note, pair, doubt))

    assert [effect.subject.note.id for effect in applied.effects] == ["d2"]
    assert applied.unanswered == {asked.definition.name: 1}


def ticking(seconds: float) -> Callable[[], float]:
    moments: Iterator[int] = count()
    return lambda: next(moments) * seconds


def many(line: Make, lines: int = 200) -> list[Case]:
    rows = [line(f"t{number:03}") for number in range(lines)]
    return cases_of(Outcome((), tuple(Doubt(row.id, (), "") for row in rows)), [], rows)


def test_a_rule_that_takes_too_long_is_cut_and_has_no_effect_at_all(line: Make, rule: Make) -> None:
    slow = rule("transaction_credit", "forbid", "Lenta")
    applied = apply([slow], many(line), clock=ticking(3.0))

    assert applied.effects == []
    assert [cut.rule.id for cut in applied.cuts] == ["Lenta"]
    assert "foi interrompida" in applied.cuts[0].reason


def test_rules_together_have_a_time_too(line: Make, rule: Make) -> None:
    rules = [rule("transaction_credit", "{points: 1}", f"r{number}") for number in range(5)]
    bounds = Bounds(a_rule=1000, in_total=10)
    applied = apply(rules, many(line), bounds=bounds, clock=ticking(2.0))

    assert [cut.rule.id for cut in applied.cuts] == ["r1", "r2", "r3", "r4"]
    assert {effect.rule.id for effect in applied.effects} == {"r0"}


def test_a_memo_of_any_length_is_answered(line: Make, rule: Make) -> None:
    rows = [line("t1", memo="á\x00😀" * 10_000)]
    cases = cases_of(Outcome((), (Doubt("t1", (), ""),)), [], rows)

    assert apply([rule('"😀" in transaction_memo')], cases).effects
