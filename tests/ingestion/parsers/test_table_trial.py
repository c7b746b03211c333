"""Columns that a person names: what is enough, and what comes out of them."""

from datetime import date
from decimal import Decimal

import pytest

from ingestion.parsers.model import Layout, Options, ParseError
from ingestion.parsers.table_headers import NAMES
from ingestion.parsers.table_lines import lines_of
from ingestion.parsers.table_trial import ROLE_NAMES, check_columns, try_table
from ingestion.parsers.tables import preview
from tests.data.tables import as_csv, as_xlsx

ROWS = (
    ("Quando", "O que", "Quanto"),
    ("01/09/2026", "PIX RECEBIDO", "1.234,56"),
    ("32/09/2026", "DIA ERRADO", "10,00"),
    ("02/09/2026", "TARIFA", "-3,35"),
)


def options(content: bytes, **columns: int) -> Options:
    seen = preview(content, "t.csv")
    layout = Layout(fingerprint=seen.fingerprint, source="bank", columns=columns)
    return Options(today=date(2026, 10, 31), layouts={seen.fingerprint: layout})


def test_every_role_of_the_reader_has_a_name() -> None:
    assert ROLE_NAMES.keys() == NAMES.keys()


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ({"date": 0, "amount": 2}, set()),
        ({"date": 0, "debit": 1, "credit": 2}, set()),
        ({"amount": 2}, {"date"}),
        ({"date": 0, "memo": 1}, {"amount"}),
        ({"date": 0, "amount": 1, "debit": 2}, {"amount"}),
        ({"date": 0, "debit": 1, "dc": 2}, {"dc"}),
        ({"date": 0, "amount": 3}, {"amount"}),
        ({"date": 0, "amount": 0}, {"date", "amount"}),
        ({"date": 0, "amount": 2, "colour": 1}, {"colour"}),
    ],
)
def test_columns_must_make_a_movement(columns: dict[str, int], wrong: set[str]) -> None:
    assert check_columns(columns, 3).keys() == wrong


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_trial_shows_what_the_reader_will_bring(write: object) -> None:
    content = write(ROWS)  # type: ignore[operator]
    name = "t.csv" if write is as_csv else "t.xlsx"
    trial = try_table(content, name, options(content, date=0, memo=1, amount=2))

    assert (trial.accepted, trial.rejected) == (2, 1)
    assert [row.amount for row in trial.transactions] == [Decimal("1234.56"), Decimal("-3.35")]
    assert trial.problems[0].place.startswith("linha 3")


def test_a_trial_of_another_table_is_refused() -> None:
    with pytest.raises(ParseError):
        try_table(as_csv(ROWS), "t.csv", options(as_csv((("A", "B"), ("x", "y"))), date=0))


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_single_lines_come_with_their_header(write: object) -> None:
    header, row = lines_of(write(ROWS), [("", 3), ("", 99)])  # type: ignore[operator]

    assert header == ("", "Quando", "O que", "Quanto")
    assert row == ("3", "32/09/2026", "DIA ERRADO", "10,00")
