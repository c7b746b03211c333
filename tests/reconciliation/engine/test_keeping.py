"""Documents that were kept as bytes are those that were read."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reconciliation.engine import (
    OpenDocument,
    Papers,
    Payable,
    papers_from_bytes,
    papers_to_bytes,
    with_others,
)
from reconciliation.engine.tables import as_tables, payables_of

DAY = date(2026, 10, 5)


def paper(pk: str, *amounts: str) -> OpenDocument:
    parts = tuple(
        Payable(f"{place:03}", DAY + timedelta(30 * place), Decimal(amount))
        for place, amount in enumerate(amounts, 1)
    )
    whole = sum((part.amount for part in parts), Decimal(0))
    name = f"Açaí {pk} Ltda"
    return OpenDocument(pk, f"key {pk}", pk, DAY, whole, True, "11222333000181", name, parts)


AMOUNTS = {"a": "12", "b": "3", "c": "45", "d": "6", "e": "789"}
EVERY = {pk: paper(pk, *amounts) for pk, amounts in AMOUNTS.items()}


def papers(names: Iterable[str]) -> Papers:
    return Papers.of(EVERY[name] for name in names)


def is_same(one: Papers, other: Papers) -> bool:
    return list(one) == list(other) and payables_of(one).equals(payables_of(other))


def test_they_come_back_as_they_went() -> None:
    kept = papers("abcde")

    again = papers_from_bytes(papers_to_bytes(kept))

    assert is_same(again, kept)
    assert as_tables(again, []).payables is again.payables


@pytest.mark.parametrize(
    ("before", "gone", "others"),
    [
        ("ace", "", "bd"),
        ("abcde", "bd", ""),
        ("abcd", "ad", "ae"),
        ("abc", "abc", "de"),
        ("", "", "ab"),
        ("ab", "e", ""),
        ("ab", "ab", ""),
    ],
)
def test_others_take_the_places_of_those_that_are_gone(before: str, gone: str, others: str) -> None:
    found = with_others(papers(before), list(gone), papers(others))

    assert is_same(found, papers({*before} - {*gone} | {*others}))
