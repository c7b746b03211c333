"""Every file of the samples is compared with its row of the manifest by some test beside this one.

A file counts as compared when a test of a `test_real_*` module gets it as a parameter, or names it
in its own code, itself or by a constant of its module. The folder is named by SAMPLES_DIR.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.ingestion.parsers import (
    test_real_bad,
    test_real_cnab,
    test_real_cte,
    test_real_files,
    test_real_nfe,
    test_real_tables,
)
from tests.ingestion.parsers.disagreements import DISAGREEMENTS
from tests.ingestion.parsers.samples import EXPECTED, FOLDER, needs_samples

pytestmark = needs_samples

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("test_real_*.py"))


def compared(module: ModuleType) -> Iterator[str]:
    for test in vars(module).values():
        if isinstance(test, FunctionType) and test.__name__.startswith("test_"):
            for mark in getattr(test, "pytestmark", ()):
                if mark.name == "parametrize":
                    yield from named(mark.args[1])
            yield from mentioned(test.__code__, module)


def mentioned(code: CodeType, module: ModuleType) -> Iterator[str]:
    """Files in the text of a test, and in the constants it uses."""
    for constant in code.co_consts:
        yield from (
            mentioned(constant, module) if isinstance(constant, CodeType) else named(constant)
        )
    for name in code.co_names:
        if isinstance(getattr(module, name, None), str):
            yield getattr(module, name)


def named(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for part in value:
            yield from named(part)
    elif hasattr(value, "values"):
        yield from named(value.values)  # a pytest.param


def test_every_row_of_the_manifest_is_compared() -> None:
    modules = [import_module(f"tests.ingestion.parsers.{name}") for name in NAMES]
    found = {file for module in modules for file in compared(module)}

    assert len(EXPECTED) >= 185
    assert sorted(set(EXPECTED) - found) == []


def test_every_row_has_its_file() -> None:
    assert [file for file in EXPECTED if not (Path(FOLDER) / file).is_file()] == []


def test_every_exception_of_a_test_is_argued() -> None:
    """Files that the tests of a family treat apart because the manifest expects otherwise."""
    apart = {
        *test_real_files.DISAGREEMENTS,
        *(file for file in test_real_cnab.SHIFTED if file.startswith("cnab/")),
        *test_real_cnab.PAID_UNSETTLED,
        *test_real_cte.OTHER_PROTOCOL,
        *test_real_nfe.REFUSED_KEYS,
        *(file for file in test_real_nfe.ANSWERS if "cStat" in EXPECTED[file]),
        *test_real_tables.UNNAMED,
        *test_real_tables.MISNAMED,
        *(file for file in test_real_bad.REFUSED if EXPECTED[file].keys() & {"key", "sum"}),
    }

    assert apart - DISAGREEMENTS.keys() == set()
    assert DISAGREEMENTS.keys() - EXPECTED.keys() == set()
    assert all(all(argued) for argued in DISAGREEMENTS.values())
