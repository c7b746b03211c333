"""What rules make of an outcome: bands, points, evidence, and when a person is asked instead."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.engine import Candidate, Doubt, Evidence, OpenDocument, OpenTransaction, Outcome
from reconciliation.rules.acting import act, cases_of
from reconciliation.rules.applying import apply
from reconciliation.rules.conditions import read_condition
from reconciliation.rules.differing import changes
from reconciliation.rules.reading import Kept, read_rules

Make = Callable[..., Any]
DAY = date(2026, 10, 5)


def after(
    rules: Sequence[Kept],
    outcome: Outcome,
    notes: Sequence[OpenDocument],
    lines: Sequence[OpenTransaction],
) -> Outcome:
    cases = cases_of(outcome, notes, lines)
    return act(outcome, cases, apply(rules, cases).effects)


def booked(outcome: Outcome) -> list[tuple[str, str]]:
    return [(pair.transaction_id, pair.document_id) for pair in outcome.matches]


def test_without_effect_the_outcome_is_the_same(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    outcome = Outcome((), (doubt("t1", pair()),))

    assert after([rule("transaction_amount > 999")], outcome, [note()], [line()]) is outcome


def test_accepting_books_the_pair_and_names_the_rule(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    accept = rule("document_total == 100", "accept", "Aluguel")
    found = after([accept], Outcome((), (doubt("t1", pair()),)), [note()], [line()])

    assert (booked(found), found.doubts) == ([("t1", "d1")], ())
    match = found.matches[0]
    assert match.evidence[-1] == Evidence(
        "rule", Decimal(0), "Aluguel", "manda aceitar", "regra, versão 1"
    )
    assert "Regra “Aluguel”: manda aceitar." in match.reason


def test_points_add_up_to_the_score(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    rules = [
        rule("transaction_credit", "{points: 30}", "a"),
        rule("transaction_credit", "{points: 80}", "b"),
    ]
    outcome = Outcome((), (doubt("t1", pair(), pair("t1", "d2", "55")),))
    found = after(rules, outcome, [note(), note("d2")], [line()])

    for candidate in found.doubts[0].candidates:
        assert candidate.score == 100
        assert sum(row.points for row in candidate.evidence) == candidate.score


def test_enough_points_book_a_pair_without_a_near_rival(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    lift = rule('document_number == "1"', "{points: 39}")
    alone = Outcome((), (doubt("t1", pair(), pair("t1", "d2", "50")),))
    notes = [note("d1", number="1"), note("d2", number="2")]

    assert booked(after([lift], alone, notes, [line()])) == [("t1", "d1")]
    near = Outcome((), (doubt("t1", pair(), pair("t1", "d2", "90")),))
    assert booked(after([lift], near, notes, [line()])) == []


def test_fewer_points_make_a_booking_a_proposal(
    line: Make, note: Make, pair: Make, rule: Make
) -> None:
    outcome = Outcome((pair(score="99.5"),), ())
    found = after([rule("transaction_credit", "{points: -20}")], outcome, [note()], [line()])

    assert (booked(found), len(found.doubts[0].candidates)) == ([], 1)
    assert found.doubts[0].candidates[0].score == Decimal("79.5")


def test_forbidding_takes_the_pair_away_and_says_so(
    line: Make, note: Make, pair: Make, rule: Make
) -> None:
    found = after(
        [rule("transaction_credit", "forbid", "Não")], Outcome((pair(),), ()), [note()], [line()]
    )

    assert (found.matches, found.doubts[0].candidates) == ((), ())
    assert "“Não”" in found.doubts[0].reason
    assert found.unmatched_documents == ("d1",)


def test_rules_that_contradict_each_other_leave_the_pair_to_a_person(
    line: Make, note: Make, pair: Make, rule: Make
) -> None:
    rules = [
        rule("transaction_credit", "accept", "Sim"),
        rule("document_total > 1", "forbid", "Não"),
    ]
    found = after(rules, Outcome((pair(),), ()), [note()], [line()])

    assert found.matches == ()
    assert "“Sim” e “Não” se contradizem" in found.doubts[0].reason


def test_two_accepted_documents_of_one_line_are_left_to_a_person(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    outcome = Outcome((), (doubt("t1", pair(), pair("t1", "d2")),))
    found = after([rule("transaction_credit")], outcome, [note(), note("d2")], [line()])

    assert found.matches == ()
    assert "mais de um par" in found.doubts[0].reason


def test_a_document_is_not_booked_to_two_lines(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    outcome = Outcome((), (doubt("t1", pair("t1")), doubt("t2", pair("t2"))))
    found = after([rule("transaction_credit")], outcome, [note()], [line("t1"), line("t2")])

    assert found.matches == ()
    assert all("já está tomada" in one.reason for one in found.doubts)


def test_a_booked_document_is_offered_to_nobody_else(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    outcome = Outcome((), (doubt("t1", pair("t1")), doubt("t2", pair("t2"))))
    lines = [line("t1", memo="ALUGUEL"), line("t2")]
    found = after([rule('transaction_memo == "ALUGUEL"')], outcome, [note()], lines)

    assert booked(found) == [("t1", "d1")]
    assert found.doubts[0].candidates == ()
    assert [change.kind for change in changes(outcome, found)] == [
        "partial_to_matched",
        "partial_to_unmatched",
    ]


def test_documents_paid_together_are_accepted_together(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    together = [pair("t1", "d1", link=7), pair("t1", "d2", link=7)]
    outcome = Outcome((), (doubt("t1", *together, pair("t1", "d3", "20", link=8)),))
    notes = [note("d1", number="1"), note("d2"), note("d3")]
    found = after([rule('document_number == "1"')], outcome, notes, [line()])

    assert booked(found) == [("t1", "d1"), ("t1", "d2")]


def test_a_classified_line_without_document_says_its_codes(line: Make, rule: Make) -> None:
    fee = rule("not transaction_credit", "{classify: {debit: 3.1, history: 45}}", "Tarifa")
    outcome = Outcome((), (Doubt("t1", (), "Nenhuma nota."),))
    found = after([fee], outcome, [], [line(amount="-12.00")])

    assert found.doubts[0].reason == (
        "Nenhuma nota. Regra “Tarifa”: classifica em débito 3.1, histórico 45."
    )


def test_many_acceptances_among_many_doubts_take_no_longer_than_each(
    line: Make, note: Make, pair: Make, doubt: Make, rule: Make
) -> None:
    count = 6000
    lines = [line(f"t{place}") for place in range(2 * count)]
    notes = [note(f"d{place}", number=str(place % 2)) for place in range(2 * count)]
    doubts = tuple(doubt(f"t{place}", pair(f"t{place}", f"d{place}")) for place in range(2 * count))
    outcome = Outcome((), doubts)
    cases = cases_of(outcome, notes, lines)
    effects = apply([rule('document_number == "1"')], cases).effects
    begun = time.process_time()
    found = act(outcome, cases, effects)

    assert (len(found.matches), len(found.doubts)) == (count, count)
    assert time.process_time() - begun < 1.5


def test_what_is_set_aside_is_not_asked_about(line: Make, rule: Make) -> None:
    aside = Outcome((), (Doubt("t1", (), "Estorno."),), (), (("t1", "reversed"),))

    assert after([rule("transaction_credit", "{flag: x}")], aside, [], [line()]) is aside


RULES = [
    read.definition
    for read in read_rules(
        """
