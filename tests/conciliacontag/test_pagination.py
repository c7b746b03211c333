"""Lists by keyset: nothing twice, nothing left out, nothing forged."""

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conciliacontag.api.pagination import SALT
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from tests.data.envelope import refusal

Api = Callable[..., Client]
PEOPLE = 7


@pytest.fixture
def client(api: Api, admin_user: User, organization: Organization) -> Client:
    for number in range(PEOPLE - 1):
        user = User.objects.create(email=f"p{number}@exemplo.com.br", name=f"P {number}")
        Membership.objects.create(user=user, organization=organization, role=Role.VIEWER)
    # Equal moments: the identifier has to decide.
    User.objects.update(created_at=admin_user.created_at)
    return api(admin_user)


def walk(client: Client, limit: int) -> list[Any]:
    pages: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page: dict[str, Any] = client.get(f"/v1/users?limit={limit}&cursor={cursor}").json()
        assert page["has_more"] == (page["next_cursor"] is not None)
        pages.append([row["id"] for row in page["data"]])
        cursor = page["next_cursor"]
    return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_together_are_the_list(client: Client, limit: int) -> None:
    pages = walk(client, limit)

    assert list(chain.from_iterable(pages)) == [
        str(pk) for pk in User.objects.order_by("id").values_list("pk", flat=True)
    ]
    assert len(pages) == -(-PEOPLE // limit)


def test_rows_that_come_and_go_move_nobody_else(client: Client, organization: Organization) -> None:
    first = client.get("/v1/users", {"limit": 3}).json()
    Membership.objects.filter(user=first["data"][1]["id"]).delete()
    second = client.get("/v1/users", {"limit": 3, "cursor": first["next_cursor"]}).json()

    expected = list(User.objects.order_by("id").values_list("pk", flat=True))[3:6]
    assert [row["id"] for row in second["data"]] == [str(pk) for pk in expected]


def test_the_next_page_is_linked(client: Client) -> None:
    answer = client.get("/v1/users", {"limit": 5})
    address, _, relation = answer["Link"].partition(">; ")

    assert relation == 'rel="next"'
    following = client.get(address.removeprefix("<"))
    assert len(following.json()["data"]) == PEOPLE - 5
    assert "Link" not in following


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5", "１２", "99999"])
def test_a_limit_out_of_range_is_refused(client: Client, limit: str) -> None:
    details = refusal(client.get("/v1/users", {"limit": limit}), 400, "invalid")

    assert set(details["fields"]) == {"limit"}


def test_a_cursor_of_ours_alone_is_read(client: Client) -> None:
    cursor = client.get("/v1/users", {"limit": 1}).json()["next_cursor"]
    forged = [
        cursor[:-1] + ("A" if cursor[-1] != "A" else "B"),
        "x",
        signing.dumps([["name"], ["A"]], salt=SALT),
        signing.dumps([["created_at", "id"], ["x", "y"]], salt=SALT),
    ]
    for one in forged:
        details = refusal(client.get("/v1/users", {"cursor": one}), 400, "invalid")
        assert set(details["fields"]) == {"cursor"}


def test_a_page_costs_the_same_whatever_its_length(client: Client) -> None:
    spent = []
    for limit in (1, 1, 7):
        with CaptureQueriesContext(connection) as queries:
            client.get("/v1/users", {"limit": limit})
        spent.append(len(queries))

    assert spent[1] == spent[2] < 12
