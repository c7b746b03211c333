"""Who is asking, and what they may do: log-in, the visible organizations, permissions."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from conciliacontag.database import EVERY, session, show
from conciliacontag.errors import InvalidInput, NotAllowed
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Act, may


class RoleBackend(BaseBackend):
    """Log-in by e-mail and password; what a person may do comes from the roles."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the person, or None after the same time whether or not the e-mail exists."""
        email = credentials.get("username") or credentials.get("email") or ""
        password = credentials.get("password") or ""
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            make_password(password)
            return None
        if not user.check_password(password) or not user.is_active:
            return None
        look_around(user)
        return user

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


def look_around(user: User) -> None:
    """Learn the person's roles and let the current work see their organizations."""
    with session(EVERY):
        rows = Membership.objects.filter(user=user).values_list("organization_id", "role")
        user.roles = dict(rows)
    show(user.roles)


def require(user: User, organization: Organization, act: Act) -> None:
    """Refuse an act that the person's role in this organization does not include."""
    role = user.roles.get(organization.pk)
    if role is None or not may(role, act):
        raise NotAllowed(details={"act": str(act)})


def choose_organization(user: User, named: str | UUID | None, act: Act) -> Organization:
    """The organization a request is about: the one it names, or the person's only one.

    Raises:
        NotAllowed: it is not theirs (`organization_mismatch`), or the role does not allow the act.
        InvalidInput: several are possible and none was named (`organization_required`).
    """
    if named in (None, ""):
        if len(user.roles) != 1:
            raise InvalidInput(
                "Você trabalha em mais de uma empresa: informe organization_id.",
                code="organization_required",
            )
        named = next(iter(user.roles))
    organization = Organization.objects.filter(pk__in=as_uuids(named)).first()
    if organization is None or organization.pk not in user.roles:
        raise NotAllowed(
            "A empresa informada não é uma das suas. Confira organization_id.",
            code="organization_mismatch",
        )
    require(user, organization, act)
    return organization


def as_uuids(text: str | UUID | None) -> list[UUID]:
    """The identifier as a list of one, or an empty list when the text is not one."""
    try:
        return [text if isinstance(text, UUID) else UUID(str(text))]
    except ValueError:
        return []
