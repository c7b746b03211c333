"""Means of payment and identifiers, read from what is stored."""

from typing import Any

import pytest

from reconciliation.payment_facts import charges_of, means_of, payer_of

ONE, TWO = ({"tPag": "17", "identifiers": {"txid": f"T{place}"}} for place in (1, 2))


@pytest.mark.parametrize(
    ("payments", "means"),
    [
        ([["15", "10.00"]], "boleto"),
        ([["17", "10.00"], ["20", "5.00"]], "pix"),
        ([["01", "10.00"]], "cash"),
        ([["03", "10.00"], ["04", "1.00"]], "card"),
        ([["18", "10.00"]], "ted"),
        ([["01", "10.00"], ["15", "1.00"]], ""),
        ([["15", "10.00"], ["99", "1.00"]], ""),
        ([["90", "0.00"]], ""),
        ([], ""),
        (None, ""),
    ],
)
def test_means(payments: Any, means: str) -> None:
    assert means_of(payments, None) == means


def test_payments_told_with_more_detail_count_as_well() -> None:
    assert means_of(None, [ONE]) == "pix"
    assert means_of([["17", "10.00"]], [{"tPag": "15"}]) == ""


def test_codes_go_to_payables_only_one_to_one() -> None:
    assert charges_of([ONE, TWO], 2) == [{"txid": "T1"}, {"txid": "T2"}]
    assert charges_of([ONE], 2) == [{}, {}]
    assert charges_of([{"tPag": "01"}, ONE], 1) == [{"txid": "T1"}]
    assert charges_of(None, 1) == [{}]


@pytest.mark.parametrize("odd", ["text", 7, [], {"identifiers": "x"}, None])
def test_odd_shapes_say_nothing(odd: Any) -> None:
    assert charges_of([odd], 1) == [{}]
    assert payer_of(odd) == ""
