"""Settings come from the environment, and every one of them is explained where it is listed."""

from pathlib import Path

import pytest

from conciliacontag.env import ROOT, Environment, kept_secret, read_environment, written_by_launcher


def names() -> set[str]:
    return {str(field.alias) for field in Environment.model_fields.values()}


def test_the_example_lists_every_setting_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}

    assert listed == names()


def test_a_variable_wins_over_its_file_and_the_launcher(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "environment").write_text("LOG_LEVEL=ERROR\nS3_BUCKET=escrito\n", encoding="utf-8")
    (tmp_path / "secret").write_text("do-arquivo\n", encoding="utf-8")
    monkeypatch.setenv("CONCILIACONTAG_DATA", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    read = read_environment()

    assert (read.log_level, read.s3_bucket) == ("DEBUG", "escrito")
    assert read.secret_key.get_secret_value() == "do-arquivo"


def test_another_database_never_gets_the_embedded_ones_owner(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "environment").write_text("DATABASE_OWNER_URL=embutido\n", encoding="utf-8")
    monkeypatch.setenv("CONCILIACONTAG_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@servidor/livros")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)

    assert read_environment().database_owner_url.get_secret_value() == ""


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "django"

    first = kept_secret(path)

    assert kept_secret(path) == first
    assert len(first) > 50
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_launcher_nothing_is_written(tmp_path: Path) -> None:
    assert written_by_launcher(tmp_path / "environment") == {}
