"""Values read from tables of the samples folder equal those of the manifest beside them."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed, ParseError
from ingestion.parsers.tables import LAYOUT_CODES, preview
from tests.ingestion.parsers.test_real_files import EXPECTED, FOLDER, TODAY, content, read

FILES = [
    file
    for file in EXPECTED
    if file.startswith(("csv/", "xlsx/", "bad/syn_csv_renomeado", "bad/syn_xls_que_e_html"))
]
# Refused as long as nobody has named the columns; the preview shows what the manifest tells.
UNNAMED = {
    "csv/oca__original_currency_no_header.csv": "no header",
    "xlsx/syn_formula_sem_cache.xlsx": "no column of days",
}
# Under its true name it is read; as .xlsx it is refused, as the malformed files demand.
MISNAMED = {"bad/syn_csv_renomeado.xlsx"}

pytestmark = pytest.mark.skipif(not FOLDER, reason="SAMPLES_DIR names no folder")


def total(parsed: Parsed, sign: int = 0) -> Decimal:
    amounts = [row.amount for row in parsed.transactions]
    return sum((abs(one) if sign else one for one in amounts if one * sign >= 0), Decimal(0))


def closing(parsed: Parsed) -> Decimal | None:
    return parsed.statements[0].balance


def signed(text: str) -> Decimal:
    """`2265.44 D` is a debit balance of a ledger, above zero."""
    number, _, mark = text.partition(" ")
    return -Decimal(number) if mark == "C" else Decimal(number)


# What the manifest may tell of a file, and where it is found.
FOUND: dict[str, Callable[[Parsed, str], bool]] = {
    "rows": lambda parsed, told: parsed.read == int(told),
    "rows_tx": lambda parsed, told: len(parsed.transactions) == int(told),
    "entries": lambda parsed, told: len(parsed.transactions) == int(told),
    "sum": lambda parsed, told: total(parsed) == Decimal(told),
    "in": lambda parsed, told: total(parsed, 1) == Decimal(told),
    "out": lambda parsed, told: total(parsed, -1) == Decimal(told),
    "debit": lambda parsed, told: total(parsed, 1) == Decimal(told),
    "credit": lambda parsed, told: total(parsed, -1) == Decimal(told),
    "opening": lambda parsed, told: parsed.statements[0].opening == Decimal(told),
    "closing": lambda parsed, told: closing(parsed) == signed(told),
    "account": lambda parsed, told: parsed.statements[0].account == told,
    "first": lambda parsed, told: parsed.transactions[0].posted_on.isoformat() == told,
    "cnpj1": lambda parsed, told: parsed.transactions[0].extra["identifiers"]["tax_id"] == told,
    "dates": lambda parsed, told: dates(parsed) == told.partition(" ")[0],
    "date_format": lambda parsed, told: told == "MM/DD/YYYY",
}


def dates(parsed: Parsed) -> str:
    return ",".join(row.posted_on.isoformat() for row in parsed.transactions)


@pytest.mark.parametrize(
    "file", [one for one in FILES if one not in UNNAMED and one not in MISNAMED]
)
def test_values_of_a_table_are_those_of_the_manifest(file: str) -> None:
    parsed = read(file)
    wrong = [
        f"{name}={told}" for name, told in EXPECTED[file].items() if not FOUND[name](parsed, told)
    ]

    assert not wrong
    assert parsed.transactions
    assert parsed.rejected == 0


@pytest.mark.parametrize("file", UNNAMED)
def test_a_table_without_known_columns_is_shown_to_a_person(file: str) -> None:
    with pytest.raises(ParseError) as refused:
        read(file)

    assert refused.value.code in LAYOUT_CODES
    assert len(preview(content(file), file).rows) == int(EXPECTED[file].get("rows", "1"))


@pytest.mark.parametrize("file", sorted(MISNAMED))
def test_a_text_named_as_a_workbook_is_read_under_its_true_name(file: str) -> None:
    with pytest.raises(ParseError) as refused:
        read(file)
    parsed = parse(content(file), "a.csv", options=Options(TODAY))

    assert refused.value.code == "file_type"
    assert (parsed.read, total(parsed)) == (1, Decimal(EXPECTED[file]["sum"]))


def test_a_key_that_a_workbook_rounded_is_told_and_not_guessed() -> None:
    parsed = read("xlsx/syn_cnpj_numero.xlsx")
    keys = [row.extra["identifiers"].get("key", "") for row in parsed.transactions]

    assert [len(key) for key in keys] == [0, 44]
    assert [(one.code, one.place) for one in parsed.problems] == [("value_key", "linha 2 · Chave")]
