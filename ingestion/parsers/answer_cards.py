"""Answer cards read by OMR: the results CSV of OMRChecker, one line for each scanned sheet.

Source: OMRChecker writes `file_id, input_path, output_path, score` and then the columns of the
template, identifiers and questions; all three of its files (results, multi-marked, errors) have
this header. The score of the latter two is `NA`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from conciliacontag.brazil import fold
from ingestion.parsers.delimited import read_delimited
from ingestion.parsers.grid import Grid, Row, is_blank, no_table, written
from ingestion.parsers.model import Parsed, Problem

PARSER = "omr/1"
FIXED = ("file_id", "input_path", "output_path", "score")
IDENTIFIERS = ("matricula", "lingua")  # columns that begin so tell whose card it is
LOOK = "Confira a resposta na imagem do cartão; o arquivo original fica como veio."

# Only `q` and digits: a column `quantidade` is no question.
_QUESTION = re.compile(r"q[0-9]+", re.IGNORECASE)
_ANSWER = re.compile(r"[A-E]")


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """One line of the results: its place in the file is its identity, as `file_id` may repeat."""

    file_id: str
    line: int  # in the file, from 1; the header is line 1
    identifiers: Mapping[str, str]  # matricula…, lingua
    answers: Mapping[str, str]  # question → as read
    score: str  # a number, or NA
    image: str  # base name of the scanned sheet
    marked_image: str  # base name of the sheet with the reading drawn on it
    issues: tuple[str, ...]  # `q1: AB`, `q2: blank`
    is_repeated: bool = False  # another line has the same file_id


def is_answer_table(grid: Grid) -> bool:
    """Whether a table begins as OMRChecker's results do."""
    header = grid.rows[0] if grid.rows else ()
    return tuple(written(cell).lower() for cell in header[: len(FIXED)]) == FIXED


def issue_of(question: str, value: str) -> str:
    """What a person must look at, "" for one plain letter A to E, in either case."""
    read = value.strip().upper()
    if _ANSWER.fullmatch(read):
        return ""
    return f"{question}: {value.strip() or 'blank'}"


def read_cards(content: bytes) -> tuple[AnswerCard, ...]:
    """Every card of a results file; lines without `file_id` are left out.

    Raises:
        ParseError: text_encoding, text_control, csv_quote, or csv_header for another table.
    """
    grid = read_delimited(content)
    if not is_answer_table(grid):
        message = "O arquivo não começa com file_id, input_path, output_path e score."
        raise no_table("csv_header", message, "Envie o arquivo Results que o leitor gerou.")
    return cards_of(grid)


def cards_of(grid: Grid) -> tuple[AnswerCard, ...]:
    """The cards of a table that `is_answer_table`."""
    header = [written(cell) for cell in grid.rows[0]]
    rows = [(row, line) for row, line in zip(grid.rows[1:], grid.lines[1:], strict=True)]
    names = [written(row[0]) for row, _ in rows]
    counts = (
        {name: names.count(name) for name in set(names)} if len(set(names)) < len(names) else {}
    )
    return tuple(
        _card(header, row, line, is_repeated=counts.get(name, 1) > 1)
        for (row, line), name in zip(rows, names, strict=True)
        if name
    )


def _card(header: list[str], row: Row, line: int, *, is_repeated: bool) -> AnswerCard:
    values = dict(zip(header, map(written, row), strict=False))
    answers = {name: values.get(name, "") for name in header if _QUESTION.fullmatch(name)}
    issues = (issue_of(name, value) for name, value in answers.items())
    return AnswerCard(
        file_id=written(row[0]),
        line=line,
        identifiers={n: v for n, v in values.items() if n.lower().startswith(IDENTIFIERS)},
        answers=answers,
        score=values.get(header[3], ""),
        image=_base_name(values.get(header[1], "")),
        marked_image=_base_name(values.get(header[2], "")),
        issues=tuple(issue for issue in issues if issue),
        is_repeated=is_repeated,
    )


def _base_name(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name


def parse_answer_cards(grid: Grid) -> Parsed:
    """The cards as informative records: a person opens a batch with them; nothing is booked."""
    cards = cards_of(grid)
    problems = [problem for card in cards for problem in _problems(card)]
    nameless = [
        line
        for row, line in zip(grid.rows[1:], grid.lines[1:], strict=True)
        if not written(row[0]) and not is_blank(row)
    ]
    message = "A linha não tem file_id: não se sabe de qual folha é, e ela não vira cartão."
    remedy = "Confira a folha no leitor e gere o arquivo de novo."
    problems += [
        Problem("omr_nameless", "warning", f"linha {n}", message, remedy) for n in nameless
    ]
    informative = len(cards) + len(nameless)
    return Parsed("omr", PARSER, problems=tuple(problems), informative=informative)


def _problems(card: AnswerCard) -> list[Problem]:
    found = []
    if card.is_repeated:
        message = f"O file_id “{fold(card.file_id)[:60]}” aparece em mais de uma linha."
        remedy = "Cada linha é um cartão próprio; confira qual delas vale."
        found.append(Problem("omr_repeated", "warning", f"linha {card.line}", message, remedy))
    if card.issues:
        first = card.issues[0].partition(":")[0]
        shown = "; ".join(card.issues[:10]) + ("…" if len(card.issues) > 10 else "")
        message = f"O cartão tem {len(card.issues)} questões a conferir: {shown}."
        place = f"linha {card.line} · {first}"
        found.append(Problem("omr_issues", "warning", place, message, LOOK))
    return found
