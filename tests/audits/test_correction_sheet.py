"""Corrections by spreadsheet: what leaves, what a sheet that comes back would change."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from audits.deciding import sheet_cells, sheets
from audits.deciding.sheet_cells import neutral, read_sheet, text_of
from audits.deciding.sheets import Preview, apply_sheet, preview_sheet, write_sheet
from audits.models import Batch, CardStatus, Decision, Verdict
from audits.services import decide_card, note_card, reopen_card
from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.models import Organization, User
from tests.data.file_batches import HEADER, make_answers, make_file_batch
from tests.data.tables import as_xlsx

TITLES = ("Linha", "Campo", "Correção", "Versão", "Motivo")


def cells(content: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(BytesIO(content)).worksheets[0].values)


def sheet(*rows: tuple[Any, ...]) -> bytes:
    return as_xlsx([TITLES, *rows])


def filled(batch: Batch, corrections: dict[tuple[int, str], str]) -> bytes:
    """The downloaded sheet with some corrections written into it."""
    book = load_workbook(BytesIO(write_sheet(batch)))
    for row in book.worksheets[0].iter_rows(min_row=2):
        row[4].value = corrections.get((row[0].value, row[2].value))
    return saved(book)


def saved(book: Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def told(found: Preview) -> list[tuple[int, str, str, str]]:
    return [(one.line, one.field, one.before, one.after) for one in found.changes]


def test_the_sheet_has_a_row_for_each_field_in_doubt(answers: Batch) -> None:
    header, *rows = cells(write_sheet(answers))

    assert header[:6] == ("Linha", "Identificador", "Campo", "Lido", "Correção", "Motivo")
    assert [(row[0], row[1], row[2], row[3] or "", row[4], row[7]) for row in rows] == [
        (1, "cartao1.png", "q1", "AB", None, 1),
        (1, "cartao1.png", "q2", "", None, 1),
        (2, "cartao2.png", "q1", "AB", None, 1),
        (2, "cartao2.png", "q2", "", None, 1),
        (4, "cartao4.png", "q2", "F", None, 1),
    ]


def test_a_sheet_that_comes_back_says_what_would_change(answers: Batch) -> None:
    content = filled(answers, {(1, "q1"): "A", (1, "q2"): "UNMARKED", (4, "q2"): "E"})
    found = preview_sheet(answers, content)

    assert told(found) == [(1, "q1", "AB", "A"), (1, "q2", "", "UNMARKED"), (4, "q2", "F", "E")]
    assert (found.refused, [card.line for card in found.cards]) == ([], [1, 4])
    assert not Decision.objects.exists()


def test_a_confirmed_sheet_decides_each_card(answers: Batch, auditor: User) -> None:
    content = sheet((1, "q1", "A", 1, "borrão"), (1, "q2", "B", 1, "fraco"), (4, "q2", "E", 1, ""))
    found = preview_sheet(answers, content)
    outcome = apply_sheet(answers.pk, found.cards, author=auditor)
    again = apply_sheet(answers.pk, found.cards, author=auditor)

    assert [card.line for card in outcome.decided] == [1, 4]
    assert [card.version for card in again.decided] == [2, 2]
    assert list(Decision.objects.values_list("line", "after", "note", "version_seen")) == [
        (1, {"q1": "A", "q2": "B"}, "borrão; fraco", 1),
        (4, {"q2": "E"}, "", 1),
    ]


def test_a_card_that_changed_since_is_refused_in_the_preview(answers: Batch, auditor: User) -> None:
    content = filled(answers, {(4, "q2"): "E"})
    note_card(answers.cards.get(line=4).pk, author=auditor, version=1, note="ver")
    found = preview_sheet(answers, content)

    assert (found.changes, found.refused[0].row) == ([], 6)
    assert "mudou depois que a planilha foi baixada" in found.refused[0].message


def test_a_card_that_changed_before_the_confirmation_is_refused_alone(
    answers: Batch, auditor: User, manager: User
) -> None:
    content = filled(answers, {(1, "q1"): "A", (1, "q2"): "A", (4, "q2"): "E"})
    found = preview_sheet(answers, content)
    note_card(answers.cards.get(line=1).pk, author=manager, version=1, note="ver")
    outcome = apply_sheet(answers.pk, found.cards, author=auditor)

    assert [card.line for card in outcome.decided] == [4]
    assert [(one.card.line, one.code) for one in outcome.refused] == [(1, "card_changed")]


def test_a_card_with_a_doubt_left_is_not_decided(answers: Batch) -> None:
    found = preview_sheet(answers, filled(answers, {(1, "q1"): "A"}))

    assert (found.cards, found.changes) == ([], [])
    assert "falta dizer q2" in found.refused[0].message


def test_what_was_corrected_before_a_reopening_counts(answers: Batch, auditor: User) -> None:
    card = answers.cards.get(line=1)
    fields = {"q1": "A", "q2": "B"}
    decide_card(card.pk, author=auditor, version=1, verdict=Verdict.CORRECT, corrections=fields)
    reopen_card(card.pk, author=auditor, version=2)
    found = preview_sheet(answers, sheet((1, "q1", "C", 3, "")))

    assert (told(found), found.refused) == ([(1, "q1", "AB", "C")], [])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((1, "q1", "F", 1, ""), "não serve em Questão 1"),
        ((1, "q1", "a", 1, ""), "não serve em Questão 1"),
        ((1, "q99", "A", 1, ""), "não existe neste leiaute"),
        ((3, "q1", "A", 1, ""), "não tem cartão em aberto"),
        ((9, "q1", "A", 1, ""), "não tem cartão em aberto"),
        (("um", "q1", "A", 1, ""), "Linha: “um” não é um número"),
        ((1, "q1", "A", "", ""), "Versão: “” não é um número"),
    ],
)
def test_a_wrong_row_is_named(answers: Batch, row: tuple[Any, ...], message: str) -> None:
    found = preview_sheet(answers, sheet(row))

    assert (found.changes, found.refused[0].row) == ([], 2)
    assert message in found.refused[0].message


def test_the_same_cell_twice_is_refused(answers: Batch) -> None:
    found = preview_sheet(answers, sheet((4, "q2", "A", 1, ""), (4, "q2", "B", 1, "")))

    assert told(found) == [(4, "q2", "F", "A")]
    assert [one.row for one in found.refused] == [3]


def test_a_formula_is_text_and_no_answer(answers: Batch) -> None:
    book = load_workbook(BytesIO(sheet((4, "q2", "", 1, ""))))
    book.worksheets[0]["C2"].value = '="E"'
    found = preview_sheet(answers, saved(book))

    assert found.changes == []
    assert '“="E"” não serve' in found.refused[0].message


def test_formulas_leave_as_texts(organization: Organization) -> None:
    row = ('=HYPERLINK("http://x")', "a", "b", "0", "1", "=1+1", "A", "A")
    batch = make_file_batch(organization, HEADER, [row])
    (read,) = cells(write_sheet(batch))[1:]

    assert read[1] == '\'=HYPERLINK("http://x")'
    assert read[3] == "'=1+1"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1", "'=1"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-3,35", "-3,35"),
        ("+1", "+1"),
        ("A", "A"),
        ("a\x01b", "a\N{REPLACEMENT CHARACTER}b"),
        ("'A", "'A"),
    ],
)
def test_only_what_a_spreadsheet_would_calculate_is_marked(text: str, safe: str) -> None:
    assert neutral(text) == safe


@pytest.mark.parametrize("text", ["=1", "+cmd", "@x", "-cmd", "-3,35", "A"])
def test_the_mark_is_taken_away_again(text: str) -> None:
    assert text_of(neutral(text)) == text


def test_numbers_and_days_are_texts() -> None:
    content = as_xlsx([("a", "b", "c", "d"), (52878, 12.5, 3.0, " x ")])
    (row,) = read_sheet(content)

    assert [text_of(cell) for cell in row] == ["52878", "12,5", "3", "x"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet_unreadable"),
        (b"PK\x03\x04 nada", "sheet_unreadable"),
        (b"Linha;Campo", "sheet_unreadable"),
        (as_xlsx([("Linha", "Campo")]), "sheet_columns"),
        (b"x" * (5 * 1024 * 1024 + 1), "sheet_too_large"),
    ],
    ids=["empty", "damaged", "csv", "columns", "bytes"],
)
def test_files_that_are_no_such_sheet_are_refused(
    answers: Batch, content: bytes, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        preview_sheet(answers, content)

    assert refused.value.code == code


def test_a_sheet_has_so_many_rows_at_most(answers: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_cells, "MOST_ROWS", 20)

    with pytest.raises(InvalidInput) as refused:
        preview_sheet(answers, sheet(*[(1, "q1", "", 1, "")] * 21))
    assert refused.value.code == "sheet_too_large"


def test_a_sheet_decides_so_many_cards_at_most(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = make_answers(organization, *[("F", "A", "A")] * 3)
    content = filled(batch, {(line, "q1"): "A" for line in (1, 2, 3)})
    monkeypatch.setattr(sheets, "MOST_CARDS", 2)

    with pytest.raises(InvalidInput) as refused:
        preview_sheet(batch, content)
    assert refused.value.code == "sheet_cards"
    assert len(cells(write_sheet(batch))) == 3


def test_lines_of_a_conciliation_are_corrected_too(review: Any, auditor: User) -> None:
    line = review.lonely_card.line
    found = preview_sheet(review.batch, sheet((line, "debito", 52878, 1, "tarifa")))
    outcome = apply_sheet(review.batch.pk, found.cards, author=auditor)

    assert [card.status for card in outcome.decided] == [CardStatus.RESOLVED]
    assert Decision.objects.get().after == {"debito": "52878"}
