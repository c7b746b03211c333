"""Organizations and people over the API: adding, changing, removing, and other people's walls."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from conciliacontag.organizations.models import AuditLog, Membership, Organization, User
from conciliacontag.organizations.roles import Role
from tests.conftest import PASSWORD
from tests.data.envelope import refusal
from tests.data.identity import cnpj

JSON = "application/json"
Api = Callable[..., Client]
ANA = {"email": "Ana@Exemplo.com.br", "name": "Ana Souza", "password": PASSWORD, "role": "auditor"}


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, body, content_type=JSON)


def actions(organization: Organization) -> list[str]:
    return [entry.action for entry in AuditLog.objects.chain(organization)]


def test_a_new_organization_belongs_to_its_creator(api: Api, admin_user: User) -> None:
    body = {"name": "Nova Ltda", "cnpj": "00.000.077/0001-" + cnpj(77)[-2:]}
    first, again = (post(api(admin_user), "/v1/organizations", body) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["cnpj"] == cnpj(77)
    created = Organization.objects.get(cnpj=cnpj(77))
    assert Membership.objects.get(organization=created).role == Role.ADMIN
    assert actions(created) == ["organization.created", "membership.created"]


def test_a_cnpj_that_does_not_fit_is_refused(api: Api, admin_user: User) -> None:
    answer = post(api(admin_user), "/v1/organizations", {"name": "X", "cnpj": "11111111111111"})

    assert refusal(answer, 400, "invalid")["fields"]["cnpj"][0]["code"] == "cnpj_dv"


def test_a_cnpj_of_somebody_else_is_taken(
    api: Api, admin_user: User, other_organization: Organization
) -> None:
    body = {"name": "Minha", "cnpj": other_organization.cnpj}

    refusal(post(api(admin_user), "/v1/organizations", body), 409, "cnpj_taken")
    key = {"name": "M", "cnpj": cnpj(78), "tenant_key": other_organization.tenant_key}
    refusal(post(api(admin_user), "/v1/organizations", key), 409, "tenant_key_taken")


def test_a_person_is_added_once(api: Api, admin_user: User, organization: Organization) -> None:
    first, again = (post(api(admin_user), "/v1/users", ANA) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["email"] == "ana@exemplo.com.br"
    assert "password" not in first.json()
    assert actions(organization) == ["membership.created"]
    assert User.objects.get(email="ana@exemplo.com.br").check_password(PASSWORD)


def test_a_known_email_gets_only_the_role(
    api: Api, admin_user: User, stranger: User, organization: Organization
) -> None:
    body = {**ANA, "email": stranger.email, "password": "outra-senha-77"}
    answer = post(api(admin_user), "/v1/users", body)
    stranger.refresh_from_db()

    assert answer.status_code == 201
    assert (stranger.name, stranger.check_password(PASSWORD)) == (answer.json()["name"], True)
    (membership,) = answer.json()["memberships"]
    assert membership["organization_id"] == str(organization.pk)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"password": "123"}, "password"), ({"password": ""}, "password"), ({"name": ""}, "name")],
)
def test_a_new_person_needs_name_and_password(
    api: Api, admin_user: User, change: dict[str, str], field: str
) -> None:
    answer = post(api(admin_user), "/v1/users", {**ANA, **change})

    assert field in refusal(answer, 400, "invalid")["fields"]
    assert not User.objects.filter(email="ana@exemplo.com.br").exists()


def test_another_role_for_a_member_is_a_change_not_an_addition(
    api: Api, admin_user: User, operator: User
) -> None:
    body = {"email": operator.email, "role": "viewer"}
    member = Membership.objects.get(user=operator)
    details = refusal(post(api(admin_user), "/v1/users", body), 409, "membership_exists")

    assert details["membership_id"] == str(member.pk)
    path = f"/v1/memberships/{member.pk}"
    for _ in range(2):
        answer = api(admin_user).patch(path, {"role": "viewer"}, content_type=JSON)
        assert answer.json()["role"] == "viewer"
    changes = AuditLog.objects.filter(action="membership.changed")
    assert [entry.diff["role"] for entry in changes] == [["operator", "viewer"]]


def test_nobody_removes_themselves_and_one_administrator_stays(api: Api, admin_user: User) -> None:
    own = Membership.objects.get(user=admin_user)
    path, client = f"/v1/memberships/{own.pk}", api(admin_user)

    refusal(client.delete(path), 409, "own_membership")
    answer = client.patch(path, {"role": "viewer"}, content_type=JSON)
    refusal(answer, 409, "last_administrator")


def test_a_removed_person_is_out_at_once(api: Api, admin_user: User, operator: User) -> None:
    theirs, path = api(operator), f"/v1/memberships/{Membership.objects.get(user=operator).pk}"
    assert theirs.get("/v1/users").status_code == 200

    assert api(admin_user).delete(path).status_code == 204
    refusal(theirs.get("/v1/users"), 403, "permission_denied")
    refusal(api(admin_user).delete(path), 404, "not_found")


def test_other_organizations_do_not_exist(
    api: Api, admin_user: User, stranger: User, other_organization: Organization
) -> None:
    client, theirs = api(admin_user), Membership.objects.get(user=stranger)
    member = f"/v1/memberships/{theirs.pk}"

    refusal(client.get(f"/v1/organizations/{other_organization.pk}"), 404, "not_found")
    refusal(client.get(f"/v1/organizations/{uuid4()}"), 404, "not_found")
    refusal(client.patch(member, {"role": "admin"}, content_type=JSON), 404, "not_found")
    refusal(client.delete(member), 404, "not_found")
    body = {**ANA, "organization_id": str(other_organization.pk)}
    refusal(post(client, "/v1/users", body), 403, "organization_mismatch")


def test_lists_show_only_what_is_shared(api: Api, admin_user: User, stranger: User) -> None:
    client = api(admin_user)

    assert [row["email"] for row in client.get("/v1/users").json()["data"]] == [admin_user.email]
    assert [row["id"] for row in client.get("/v1/organizations").json()["data"]] == [
        str(pk) for pk in admin_user.roles
    ]
    named = client.get("/v1/users", {"organization_id": str(next(iter(stranger.roles)))})
    assert named.json()["data"] == []


def test_the_alias_answers_the_same(api: Api, admin_user: User) -> None:
    client = api(admin_user)

    assert client.get("/api/me").json() == client.get("/v1/me").json()
