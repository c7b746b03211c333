import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from conciliacontag.development.folder import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small project: the real script, a package that echoes, an installer that notes calls."""
    shutil.copy(ROOT / "dev", tmp_path)
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "requirements-dev.txt").write_text("# nothing\n")
    package = tmp_path / "conciliacontag" / "development"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text("import sys; print(sys.prefix, *sys.argv[1:])\n")
    installer(tmp_path, "sleep 0.2")
    return tmp_path


def installer(checkout: Path, action: str) -> None:
    """Put an `uv` on the path of the checkout's commands."""
    uv = checkout / "tools" / "uv"
    uv.parent.mkdir(exist_ok=True)
    uv.write_text(f'#!/bin/sh\necho "$@" >> {checkout}/calls\n{action}\n')
    uv.chmod(0o755)


def start(checkout: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PATH": f"{checkout}/tools:/usr/bin:/bin"}
    command = [sys.executable, str(checkout / "dev"), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)


def dev(checkout: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    process = start(checkout, *arguments)
    output, errors = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def load(path: Path) -> ModuleType:
    """The script as a module, to ask single functions."""
    loader = SourceFileLoader("dev_script", str(path))
    spec = spec_from_loader("dev_script", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_without_a_command_it_explains_itself(checkout: Path) -> None:
    answer = dev(checkout)

    assert answer.returncode == 0
    assert "Exemplos:" in answer.stdout
    assert not (checkout / ".venv").exists()


def test_an_unknown_command_is_refused_before_anything_is_installed(checkout: Path) -> None:
    answer = dev(checkout, "demoo")

    assert answer.returncode == 2
    assert "erro [dev.comando]: Comando desconhecido: demoo" in answer.stderr
    assert not (checkout / ".venv").exists()


def test_the_first_start_installs_and_the_second_does_not(checkout: Path) -> None:
    first, second = dev(checkout, "run", "--port", "1"), dev(checkout, "run")

    assert first.stdout == f"{checkout}/.venv run --port 1\n"
    assert "Instalando requirements.txt" in first.stderr
    assert second.stderr == ""
    call = (checkout / "calls").read_text()
    assert call.count("\n") == 1
    assert f"--require-hashes -r {checkout}/requirements.txt" in call


def test_only_tests_and_checks_install_the_tools(checkout: Path) -> None:
    dev(checkout, "run")
    assert "requirements-dev.txt" not in (checkout / "calls").read_text()

    dev(checkout, "test")
    assert "requirements-dev.txt" in (checkout / "calls").read_text()


def test_an_interrupted_install_is_made_anew(checkout: Path) -> None:
    dev(checkout, "run")
    (checkout / ".venv" / "unfinished").touch()
    (checkout / ".venv" / "half").touch()

    answer = dev(checkout, "run")

    assert answer.returncode == 0
    assert not (checkout / ".venv" / "half").exists()


def test_two_first_starts_at_once_both_succeed(checkout: Path) -> None:
    both = [start(checkout, "run") for _ in range(2)]

    words = [process.communicate()[1] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert "".join(words).count("Instalando") == 1


def test_a_changed_lock_is_installed_again(checkout: Path) -> None:
    dev(checkout, "run")
    (checkout / "requirements.txt").write_text("# another\n")

    assert "Instalando requirements.txt" in dev(checkout, "run").stderr


def test_an_old_python_reads_a_sentence(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = load(checkout / "dev")
    monkeypatch.setattr(script.sys, "version_info", (3, 9, 2))

    assert script.main(["demo"]) == 2
    assert "É preciso Python 3.11 ou mais novo; este é o 3.9" in capsys.readouterr().err


def test_pip_does_what_uv_cannot_and_refuses_a_package_without_its_hash(checkout: Path) -> None:
    installer(checkout, "exit 1")
    (checkout / "requirements.txt").write_text("iniconfig==2.0.0\n")

    answer = dev(checkout, "run")

    assert answer.returncode == 2
    assert "require-hashes" in answer.stderr
    assert "erro [dev.instalacao_falhou]" in answer.stderr
    assert not (checkout / ".venv" / "installed-requirements.txt").exists()
