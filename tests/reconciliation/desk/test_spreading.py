"""Money of some lines given to some documents: every cent once, differences where they belong."""

from decimal import Decimal
from uuid import UUID

import pytest

from conciliacontag.errors import Conflict
from reconciliation.desk.balance import Named, Part
from reconciliation.desk.spreading import Bill, Purse, spread


def purses(*amounts: str) -> list[Purse]:
    return [Purse(UUID(int=n), Decimal(text)) for n, text in enumerate(amounts, 1)]


def bills(*amounts: str, withheld: str = "0") -> list[Bill]:
    return [
        Bill(UUID(int=100 + n), "", Part(f"NF-e {n}", Decimal(text), Decimal(withheld)))
        for n, text in enumerate(amounts, 1)
    ]


def told(lines: list[Purse], owed: list[Bill], named: Named = ()) -> list[tuple[object, ...]]:
    return [
        (one.line.int, one.document.int - 100, str(one.amount), str(one.difference), one.kind)
        for one in spread(lines, owed, named)
    ]


def test_one_line_pays_many_documents_in_order() -> None:
    assert told(purses("1000"), bills("600", "500")) == [
        (1, 1, "600", "0", ""),
        (1, 2, "400", "0", ""),
    ]


def test_many_lines_pay_one_document() -> None:
    assert told(purses("600", "450"), bills("1000")) == [
        (1, 1, "600", "0", ""),
        (2, 1, "400", "0", ""),
    ]


def test_many_lines_pay_many_documents() -> None:
    assert told(purses("700", "300"), bills("400", "600")) == [
        (1, 1, "400", "0", ""),
        (1, 2, "300", "0", ""),
        (2, 2, "300", "0", ""),
    ]


def test_tax_is_withheld_from_each_document_that_declares_it() -> None:
    found = told(purses("940"), bills("600", "400", withheld="30"), (("withheld", Decimal(-60)),))

    assert found == [(1, 1, "570", "-30", "withheld"), (1, 2, "370", "-30", "withheld")]


def test_a_discount_belongs_to_the_largest_document() -> None:
    found = told(purses("950"), bills("600", "400"), (("discount", Decimal(-50)),))

    assert found == [(1, 1, "550", "-50", "discount"), (1, 2, "400", "0", "")]


def test_interest_is_taken_from_the_largest_line() -> None:
    found = told(purses("300", "720"), bills("1000"), (("interest", Decimal(20)),))

    assert found == [(1, 1, "300", "0", ""), (2, 1, "700", "20", "interest")]


@pytest.mark.parametrize(("lines", "owed"), [(("500",), ("500", "1")), (("500", "1"), ("500",))])
def test_nothing_is_marked_in_vain(lines: tuple[str, ...], owed: tuple[str, ...]) -> None:
    with pytest.raises(Conflict) as refused:
        spread(purses(*lines), bills(*owed), ())

    assert refused.value.code == "nothing_left_to_allocate"
