"""Migrations go back and forth over real rows: what kept closed months goes, and comes back."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Role
from ingestion.models import Transaction
from reconciliation.models import Reconciliation
from reconciliation.periods.services import close_period
from reconciliation.services import execute_run, start_run
from tests.conftest import make_organization, make_person
from tests.data.rows import make_doubt, make_pair

OCTOBER = date(2026, 10, 1)
SCHEMA = (
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND probin IS NULL",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT table_name, column_name, data_type, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT table_name, privilege_type, grantee FROM information_schema.table_privileges"
    " WHERE table_schema = 'public'",
)


def migrate(*place: str) -> None:
    call_command("migrate", *place, verbosity=0)


def schema() -> list[set[tuple[object, ...]]]:
    found = []
    with connection.cursor() as cursor:
        for question in SCHEMA:
            cursor.execute(question)
            found.append(set(cursor.fetchall()))
    return found


@pytest.fixture
def closed(committed: None) -> Organization:
    """A month with a booking and a doubt, closed."""
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        manager = make_person(Role.MANAGER, organization)
        make_pair(organization)
        make_doubt(organization)
    run, _ = start_run(organization, requested_by=None)
    execute_run(organization.pk, run.pk)
    close_period(organization, OCTOBER, user=manager, reason="Conferido", accept_open=True)
    return organization


def change_the_month() -> int:
    with session(EVERY):
        return Transaction.objects.update(memo="mudou")


@pytest.mark.timeout(300)
def test_back_and_forth_ends_where_it_began(closed: Organization) -> None:
    before = schema()
    with pytest.raises(DatabaseError, match="está fechado"):
        change_the_month()

    migrate("reconciliation", "0005")
    assert not [one for one in schema()[0] if "closed_period" in str(one[1])]
    assert change_the_month() == 2
    migrate()

    assert [one ^ other for one, other in zip(schema(), before, strict=True)] == [set()] * 7
    with session(EVERY):
        statuses = set(Reconciliation.objects.values_list("status", flat=True))
    assert statuses == {"matched", "partial"}


@pytest.mark.timeout(300)
def test_every_migration_of_the_three_apps_goes_back(committed: None) -> None:
    before = schema()

    migrate("ingestion", "zero")  # and whatever stands on it
    migrate()

    assert [one ^ other for one, other in zip(schema(), before, strict=True)] == [set()] * 7
