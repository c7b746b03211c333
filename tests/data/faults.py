"""Effects that fail on purpose: the n-th write to the database or to the storage."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection

WRITES = ("INSERT", "UPDATE", "DELETE")


class Faults:
    """Counts effects; from the `at`-th on they fail, only that one or all that follow."""

    def __init__(self, at: int, *, always: bool) -> None:
        self.at, self.always, self.seen = at, always, 0

    @property
    def struck(self) -> bool:
        return self.seen >= self.at

    def effect(self, fault: Exception) -> None:
        self.seen += 1
        if self.seen == self.at or (self.always and self.struck):
            raise fault

    def statement(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        text = sql if isinstance(sql, str) else sql.as_string()
        if text.startswith(WRITES):
            self.effect(OperationalError("the connection was cut"))
        return execute(sql, *rest)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def failing(*args: Any, **named: Any) -> Any:
            self.effect(OSError(5, "Input/output error"))
            return function(*args, **named)

        return failing


@contextmanager
def failing(at: int, *, always: bool) -> Iterator[Faults]:
    """Inject one fault, or all from one on, into database, file system and their like."""
    faults = Faults(at, always=always)
    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(faults.statement):
        patch.setattr(os, "link", faults.before(os.link))
        patch.setattr(Path, "rename", faults.before(Path.rename))
        for name in ("open", "delete"):
            patch.setattr(FileSystemStorage, name, faults.before(getattr(FileSystemStorage, name)))
        yield faults
