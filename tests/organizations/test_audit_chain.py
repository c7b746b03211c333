"""A trail that somebody tampered with, past every trigger, does not verify."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.utils import ProgrammingError

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.audit_log import Deed, head, record, record_all
from conciliacontag.organizations.models import AuditLog, Organization
from tests.conftest import make_organization
from tests.data.databases import owner

Tamper = Callable[[str], None]
LINKS = 5


@pytest.fixture
def trail(committed: None) -> Organization:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        for number in range(LINKS):
            record(organization, "thing.changed", organization, actor=None, diff={"n": number})
    return organization


@pytest.fixture
def tamper(trail: Organization) -> Iterator[Tamper]:
    """Run a statement as the tables' owner, with the triggers switched off."""
    with owner(str(connection.settings_dict["NAME"])) as database:
        database.execute("SET app.organizations = '*'")
        database.execute("ALTER TABLE organizations_auditlog DISABLE TRIGGER USER")
        yield lambda statement: database.execute(statement)


def verify(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    try:
        call_command("verify_audit_log", "--json", *arguments, stdout=out)
        code = 0
    except SystemExit as stop:
        code = int(str(stop.code))
    (found,) = json.loads(out.getvalue())["organizations"]
    return {**found, "code": code}


def test_an_untouched_trail_verifies(trail: Organization) -> None:
    assert verify() == {"organization": "empresa-1", "links": LINKS, "broken": [], "code": 0}


CHANGES = (
    "id = gen_random_uuid()",
    "sequence = 99",
    "at = at + interval '1 microsecond'",
    "action = 'thing.created'",
    "entity_type = 'audits.card'",
    "entity_id = 'other'",
    "diff = '{\"n\": 7}'",
    "previous_hash = repeat('0', 64)",
    "hash = repeat('0', 64)",
)


def test_each_changed_column_is_found(tamper: Tamper) -> None:
    tamper("CREATE TEMPORARY TABLE untouched AS SELECT * FROM organizations_auditlog")
    for change, sequence in product(CHANGES, (2, LINKS)):
        tamper(f"UPDATE organizations_auditlog SET {change} WHERE sequence = {sequence}")
        found = verify()
        assert found["code"] == 3, change
        assert found["broken"][0]["sequence"] in (sequence, sequence + 1, 99), change

        tamper("DELETE FROM organizations_auditlog")
        tamper("INSERT INTO organizations_auditlog SELECT * FROM untouched")
        assert verify()["broken"] == []


def test_a_changed_actor_is_found(tamper: Tamper) -> None:
    tamper(
        "INSERT INTO organizations_user (id, password, email, name, is_active, created_at) "
        "VALUES (gen_random_uuid(), 'x', 'x@exemplo.com.br', 'X', true, now())"
    )
    tamper(
        "UPDATE organizations_auditlog SET sequence = 3, "
        "actor_id = (SELECT id FROM organizations_user) WHERE sequence = 3"
    )

    assert [link["sequence"] for link in verify()["broken"]] == [3]


def test_a_removed_link_is_found(tamper: Tamper) -> None:
    tamper("DELETE FROM organizations_auditlog WHERE sequence = 3")

    assert verify()["broken"][0]["sequence"] == 4


def test_swapped_links_are_found(tamper: Tamper) -> None:
    tamper("UPDATE organizations_auditlog SET sequence = 100 WHERE sequence = 2")
    tamper("UPDATE organizations_auditlog SET sequence = 2 WHERE sequence = 3")
    tamper("UPDATE organizations_auditlog SET sequence = 3 WHERE sequence = 100")

    assert verify()["broken"][0]["sequence"] == 2


def test_an_inserted_link_is_found(tamper: Tamper) -> None:
    tamper(
        "INSERT INTO organizations_auditlog SELECT gen_random_uuid(), 6, at, action, entity_type, "
        "entity_id, diff, hash, hash, actor_id, organization_id FROM organizations_auditlog "
        "WHERE sequence = 5"
    )

    assert verify()["broken"][0]["sequence"] == LINKS + 1


def test_a_cut_tail_is_found_by_the_head_that_left(tamper: Tamper, trail: Organization) -> None:
    with session(EVERY):
        known = head(trail)
    assert verify("--organization", "empresa-1", "--head", known)["code"] == 0
    tamper(f"DELETE FROM organizations_auditlog WHERE sequence = {LINKS}")

    assert verify()["code"] == 0
    assert verify("--organization", "empresa-1", "--head", known)["code"] == 3


@pytest.mark.parametrize("statement", ["update", "delete"])
def test_the_application_cannot_even_try(trail: Organization, statement: str) -> None:
    rows = AuditLog.objects.filter(sequence=2)

    with pytest.raises(ProgrammingError, match="permission denied"), session(EVERY):
        if statement == "delete":
            rows.delete()
        else:
            rows.update(action="x")


def test_acts_written_at_once_are_links_of_the_same_chain(trail: Organization) -> None:
    with session(EVERY):
        deeds = [Deed("thing.changed", trail, None, {"n": number}) for number in range(3)]
        written = record_all(trail, deeds)
        record(trail, "thing.changed", trail, actor=None)

    assert [one.sequence for one in written] == [LINKS + 1, LINKS + 2, LINKS + 3]
    assert verify() == {"organization": "empresa-1", "links": LINKS + 4, "broken": [], "code": 0}
