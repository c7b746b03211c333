import stat

import pytest

from conciliacontag.development.embedded import embedded_services
from conciliacontag.development.environment import (
    environment,
    needs_postgres,
    needs_valkey,
    write_environment,
)
from conciliacontag.development.folder import DataFolder, DevelopmentError
from conciliacontag.development.postgres import Postgres
from conciliacontag.development.valkey import Valkey

ELSEWHERE = "postgresql://app@db.example/conciliacontag"


def test_everything_is_embedded_when_nothing_is_set(data: DataFolder) -> None:
    values = environment(data.path, {})

    assert set(values) == {
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "CELERY_BROKER_URL",
        "CACHE_URL",
        "CONCILIACONTAG_DATA",
    }
    assert values["DATABASE_URL"].startswith("postgresql://conciliacontag_app:")
    assert values["DATABASE_URL"].endswith(f"@/conciliacontag?host={data.sockets()}")
    assert values["CACHE_URL"] == f"unix://{data.sockets()}/valkey.sock?db=1"


def test_another_database_replaces_both_database_addresses(data: DataFolder) -> None:
    values = environment(data.path, {"DATABASE_URL": ELSEWHERE})

    assert set(values) == {"CELERY_BROKER_URL", "CACHE_URL", "CONCILIACONTAG_DATA"}


@pytest.mark.parametrize("name", ["CELERY_BROKER_URL", "CACHE_URL"])
def test_queue_and_cache_are_replaced_one_by_one(data: DataFolder, name: str) -> None:
    given = {name: "redis://queue.example/0"}

    assert name not in environment(data.path, given)
    assert len(environment(data.path, given)) == 4
    assert needs_valkey(given)


def test_valkey_is_not_needed_when_both_its_uses_are_replaced() -> None:
    assert not needs_valkey({"CELERY_BROKER_URL": "amqp://a", "CACHE_URL": "redis://b"})


def test_an_empty_variable_counts_as_unset() -> None:
    assert needs_postgres({"DATABASE_URL": ""})


def test_an_owner_without_the_application_is_refused() -> None:
    with pytest.raises(DevelopmentError, match="sem DATABASE_URL") as refusal:
        needs_postgres({"DATABASE_OWNER_URL": ELSEWHERE})

    assert refusal.value.code == "dev.banco_incompleto"


def test_the_written_file_is_private_and_complete(data: DataFolder) -> None:
    write_environment(data.path, {"DATABASE_URL": ELSEWHERE, "CACHE_URL": "unix:///a?db=1"})
    file = data.path / "environment"

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == f"DATABASE_URL={ELSEWHERE}\nCACHE_URL=unix:///a?db=1\n"


def test_a_replaced_database_is_not_started(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", ELSEWHERE)

    with embedded_services(data.path) as values:
        assert Postgres(data).main_process() is None
        assert Valkey(data).main_process() is not None
    assert "DATABASE_URL" not in values
