"""Rows that many tests start from, made once: each test goes back to them, not to empty tables.

A layer is a function that is given what the layers below it made, by name, and returns what it
made itself. Its transaction stays open from test to test, until one wants other layers.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection
from django.db.transaction import Atomic, atomic, set_rollback
from django.test import override_settings

from conciliacontag.database import EVERY, show
from conciliacontag.storage import storage
from conciliacontag.visibility import visible

Made = dict[str, Any]
Layer = Callable[[Made], Made]


@dataclass(slots=True)
class Standing:
    """A layer whose rows and files are there: its open transaction, its folder of stored files."""

    layer: Layer
    made: Made
    transaction: Atomic
    files: TemporaryDirectory[str]


class Ground:
    """The layers that stand at the moment, the lowest first."""

    def __init__(self) -> None:
        self.standing: list[Standing] = []

    def stand_on(self, layers: Sequence[Layer], files: Path) -> Made:
        """What these layers made, the test's own copy of it; their files go to its folder."""
        common = 0
        for wanted, found in zip(layers, self.standing, strict=False):
            if wanted is not found.layer:
                break
            common += 1
        self.leave(common)
        for layer in layers[common:]:
            self.add(layer)
        if not self.standing:
            return {}
        copytree(self.standing[-1].files.name, files, dirs_exist_ok=True)
        return deepcopy(self.standing[-1].made)

    def add(self, layer: Layer) -> None:
        files = TemporaryDirectory(prefix="ground")
        transaction = atomic()
        # What demands to be the outermost transaction still takes itself for it.
        transaction._from_testcase = True  # type: ignore[attr-defined]
        transaction.__enter__()
        below = self.standing[-1].made if self.standing else {}
        if self.standing:
            copytree(self.standing[-1].files.name, files.name, dirs_exist_ok=True)
        self.standing.append(Standing(layer, below, transaction, files))
        try:
            self.standing[-1].made = below | build(layer, deepcopy(below), files.name)
        except BaseException:
            self.leave(len(self.standing) - 1)
            raise

    def leave(self, common: int = 0) -> None:
        """Go back to the lowest so many layers, without the others' rows and files."""
        while len(self.standing) > common:
            gone = self.standing.pop()
            set_rollback(True)
            gone.transaction.__exit__(None, None, None)
            gone.files.cleanup()


def build(layer: Layer, below: Made, files: str) -> Made:
    with override_settings(FILES_ROOT=Path(files)):
        storage.cache_clear()
        show(EVERY)
        made = layer(below)
        connection.check_constraints()
    storage.cache_clear()
    visible.set("")
    return made
