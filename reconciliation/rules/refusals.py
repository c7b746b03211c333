"""What is wrong with a rule, and exactly where."""

from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Line and column of a text, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"linha {self.line}, coluna {self.column}"


class Fault(NamedTuple):
    """One thing that is wrong: a stable code, a sentence, and where."""

    code: str
    message: str
    place: Place

    def __str__(self) -> str:
        return f"{str(self.place).capitalize()}: {self.message}"


class RuleRefused(Exception):
    """A text holds no usable rules; every fault that was found is named."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(map(str, faults)))


class ConditionRefused(Exception):
    """A condition cannot be used; `offset` is the character where that shows, from 0."""

    def __init__(self, code: str, message: str, offset: int) -> None:
        self.code, self.message, self.offset = code, message, offset
        super().__init__(message)
