"""Notes that look like one business twice."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ingestion.proofs.duplicates import Note, find_twins


def note(identity: int, **changes: Any) -> Note:
    values: dict[str, Any] = {
        "doc_type": "nfe",
        "issuer": "11222333000181",
        "recipient": "11444777000161",
        "series": "1",
        "number": str(identity),
        "total": Decimal("100.00"),
        "issued_on": date(2026, 10, 20),
    }
    return Note(id=UUID(int=identity), **{**values, **changes})


def test_one_number_under_two_keys() -> None:
    (twins,) = find_twins([note(1, number="7"), note(2, number="007", total=Decimal(9))])

    assert twins.reason == "same_number"
    assert [one.id.int for one in twins.notes] == [1, 2]


def test_equal_notes_with_other_numbers() -> None:
    (twins,) = find_twins([note(1), note(2), note(3, total=Decimal("100.01"))])

    assert twins.reason == "same_sale"
    assert len(twins.notes) == 2


def test_a_group_is_named_once() -> None:
    assert [t.reason for t in find_twins([note(1, number="7"), note(2, number="7")])] == [
        "same_number"
    ]


def test_tills_sell_the_same_all_day() -> None:
    assert find_twins([note(1, doc_type="nfce"), note(2, doc_type="nfce")]) == []


def test_without_a_recipient_nothing_is_suspected() -> None:
    assert find_twins([note(1, recipient=""), note(2, recipient="")]) == []
