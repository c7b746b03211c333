"""The header of a table is found, its columns are known or a person has named them."""

from datetime import date

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Layout, Options, Parsed, ParseError
from ingestion.parsers.table_headers import fingerprint, guess_roles
from ingestion.parsers.tables import LAYOUT_CODES, preview
from tests.data.tables import STATEMENT, as_csv, as_html, as_ods, as_xls, as_xlsx

TODAY = date(2026, 11, 21)
ODD = (("Quando", "O quê", "Quanto"), ("01/09/2026", "PIX", "1.234"))


def read(content: bytes, name: str = "a.csv", *layouts: Layout) -> Parsed:
    options = Options(TODAY, layouts={one.fingerprint: one for one in layouts})
    return parse(content, name, options=options)


def refusal(content: bytes, name: str = "a.csv") -> ParseError:
    with pytest.raises(ParseError) as error:
        read(content, name)
    return error.value


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", as_csv(STATEMENT)),
        ("a.xlsx", as_xlsx(STATEMENT)),
        ("a.xls", as_xls(STATEMENT)),
        ("a.ods", as_ods(STATEMENT)),
        ("a.xls", as_html(STATEMENT)),
        ("a.xls", as_csv(STATEMENT, delimiter="\t")),
    ],
)
def test_every_format_tells_the_same(name: str, content: bytes) -> None:
    rows = read(content, name).transactions

    assert [(row.memo, str(row.amount), row.check_number) for row in rows] == [
        ("PIX RECEBIDO", "1234.56", "000123"),
        ("TARIFA COBRANÇA", "-3.35", "000124"),
    ]


def test_unknown_columns_are_named_and_a_person_can_say_what_they_are() -> None:
    error = refusal(as_csv(ODD))

    assert error.code in LAYOUT_CODES
    assert all(f"“{title}”" in error.message for title in ODD[0])
    assert "mapeamento" in error.remedy


def test_what_a_person_has_said_is_remembered_by_the_header() -> None:
    said = Layout(
        fingerprint(ODD[0]), "bank", {"date": 0, "memo": 1, "amount": 2}, ",", "mdy", "1-9"
    )
    (row,) = read(as_csv(ODD), "a.csv", said).transactions

    assert (row.posted_on, str(row.amount), row.account) == (date(2026, 1, 9), "1234.00", "1-9")


def test_a_remembered_header_stands_also_below_titles_that_are_not_padded() -> None:
    content = b"EXTRATO DE CONTA\r\n" + as_csv(STATEMENT)
    said = Layout(fingerprint(STATEMENT[0]), "bank", guess_roles(STATEMENT[0]))

    assert refusal(content).code == "csv_header"
    assert read(content, "a.csv", said).read == 2


def test_a_table_without_header_is_remembered_by_its_shape() -> None:
    content = as_csv([("01/09/2026", "PIX", "10,00"), ("02/09/2026", "TED", "-5,00")])
    shape = preview(content, "a.csv").fingerprint
    said = Layout(shape, "bank", {"date": 0, "memo": 1, "amount": 2})

    assert refusal(content).code == "csv_header"
    assert [str(row.amount) for row in read(content, "a.csv", said).transactions] == [
        "10.00",
        "-5.00",
    ]
    assert preview(as_csv([("03/10/2026", "DOC", "1,00")]), "b.csv").fingerprint == shape


def test_the_fingerprint_ignores_accents_case_blanks_and_empty_columns_at_the_end() -> None:
    same = [("Data", "Histórico", "Valor"), (" DATA", "historico ", "VALOR", "", "")]

    assert len({fingerprint(header) for header in same}) == 1
    assert fingerprint(("Data", "Valor")) != fingerprint(same[0])


def test_the_preview_shows_header_rows_and_guessed_roles() -> None:
    rows = [("EXTRATO", "", "", ""), *STATEMENT, *[STATEMENT[1]] * 30]
    shown = preview(as_xlsx(rows, more={"Outra": [("x",)]}), "a.xlsx")

    assert (shown.header, shown.header_row, len(shown.rows)) == (STATEMENT[0], 2, 20)
    assert shown.roles == {"date": 0, "memo": 1, "document": 2, "amount": 3}
    assert shown.fingerprint == fingerprint(STATEMENT[0])
    assert shown.sheets == ("Extrato", "Outra")


def test_a_column_twice_is_refused_when_it_is_used() -> None:
    header = ("Data", "Valor", "valor (R$)")

    assert refusal(as_csv([header, ("01/09/2026", "1,00", "2,00")])).code == "csv_repeated"
    assert read(as_csv([("Data", "Valor", "x", "x"), ("01/09/2026", "1,00", "", "")])).read == 1


def test_the_first_known_name_of_a_role_wins() -> None:
    assert guess_roles(("Detalhes", "Data", "Histórico", "Valor", "Descrição"))["memo"] == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", as_csv(STATEMENT)), ("a.csv", as_xlsx(STATEMENT)), ("a.ofx", as_html(STATEMENT))],
)
def test_a_table_under_the_name_of_another_kind_is_refused(name: str, content: bytes) -> None:
    assert refusal(content, name).code == "file_type"


def test_a_page_without_a_table_is_no_table() -> None:
    page = b"<html><body>Sua sess\xc3\xa3o expirou</body></html>"

    assert refusal(page, "extrato.xls").code == "file_type"


def test_sheets_that_are_not_read_are_told() -> None:
    parsed = read(as_xlsx(STATEMENT, more={"Notas": ODD}, hidden={"Velha": ODD}), "a.xlsx")

    assert len(parsed.transactions) == 2
    assert [problem.code for problem in parsed.problems] == ["table_sheet", "table_sheet"]
    assert all(problem.severity == "info" for problem in parsed.problems)


def test_records_are_counted_on_through_the_sheets() -> None:
    parsed = read(
        as_xlsx(STATEMENT, more={"Outubro": [STATEMENT[0], ("32/10/2026", "", "", 1)]}), "a.xlsx"
    )

    assert [row.record for row in parsed.transactions] == [1, 2]
    assert (parsed.rejected, parsed.problems[0].place) == (1, "linha 2 · Data · aba Outubro")
