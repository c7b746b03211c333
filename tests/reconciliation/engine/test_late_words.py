"""Words are told when they are read, in whatever order, and are the same as if told at once."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from reconciliation.engine import Candidate, Doubt, Outcome, match, wording
from tests.data.engine_rows import document, transaction


class Asked:
    """A question that counts how often it is asked."""

    def __init__(self, answer: str) -> None:
        self.answer, self.times = answer, 0

    def __call__(self) -> str:
        self.times += 1
        return self.answer


def candidate(reason: str | Callable[[], str]) -> Candidate:
    return Candidate("t1", "d1", "", Decimal("1.00"), Decimal("99.00"), (), reason)


def month() -> Outcome:
    """Booked ones, doubts with rivals, notes paid together, and lines without any."""
    papers = [document(f"d{place}", number=f"47{place}", party="") for place in range(4)]
    papers += [document(f"g{place}", f"{place}7.00", number=f"90{place}") for place in (1, 2)]
    lines = [transaction("t1", memo="NF 471"), transaction("t2"), transaction("t3", "9.99")]
    lines += [transaction("t4", "44.00", memo="NF 901 902"), transaction("t5", memo="NF 470")]
    return match(papers, lines)


def pairs_of(outcome: Outcome) -> list[Candidate]:
    return [*outcome.matches, *(pair for one in outcome.doubts for pair in one.candidates)]


def test_a_question_is_asked_once_and_only_when_its_field_is_read() -> None:
    why = Asked("porque sim")
    pair = candidate(why)

    assert why.times == 0
    assert (pair.reason, pair.reason, why.times) == ("porque sim", "porque sim", 1)


def test_a_late_value_is_a_value_like_any_other() -> None:
    told, late = candidate("porque sim"), candidate(Asked("porque sim"))

    assert late == told and hash(candidate(Asked("porque sim"))) == hash(told)
    assert repr(late) == repr(told)
    assert replace(late, score=Decimal(1)) == replace(told, score=Decimal(1))
    assert pickle.loads(pickle.dumps(candidate("porque sim"))) == late
    assert Doubt("t1", (), Asked("falta")) == Doubt("t1", (), "falta")


def test_words_may_not_be_left_out_nor_changed() -> None:
    with pytest.raises(TypeError, match="reason"):
        Doubt("t1", ())
    with pytest.raises(AttributeError, match="reason"):
        candidate("sim").reason = "não"  # type: ignore[misc]


def test_nothing_is_told_before_it_is_read() -> None:
    pairs = pairs_of(month())

    assert pairs and all(callable(vars(pair)["reason"]) for pair in pairs)
    assert all(pair.reason and pair.evidence for pair in pairs)
    assert not any(callable(vars(pair)["reason"]) for pair in pairs)


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_it_does_not_matter_how_many_are_told_together_nor_when(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = month()
    monkeypatch.setattr(wording, "AT_ONCE", at_once)
    outcome = month()
    backwards = [(pair.evidence, pair.reason) for pair in pairs_of(outcome)[::-1]]

    assert backwards[::-1] == [(pair.evidence, pair.reason) for pair in pairs_of(expected)]
    assert outcome == expected


def test_notes_paid_together_say_the_same() -> None:
    first, second = (pair for pair in month().matches if pair.transaction_id == "t4")

    assert second.evidence is first.evidence
    assert (second.reason, second.link) == (first.reason, first.link)
