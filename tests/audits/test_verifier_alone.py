"""The check needs nothing but the standard library, and a folder of its own."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO, ClassVar

import pytest

from audits.manifest_check import MANIFEST, Folder, check_package
from audits.verifier import MODULES, verifier
from conciliacontag.env import ROOT
from tests.data.manifests import make_package

SUBMODULES = {f"audits.{name}" for name in MODULES}


def imported(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """The smallest package there is, far from the product."""
    package = make_package()
    folder = tmp_path / "pacote"
    folder.mkdir()
    (folder / "results_manifest.json").write_bytes(package.content)
    for name, content in package.files.items():
        (folder / name).write_bytes(content)
    return folder


def copied(folder: Path) -> Path:
    """Only the modules of the check, in a folder of their own."""
    target = folder / "sozinho" / "audits"
    target.mkdir(parents=True)
    (target / "__init__.py").touch()
    for name in MODULES:
        (target / f"{name}.py").write_bytes((ROOT / "audits" / f"{name}.py").read_bytes())
    return target.parent


def check(alone: Path, package: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """A Python without site packages, without its environment, without this folder."""
    start = f"import sys, runpy; sys.path.insert(0, {str(alone)!r}); "
    start += "sys.argv[:1] = ['manifest_check']; "
    start += "runpy.run_module('audits.manifest_check', run_name='__main__')"
    command = [sys.executable, "-I", "-S", "-c", start, str(package), *more]
    return subprocess.run(command, cwd=alone, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", MODULES)
def test_its_modules_import_the_standard_library_and_each_other(name: str) -> None:
    names = imported((ROOT / "audits" / f"{name}.py").read_text(encoding="utf-8"))
    others = {one for one in names if one.partition(".")[0] not in sys.stdlib_module_names}

    assert others <= SUBMODULES


def test_a_copied_folder_is_checked_without_the_product(exported: Path, tmp_path: Path) -> None:
    done = check(copied(tmp_path), exported)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tudo confere" in done.stdout
    assert "2 células em 1 linha" in done.stdout
    assert "Saiu com 1 cartão sem decisão" in done.stdout


def test_findings_end_with_one_and_missing_folders_with_two(exported: Path, tmp_path: Path) -> None:
    alone = copied(tmp_path)
    (exported / "Results.csv").write_bytes(b"a\n")

    found, unreadable = check(alone, exported), check(alone, exported / "nada.zip")
    assert (found.returncode, unreadable.returncode) == (1, 2)
    assert "NÃO CONFERE" in found.stdout
    assert "Não foi possível ler" in unreadable.stderr


def test_programs_are_told_in_json(exported: Path, tmp_path: Path) -> None:
    done = check(copied(tmp_path), exported, "--json")

    assert '"ok": true' in done.stdout


def test_the_verifier_has_the_same_bytes_each_time() -> None:
    first = verifier()
    verifier.cache_clear()

    assert verifier() == first
    assert first.startswith(b"#!/usr/bin/env python3\n")


class Watched(Folder):
    """A folder that knows which of its files were opened."""

    opened: ClassVar[list[str]] = []

    def open(self, name: str) -> BinaryIO:
        self.opened.append(name)
        if name == "alheio.json":
            raise PermissionError(13, "Permission denied", name)
        return super().open(name)


def test_files_beside_a_package_are_none_of_it(exported: Path) -> None:
    Watched.opened.clear()
    (exported / "alheio.json").write_text("{}")

    assert check_package(Watched(exported), MANIFEST).findings == []
    assert "alheio.json" not in Watched.opened


def test_a_file_that_may_not_be_read_is_no_earlier_manifest(exported: Path) -> None:
    package = make_package()
    package.manifest |= {"revision": 2, "previous_manifest_sha256": "0" * 64}
    (exported / MANIFEST).write_bytes(package.content)
    (exported / "alheio.json").write_text("{}")

    (finding,) = check_package(Watched(exported), MANIFEST).findings

    assert finding.startswith("Falta o manifesto que a revisão 2 cita")