- {name: a, when: pair_score > 50, then: accept}
- {name: b, when: document_total > 200, then: forbid}
- {name: c, when: transaction_amount > 150, then: {points: -40}}
- {name: d, when: transaction_amount < 120, then: {points: 45}}
- {name: e, when: pair_score < 20, then: propose}
"""
    )
]
PAIRS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 99), st.booleans()), max_size=15
)


@settings(deadline=None)  # a busy machine says nothing of the rules
@given(PAIRS, st.sets(st.sampled_from(RULES)))
def test_nothing_is_booked_twice_and_no_line_is_lost(pairs: Any, chosen: Any) -> None:
    ready = [
        Kept(one.name, 1, one, read_condition(one.when))
        for one in sorted(chosen, key=lambda one: one.name)
    ]
    outcome, notes, lines = arranged(pairs)
    found = after(ready, outcome, notes, lines)

    links = [(pair.document_id, pair.installment) for pair in found.matches]
    assert len(links) == len(set(links))
    told = [pair.transaction_id for pair in found.matches]
    told += [doubt.transaction_id for doubt in found.doubts]
    assert sorted(told) == sorted(line.id for line in lines)
    assert found == after(ready, outcome, notes[::-1], lines[::-1])


def arranged(pairs: Any) -> tuple[Outcome, list[OpenDocument], list[OpenTransaction]]:
    """An outcome as the engine gives them: one booking a line, one booking a document."""
    from_line: dict[str, list[Candidate]] = {f"t{number}": [] for number in range(6)}
    matches: dict[str, Candidate] = {}
    for line, note, score, is_booked in pairs:
        candidate = Candidate(
            f"t{line}", f"d{note}", "", Decimal(10), Decimal(score), (), "Por quê."
        )
        held = {pair.document_id for pair in matches.values()}
        if is_booked and f"t{line}" not in matches and f"d{note}" not in held:
            matches[f"t{line}"] = candidate
        elif candidate.document_id not in [one.document_id for one in from_line[f"t{line}"]]:
            from_line[f"t{line}"].append(candidate)
    taken = {pair.document_id for pair in matches.values()}
    doubts = tuple(
        Doubt(name, tuple(one for one in found if one.document_id not in taken), "Dúvida.")
        for name, found in from_line.items()
        if name not in matches
    )
    return Outcome(tuple(matches.values()), doubts), *facts()


def facts() -> tuple[list[OpenDocument], list[OpenTransaction]]:
    notes = [
        OpenDocument(f"d{number}", "", str(number), DAY, Decimal(50 * number), True, "", "", ())
        for number in range(6)
    ]
    lines = [
        OpenTransaction(f"t{number}", DAY, Decimal(40 * number + 10), "PIX", "")
        for number in range(6)
    ]
    return notes, lines
