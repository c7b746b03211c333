"""Every role and every act, and every address that changes who may what."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conciliacontag.errors import NotAllowed
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Act, Role
from tests.data.envelope import refusal
from tests.data.identity import cnpj

# Written out a second time on purpose: a slip in the table of the product shows here.
ALLOWED = {
    Role.ADMIN: "administer configure send export clean read",
    Role.MANAGER: "configure send decide reopen reopen_own export clean read",
    Role.OPERATOR: "send export read",
    Role.AUDITOR: "decide reopen_own export read",
    Role.VIEWER: "read",
}
JSON = "application/json"
Api = Callable[..., Client]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("act", list(Act))
def test_each_role_may_what_the_table_says(
    person: Callable[..., User], organization: Organization, role: Role, act: Act
) -> None:
    user = person(role, organization)
    if act in ALLOWED[role].split():
        require(user, organization, act)
        return
    with pytest.raises(NotAllowed):
        require(user, organization, act)


def test_a_role_in_one_organization_is_none_in_another(
    admin_user: User, other_organization: Organization
) -> None:
    with pytest.raises(NotAllowed):
        require(admin_user, other_organization, Act.READ)


CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("post", "/v1/organizations", {"name": "Nova Ltda", "cnpj": cnpj(77)}),
    (
        "post",
        "/v1/users",
        {"email": "n@exemplo.com.br", "name": "N", "password": "muito-boa-99", "role": "viewer"},
    ),
    ("patch", "/v1/memberships/{member}", {"role": "operator"}),
    ("delete", "/v1/memberships/{member}", {}),
]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_only_who_administers_changes_people(
    api: Api, person: Any, organization: Organization, role: str, method: str, path: str, body: Any
) -> None:
    person(Role.ADMIN, organization)
    member = Membership.objects.get(user=person(Role.VIEWER, organization))
    client = api(person(role, organization))

    answer = getattr(client, method)(path.format(member=member.pk), body, content_type=JSON)

    if role == Role.ADMIN:
        assert answer.status_code in (200, 201, 204), answer.content
    else:
        refusal(answer, 403, "permission_denied")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("path", ["/v1/me", "/v1/organizations", "/v1/users"])
def test_everybody_reads_what_is_theirs(
    api: Api, person: Any, organization: Organization, role: str, path: str
) -> None:
    assert api(person(role, organization)).get(path).status_code == 200


def test_somebody_without_an_organization_sees_nothing(
    api: Api, person: Any, everything: None
) -> None:
    client = api(person(Role.ADMIN))

    assert client.get("/v1/me").json()["memberships"] == []
    assert client.get("/v1/organizations").json()["data"] == []
    refusal(client.get("/v1/users"), 403, "permission_denied")
