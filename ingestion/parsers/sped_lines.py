"""Lines of a SPED file: records between pipes, up to 9999, whatever follows.

Sources: Guia Prático da EFD ICMS/IPI, section 2; Manual de Orientação do Leiaute 9 da ECD,
chapter 2. Text is ISO-8859-1; several systems write UTF-8, which is tolerated line by line. J800
and J801 carry a document in base64 that may run over many lines.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple

from ingestion.parsers.model import Problem
from ingestion.parsers.values import shown

LONGEST_NUMBER = 19  # digits of a value, more than any layout allows
MOST_WARNINGS = 200  # of one code; the rest is counted
END = b"|9999|"
NOTHING_TO_DO = "Nada a fazer; o arquivo fica guardado."
AGAIN = "Corrija no sistema contábil, gere o arquivo de novo e envie-o."


class Record(NamedTuple):
    """One record. `fields[0]` is REG, so `fields[n]` is field n + 1 of the manuals."""

    line: int  # where it begins, from 1
    fields: list[str]

    @property
    def kind(self) -> str:
        return self.fields[0]

    def get(self, number: int) -> str:
        """Field `number` of the manuals, from 1; older layouts end earlier."""
        return self.fields[number - 1].strip() if 0 < number <= len(self.fields) else ""

    @property
    def place(self) -> str:
        return f"linha {self.line}, registro {shown(self.kind)}"


@dataclass(slots=True)
class Doubts:
    """What was found wrong. Warnings of one kind are told up to a limit, then only counted."""

    problems: list[Problem] = field(default_factory=list)
    rejected: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def warn(self, code: str, place: str, message: str, remedy: str = AGAIN) -> None:
        self.counts[code] += 1
        if self.counts[code] <= MOST_WARNINGS:
            self.problems.append(Problem(code, "warning", place, message, remedy))

    def tell(self, code: str, place: str, message: str) -> None:
        """Something to know, with nothing to do about it."""
        self.problems.append(Problem(code, "info", place, message, NOTHING_TO_DO))

    def reject(self, code: str, place: str, message: str) -> None:
        """Count a record that stays out."""
        self.rejected += 1
        self.problems.append(Problem(code, "error", place, message, AGAIN))

    def told(self) -> tuple[Problem, ...]:
        """All problems, and how many of each kind were left out."""
        more = [
            Problem(code, "warning", "", f"Há mais {count - MOST_WARNINGS} avisos iguais.", AGAIN)
            for code, count in self.counts.items()
            if count > MOST_WARNINGS
        ]
        return (*self.problems, *more)


def read_records(content: bytes) -> Iterator[Record]:
    """Every record up to 9999, in order; a line that does not begin with a pipe continues one."""
    pending: list[bytes] = []
    start = max(content.find(b"|"), 0)
    lines, first = BytesIO(content), content.count(b"\n", 0, start) + 1
    lines.seek(start)
    for number, line in enumerate(lines, first):
        if not line.startswith(b"|"):
            if pending and not line.isspace():
                pending.append(line)
            continue
        if pending:
            yield _record(first, b"".join(pending))
        pending, first = [line], number
        if line.startswith(END):
            break  # the binary signature follows, which may contain anything, also pipes
    if pending:
        yield _record(first, b"".join(pending))


def _record(number: int, raw: bytes) -> Record:
    text = _decoded(raw).strip()
    return Record(number, text.removeprefix("|").removesuffix("|").split("|"))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


@lru_cache(maxsize=2_000)
def parse_day(text: str) -> date | None:
    """`31122026`; None for anything else."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def parse_amount(text: str) -> Decimal | None:
    """`1500,00`, without dots and, but for balances, without sign; None for anything else."""
    digits = text.removeprefix("-").replace(",", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LONGEST_NUMBER:
        return None
    return Decimal(text.replace(",", "."))
