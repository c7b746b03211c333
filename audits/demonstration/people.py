"""The demonstration's company and the people who work in it."""

from django.conf import settings

from audits.demonstration.month import DemoMonth
from conciliacontag.database import EVERY, session
from conciliacontag.env import kept_secret
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role

STAFF = {
    Role.OPERATOR: ("ana@demonstracao.example", "Ana Prado"),
    Role.AUDITOR: ("bruno@demonstracao.example", "Bruno Leite"),
    Role.MANAGER: ("demo@demonstracao.example", "Carla Nunes"),
}


def password() -> str:
    """One password for the demonstration's people, made once for each data folder."""
    return kept_secret(settings.DATA / "secrets" / "demonstration", strength=9)


def make_organization(month: DemoMonth) -> Organization:
    """The demonstration's company, made on the first call."""
    with session(EVERY):
        organization, _ = Organization.objects.get_or_create(
            cnpj=month.organization.cnpj,
            defaults={"name": month.organization.name, "tenant_key": "demonstracao"},
        )
    return organization


def make_staff(organization: Organization) -> dict[Role, User]:
    """One person a role, with the demonstration's password."""
    staff = {}
    for role, (email, name) in STAFF.items():
        with session(EVERY):
            user, created = User.objects.get_or_create(email=email, defaults={"name": name})
            if created or not user.check_password(password()):
                user.set_password(password())
                user.save(update_fields=["password"])
            Membership.objects.get_or_create(
                user=user, organization=organization, defaults={"role": role}
            )
        look_around(user)
        staff[role] = user
    return staff
