"""A call sent twice under one key is carried out once, also when both arrive together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import AuditLog, IdempotencyKey, Membership, User
from conciliacontag.organizations.roles import Role
from tests.conftest import PASSWORD, make_organization
from tests.data.envelope import refusal

Api = Callable[..., Client]
BODY = {"email": "n@exemplo.com.br", "name": "N", "password": PASSWORD, "role": "viewer"}


def add(client: Client, key: str, **change: str) -> Any:
    headers = {"Idempotency-Key": key}
    return client.post(
        "/v1/users", {**BODY, **change}, content_type="application/json", headers=headers
    )


def test_a_repeat_gets_the_stored_answer(api: Api, admin_user: User) -> None:
    first, again = add(api(admin_user), "k1"), add(api(admin_user), "k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert AuditLog.objects.count() == 1


def test_one_key_for_two_calls_is_refused(api: Api, admin_user: User) -> None:
    add(api(admin_user), "k1")

    refusal(add(api(admin_user), "k1", role="auditor"), 422, "idempotency_key_reused")


def test_a_refused_call_may_be_corrected_under_its_key(api: Api, admin_user: User) -> None:
    refusal(add(api(admin_user), "k1", password="1"), 400, "invalid")

    assert add(api(admin_user), "k1").status_code == 201


def test_keys_of_two_people_never_meet(
    api: Api, person: Any, admin_user: User, organization: Any
) -> None:
    other = person(Role.ADMIN, organization)

    assert add(api(admin_user), "k1").status_code == 201
    answer = add(api(other), "k1")
    assert (answer.status_code, "Idempotent-Replayed" in answer) == (200, False)


def test_a_key_lives_seven_days(api: Api, admin_user: User) -> None:
    add(api(admin_user), "k1")
    with session(EVERY):
        old = timezone.now() - timedelta(days=7, minutes=1)
        IdempotencyKey.objects.update(created_at=old)

    assert add(api(admin_user), "k1").status_code == 200


@pytest.mark.parametrize("key", ["é", "a b", "x" * 256])
def test_a_key_that_is_none_is_refused(api: Api, admin_user: User, key: str) -> None:
    refusal(add(api(admin_user), key), 400, "idempotency_key_invalid")


def test_answers_are_hidden_from_ordinary_work(api: Api, admin_user: User) -> None:
    add(api(admin_user), "k1")

    with session(admin_user.roles):
        assert not IdempotencyKey.objects.exists()
    assert IdempotencyKey.objects.count() == 1


def test_eight_at_once_do_the_work_once(committed: None, api: Api) -> None:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        user = User.objects.create(email="a@exemplo.com.br", name="A")
        Membership.objects.create(user=user, organization=organization, role=Role.ADMIN)
        clients, barrier = [api(user) for _ in range(8)], Barrier(8)

    def call(client: Client) -> int:
        barrier.wait()
        try:
            return int(add(client, "k1").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, clients))
    assert set(answers) <= {201, 409}
    assert 201 in answers
    with session(EVERY):
        assert AuditLog.objects.count() == 1
    connections.close_all()
