"""The rows of a table that stayed out, each with its reason, as they stand in the file."""

import re

from conciliacontag.errors import NotFound
from conciliacontag.storage import local_copy
from ingestion.models import Problem, SourceFile
from ingestion.parsers.model import ParseError
from ingestion.reading import read_lines
from ingestion.services.stored import is_kept, member_name

TABLES = ("table", "francesinha")
MOST = 5_000
REASON = ("Linha", "O que houve", "O que fazer")

_LINE = re.compile(r"\blinha (\d{1,7})\b")
_SHEET = re.compile(r" · aba (.+)$")


def has_refused_rows(file: SourceFile) -> bool:
    """Whether some rows of a table came in and others did not."""
    return file.kind in TABLES and 0 < file.rejected < file.read


def refused_rows(file: SourceFile) -> tuple[list[str], list[list[str]]]:
    """The header and the refused rows, cells first, then line, reason and remedy.

    Raises:
        NotFound: no row was refused, or the file cannot be opened any more.
    """
    refusals = Problem.objects.about(file).filter(severity="error")[:MOST]
    wanted = {place: problem for problem in refusals if (place := place_of(problem))}
    if not wanted or not is_kept(file):
        raise NotFound("Nenhuma linha deste arquivo foi recusada, ou ele já não está guardado.")
    with local_copy(file.storage_path) as path:
        try:
            header, *rows = read_lines(path, tuple(wanted), member=member_name(file))
        except ParseError as error:
            raise NotFound(error.message) from error
    width = max(map(len, (header, *rows))) - 1
    titles = [*padded(header[1:], width), *REASON]
    # Rows come in the order wanted; a line alone does not name one, for each sheet has a line 3.
    left = iter(wanted.items())
    reasons = (next(found for (_, line), found in left if str(line) == row[0]) for row in rows)
    return titles, [
        [*padded(row[1:], width), *reason(row[0], problem)]
        for row, problem in zip(rows, reasons, strict=True)
    ]


def place_of(problem: Problem) -> tuple[str, int] | None:
    line, sheet = _LINE.search(problem.place), _SHEET.search(problem.place)
    return (sheet[1] if sheet else "", int(line[1])) if line else None


def padded(cells: tuple[str, ...], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def reason(line: str, problem: Problem) -> list[str]:
    return [line, problem.message, problem.remedy]
