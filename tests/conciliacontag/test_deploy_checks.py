"""`check --deploy` asks the database itself, and notices each thing that would void the walls."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from conciliacontag.checks import check_address, check_database
from tests.data.databases import owner, point_at

Statement = Callable[[str], None]


def found() -> list[str | None]:
    return [message.id for message in check_database()]


@pytest.fixture
def as_owner(committed: None) -> Iterator[Statement]:
    with owner(str(connection.settings_dict["NAME"])) as database:
        yield lambda statement: database.execute(statement)


@pytest.mark.django_db
def test_a_migrated_database_passes() -> None:
    assert check_database() == []


# What makes a gap, what mends it, and the code it is found by.
MENDED = (
    (
        "ALTER TABLE audits_card NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE audits_card FORCE ROW LEVEL SECURITY",
        "E004",
    ),
    (
        "ALTER TABLE audits_card DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE audits_card ENABLE ROW LEVEL SECURITY",
        "E004",
    ),
    (
        "ALTER TABLE organizations_auditlog DISABLE TRIGGER append_only",
        "ALTER TABLE organizations_auditlog ENABLE TRIGGER append_only",
        "E005",
    ),
    (
        "GRANT UPDATE ON organizations_auditlog TO conciliacontag_app",
        "REVOKE UPDATE ON organizations_auditlog FROM conciliacontag_app",
        "E005",
    ),
)


def test_each_gap_is_found(as_owner: Statement) -> None:
    for gap, mend, code in MENDED:
        as_owner(gap)
        assert found() == [f"conciliacontag.{code}"], gap
        as_owner(mend)
        assert found() == [], mend
    as_owner("DROP TRIGGER append_only_truncate ON audits_decision")
    assert found() == ["conciliacontag.E005"]
    as_owner("DROP POLICY visible_organizations ON ingestion_document")
    assert found() == ["conciliacontag.E004", "conciliacontag.E005"]


def test_the_owner_may_not_be_the_application(committed: None, settings: Any) -> None:
    alias, strong = connection.settings_dict, settings.DATABASES["owner"]
    before = {name: alias[name] for name in ("USER", "PASSWORD")}
    connection.close()
    alias.update({name: strong[name] for name in before})
    try:
        assert "conciliacontag.E003" in found()
    finally:
        connection.close()
        alias.update(before)


def test_a_database_that_is_away_is_an_error(committed: None) -> None:
    name = str(connection.settings_dict["NAME"])
    point_at("nowhere")
    try:
        assert found() == ["conciliacontag.E001"]
    finally:
        point_at(name)


def test_links_behind_tls_start_with_https(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.PUBLIC_URL = True, "http://exemplo.com.br"
    assert [message.id for message in check_address()] == ["conciliacontag.W001"]
    settings.PUBLIC_URL = "https://exemplo.com.br"
    assert check_address() == []
