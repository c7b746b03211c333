"""Where a rule forbids what the engine would have booked, the next best is looked for."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

from reconciliation.engine import OpenDocument, OpenTransaction, Options, Outcome, match
from reconciliation.rules.acting import cases_of
from reconciliation.rules.answering import quick
from reconciliation.rules.applying import add_rule, apply
from reconciliation.rules.conditions import EXACT, _compiled, read_condition
from reconciliation.rules.reading import Kept
from reconciliation.rules.second_look import Compared, decided
from reconciliation.rules.subjects import Subject

Make = Callable[..., Any]
CUSTOMER = "12345678000195"
PAYS = f"PIX RECEBIDO NF 1234 CNPJ {CUSTOMER}"


def ruled(
    rules: Sequence[Kept], notes: Sequence[OpenDocument], lines: Sequence[OpenTransaction]
) -> Outcome:
    outcome = match(notes, lines)
    compared = Compared(
        outcome, {one.id: one for one in notes}, {one.id: one for one in lines}, Options()
    )
    cases = cases_of(outcome, notes, lines)
    return decided(compared, cases, apply(rules, cases), rules)


def test_the_line_is_offered_the_next_document(line: Make, note: Make, rule: Make) -> None:
    notes = [note("d1"), note("d2", number="77", party_id=CUSTOMER)]
    lines = [line("t1", memo=PAYS)]
    assert [pair.document_id for pair in match(notes, lines).matches] == ["d1"]
    found = ruled([rule('document_number == "1234"', "forbid", "Não")], notes, lines)

    assert [one.document_id for one in found.doubts[0].candidates] == ["d2"]
    assert found.doubts[0].reason.startswith("O par mais provável foi proibido por “Não”")
    assert found.unmatched_documents == ("d1",)


def test_the_document_is_offered_to_another_line(line: Make, note: Make, rule: Make) -> None:
    lines = [line("t1", memo=f"{PAYS} ESTORNADO"), line("t2", memo=f"TED {CUSTOMER}")]
    assert [pair.transaction_id for pair in match([note()], lines).matches] == ["t1"]
    found = ruled([rule('"ESTORNADO" in transaction_memo', "forbid")], [note()], lines)

    told = [pair.transaction_id for pair in found.matches]
    told += [one.transaction_id for doubt in found.doubts for one in doubt.candidates]
    assert told == ["t2"]
    assert found.unmatched_documents == ()


def test_what_is_forbidden_again_is_not_offered(line: Make, note: Make, rule: Make) -> None:
    notes = [note("d1"), note("d2", number="77", party_id=CUSTOMER)]
    found = ruled([rule("pair_difference == 0", "forbid")], notes, [line("t1", memo=PAYS)])

    assert (found.matches, found.doubts[0].candidates) == ((), ())
    assert found.unmatched_documents == ("d1", "d2")


def test_without_words_the_numbers_are_the_same(line: Make, note: Make, rule: Make) -> None:
    notes = [note("d1"), note("d2", number="77"), note("d3", total="30.00", number="5")]
    lines = [line("t1", memo=PAYS), line("t2", "30.00"), line("t3", "-4.00")]

    def numbers(outcome: Outcome) -> Any:
        pairs = [*outcome.matches, *(one for doubt in outcome.doubts for one in doubt.candidates)]
        said = [(one.transaction_id, one.document_id, one.amount, one.score) for one in pairs]
        return said, [doubt.transaction_id for doubt in outcome.doubts], outcome.set_aside

    found = match(notes, lines, worded=False)
    assert numbers(found) == numbers(match(notes, lines))
    assert match([], lines, worded=False).matches == ()


RULES = [
    ("transaction_credit", "{points: 3}", True),
    ('document_number == "1"', "{points: 4}", True),
    ("pair_difference == 0", "accept", False),
    ('"PIX" in transaction_memo', "{flag: x}", True),
    ("document_total > 1", "forbid", False),
]


def test_one_rule_more_is_the_same_as_asking_all(line: Make, note: Make, rule: Make) -> None:
    notes = [note("d1", number="1"), note("d2", number="2"), note("d3", total="90.00")]
    lines = [line("t1"), line("t2", "90.00", "TED"), line("t3", "-5.00")]
    cases = cases_of(match(notes, lines), notes, lines)
    rules = [
        rule(when, then, f"r{place}", stop=stop) for place, (when, then, stop) in enumerate(RULES)
    ]
    for order in permutations(rules):
        for place, tried in enumerate(order):
            others = [*order[:place], *order[place + 1 :]]
            added = add_rule(apply(others, cases), others, place, tried, cases)
            assert added.effects == apply(order, cases).effects


ASKED = [
    "transaction_credit and not document_receivable",
    'not (transaction_amount >= 100 or "pix" in transaction_memo)',
    "pair_days_late == 0 and document_total != 90",
    "pair_difference <= document_payable * -0.05 or pair_difference == 0",
    'transaction_date > d"2026-10-01" and transaction_date.month == 10',
    'document_party_name.starts_with("MERCADO") and document_number in ["1234", "7"]',
    'document_installment == "" and transaction_payee.is_empty',
    "pair_booked == pair_number_cited",
    "transaction_amount - 100 > -document_total",
]


def test_quick_answers_are_those_of_the_language(line: Make, note: Make, pair: Make) -> None:
    subjects = [
        Subject(line("t1", amount, memo), note("d1", total), pair(), is_booked=booked)
        for amount in ("100.00", "-95.00")
        for memo in ("PIX RECEBIDO", "NF 1234")
        for total in ("100.00", "90.00")
        for booked in (True, False)
    ]
    for text in ASKED:
        read = _compiled(text, 0)
        answer = quick(read.statement.expression, EXACT)
        assert [bool(answer(one)) for one in subjects] == [read.matches(one) for one in subjects]
        assert read_condition(text).names
