"""Pure parts of the watch: habits, repetitions, days without a statement, ages, bank words."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from reconciliation.watch.aging import GROUPS, age_group, told_age
from reconciliation.watch.coverage import uncovered
from reconciliation.watch.no_note import without_note
from reconciliation.watch.regular import Received, Regular, regular_suppliers, supplier_of
from reconciliation.watch.repeats import Paid, find_repeats
from tests.data.identity import cnpj

OCTOBER = date(2026, 10, 1)
MILL = cnpj(77)


def note(day: date, total: str = "100.00", supplier: str = MILL) -> Received:
    return Received(supplier, "Moinho Sul Ltda", day, Decimal(total))


def habit(*months: int) -> list[Received]:
    return [note(date(2026, month, 10)) for month in months]


def test_three_months_of_six_are_a_habit() -> None:
    (found,) = regular_suppliers(habit(5, 8, 9), OCTOBER)

    assert (found.months, found.last_on, found.is_silent) == (3, date(2026, 9, 10), True)
    assert found.usual == Decimal("100.00")


@pytest.mark.parametrize("months", [(8, 9), (3, 8, 9), (5, 6, 7), ()])
def test_less_or_long_ago_is_none(months: tuple[int, ...]) -> None:
    assert regular_suppliers(habit(*months), OCTOBER) == []


def test_a_note_of_the_month_ends_the_silence_whatever_the_establishment() -> None:
    branch = MILL[:8] + "0002" + MILL[12:]
    (found,) = regular_suppliers([*habit(7, 8, 9), note(OCTOBER, supplier=branch)], OCTOBER)

    assert found.is_silent is False


def test_notes_after_the_month_do_not_count() -> None:
    assert regular_suppliers(habit(9, 11, 12), OCTOBER) == []


def test_many_notes_of_one_month_are_one_month() -> None:
    assert regular_suppliers([note(date(2026, 9, day)) for day in (1, 2, 3)], OCTOBER) == []


@pytest.mark.parametrize(
    ("told", "is_named"),
    [
        (f"PIX ENVIADO {MILL}", True),
        ("PIX ENVIADO MOINHO SUL", True),
        ("PIX MOINHO SULINO", False),
        ("PIX ENVIADO", False),
        ("", False),
    ],
)
def test_a_line_names_its_supplier(told: str, is_named: bool) -> None:
    regular = Regular(MILL, "Moinho Sul Ltda", 3, OCTOBER, Decimal(1), is_silent=True)

    assert (supplier_of(told, [regular]) == regular) is is_named


def paid(number: int, day: int, party: str = "MOINHO SUL", has_document: bool = False) -> Paid:
    return Paid(UUID(int=number), date(2026, 10, day), Decimal("-9.00"), party, has_document)


def test_equal_payments_within_five_days_are_one_group() -> None:
    lines = [paid(1, 5, has_document=True), paid(2, 7, "moinho sul 123"), paid(3, 11)]

    assert find_repeats(lines) == [tuple(lines)]
    assert find_repeats(lines[::-1]) == [tuple(lines)]


@pytest.mark.parametrize(
    "lines",
    [
        [paid(1, 5), paid(2, 11)],
        [paid(1, 5), paid(2, 5, "OUTRO")],
        [paid(1, 5, has_document=True), paid(2, 5, has_document=True)],
        [paid(1, 5, "123"), paid(2, 5, "456")],
        [],
    ],
)
def test_what_is_no_repetition(lines: list[Paid]) -> None:
    assert find_repeats(lines) == []


def october(first: int, last: int) -> tuple[date, date]:
    return date(2026, 10, first), date(2026, 10, last)


@pytest.mark.parametrize(
    ("spans", "missing"),
    [
        ([october(1, 31)], []),
        ([october(1, 10), october(8, 20)], [october(21, 31)]),
        ([october(11, 20)], [october(1, 10), october(21, 31)]),
        ([(date(2026, 9, 1), date(2026, 9, 30))], [october(1, 31)]),
        ([(date(2026, 9, 15), date(2026, 11, 15))], []),
        ([], [october(1, 31)]),
    ],
)
def test_days_without_a_statement(
    spans: list[tuple[date, date]], missing: list[tuple[date, date]]
) -> None:
    assert uncovered(spans, *october(1, 31)) == missing


@pytest.mark.parametrize(
    ("days", "code"), [(-9, "due"), (0, "due"), (1, "7"), (8, "15"), (60, "60"), (91, "more")]
)
def test_ages_have_their_group(days: int, code: str) -> None:
    assert age_group(days, receivable=True) == f"receivable-{code}"
    assert age_group(days, receivable=False) in {group.code for group in GROUPS}


def test_ages_are_told() -> None:
    assert [told_age(days) for days in (-2, 0, 1, 12)] == [
        "vence em 2 dias",
        "vence hoje",
        "vencida há 1 dia",
        "vencida há 12 dias",
    ]


@pytest.mark.parametrize(
    ("memo", "why"),
    [
        ("TAR PACOTE DE SERVIÇOS", "tarifa ou encargo do banco"),
        ("DÉB. PACOTE SERVIÇOS", "tarifa ou encargo do banco"),
        ("PGTO DARF 0561", "tributo ou guia"),
        ("Folha de pagamento", "folha de pagamento"),
        ("RESGATE CDB", "movimento entre contas próprias"),
        ("PIX ENVIADO MERCADO STAR", ""),
        ("PIX DASA LABORATÓRIOS", ""),
    ],
)
def test_bank_words_that_have_no_note(memo: str, why: str) -> None:
    assert without_note(memo) == why
