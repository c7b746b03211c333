"""A layout on trial: what it makes of a file, beside what the present one makes of it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from audits.layout_preview import Column, Kind, preview
from audits.layouts import FieldRule
from audits.shipped import OMR, SHIPPED
from tests.data.answer_sheets import FIRST, results, sheet

CARD = SHIPPED[OMR]
QUESTION = CARD.fields[0]
FEWER = replace(CARD, fields=(replace(QUESTION, values=("A", "B", "C")), *CARD.fields[1:]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Results.csv"
    path.write_bytes(results(FIRST, sheet("b.png", "A", "D"), sheet("c.png", "E", "B")))
    return path


def test_rows_columns_and_issues_are_told(file: Path) -> None:
    seen = preview(file, CARD)

    assert (seen.trial.rows, seen.trial.cards, seen.present) == (3, 1, None)
    assert seen.columns[6] == Column("q1", "Questão 1", "")
    assert seen.columns[0] == Column("file_id", "", "")
    assert [(one.line, one.name, one.issues) for one in seen.trial.first] == [
        (1, "file1.png", ["q1: AB (mais de uma marca)", "q2: em branco"])
    ]


def test_the_present_version_is_held_against_it(file: Path) -> None:
    seen = preview(file, FEWER, CARD)

    assert (seen.trial.cards, seen.new_cards, seen.lost_cards) == (3, 2, 0)
    assert seen.kinds == [
        Kind("invalid", "valor que não serve", 2, 0),
        Kind("blank", "em branco", 1, 1),
        Kind("multi", "mais de uma marca", 1, 1),
    ]
    assert not any(column.changes for column in seen.columns)
    assert preview(file, CARD, FEWER).lost_cards == 2


def test_columns_that_change_are_marked(file: Path) -> None:
    other = replace(CARD, fields=(replace(QUESTION, columns="q1", label="A única"),))
    changed = [column for column in preview(file, other, CARD).columns if column.changes]

    assert changed == [
        Column("matricula", "", "Matrícula"),
        Column("lingua", "", "Língua"),
        Column("q1", "A única", "Questão 1"),
        Column("q2", "", "Questão 2"),
    ]


def test_a_file_that_does_not_fit_says_why(file: Path) -> None:
    lost = preview(file, replace(CARD, columns=("turma",)), CARD)
    none = preview(file, replace(CARD, fields=(FieldRule("z", "Z"),)))

    assert "turma" in lost.trial.faults[0]
    assert lost.present is not None and not lost.present.faults
    assert lost.lost_cards == 1
    assert "Nenhuma coluna do arquivo" in none.trial.faults[0]
    assert none.columns == [] and none.kinds == []


def test_only_the_first_faults_are_told(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(results(*[("", "x")] * 30))
    seen = preview(path, CARD)

    assert len(seen.trial.faults) == 21
    assert seen.trial.faults[-1] == "Há mais 10 problemas no arquivo."


def test_only_the_first_cards_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(results(*[sheet(f"{place}.png", "AB", "") for place in range(50)]))
    seen = preview(path, CARD)

    assert (seen.trial.cards, len(seen.trial.first)) == (50, 20)


def test_of_a_long_file_the_first_rows_are_read_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audits.layout_preview.MOST_ROWS", 2)
    path = tmp_path / "r.csv"
    path.write_bytes(results(*[sheet(f"{place}.png", "AB", "") for place in range(3)]))
    seen = preview(path, CARD, FEWER)

    assert (seen.trial.rows, seen.trial.cards, seen.trial.is_cut) == (2, 2, True)
    assert not preview(path, replace(CARD, columns=("turma",))).trial.is_cut
