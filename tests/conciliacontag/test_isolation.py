"""Row-level security: what is not named is not there."""

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.utils import ProgrammingError

from conciliacontag.database import EVERY, session, show
from conciliacontag.organizations.models import Membership, Organization, User


def carries_organization(model: type[models.Model]) -> bool:
    return any(field.name == "organization" for field in model._meta.get_fields())


def test_forgetting_to_name_an_organization_shows_nothing(
    operator: User, organization: Organization
) -> None:
    show("")

    assert not Membership.objects.exists()
    assert not Organization.objects.exists()


def test_a_session_shows_its_own_organization_only(
    organization: Organization, other_organization: Organization
) -> None:
    with session([organization.pk]):
        assert list(Organization.objects.all()) == [organization]
    assert Organization.objects.count() == 2


def test_writing_into_a_hidden_organization_is_refused(
    operator: User, other_organization: Organization
) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        session(operator.roles),
    ):
        Membership.objects.create(user=operator, organization=other_organization, role="admin")


def test_a_nested_session_gives_back_what_was_visible(
    organization: Organization, other_organization: Organization
) -> None:
    with session([organization.pk]):
        with session(EVERY):
            assert Organization.objects.count() == 2
        assert Organization.objects.count() == 1


@pytest.mark.django_db
def test_every_table_that_carries_an_organization_is_protected() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        protected = {name for (name,) in cursor.fetchall()}
    tables = {model._meta.db_table for model in apps.get_models() if carries_organization(model)}

    assert tables <= protected
    assert len(tables) > 10


@pytest.mark.django_db
def test_the_application_neither_owns_tables_nor_bypasses() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        powers = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        owned = cursor.fetchone()

    assert powers == (False, False)
    assert owned == (0,)
