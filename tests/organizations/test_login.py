"""Tokens: what a log-in gives, how a pair is renewed, which keys are believed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from conciliacontag.jwt_keys import read_key_pair, read_retired_keys
from conciliacontag.organizations.models import User
from conciliacontag.organizations.tokens import KeyedBackend
from tests.conftest import PASSWORD
from tests.data.envelope import refusal


def post(path: str, body: dict[str, Any]) -> Any:
    return Client().post(f"/v1/auth/{path}", body, content_type="application/json")


def tokens(user: User) -> dict[str, Any]:
    given: dict[str, Any] = post("login", {"email": user.email, "password": PASSWORD}).json()
    return given


def me(token: str) -> Any:
    return Client().get("/v1/me", headers={"Authorization": f"Bearer {token}"})


def test_a_login_gives_two_tokens_signed_by_a_named_key(operator: User, settings: Any) -> None:
    given = tokens(operator)
    header = jwt.get_unverified_header(given["access_token"])

    assert (header["alg"], header["kid"]) == ("RS256", settings.JWT_KEY_ID)
    assert given["expires_in"] == 15 * 60
    assert me(given["access_token"]).json()["email"] == operator.email


def test_me_names_the_roles(operator: User) -> None:
    (membership,) = me(tokens(operator)["access_token"]).json()["memberships"]

    assert membership["role"] == "operator"
    assert membership["organization_id"] == str(next(iter(operator.roles)))


@pytest.mark.parametrize("email", ["operator1@exemplo.com.br", "ninguem@exemplo.com.br"])
def test_a_wrong_password_and_an_unknown_email_say_the_same(operator: User, email: str) -> None:
    refusal(post("login", {"email": email, "password": "errada-123"}), 401, "credentials_invalid")


def test_an_inactive_person_does_not_enter(operator: User) -> None:
    User.objects.update(is_active=False)

    answer = post("login", {"email": operator.email, "password": PASSWORD})

    refusal(answer, 401, "credentials_invalid")


def test_a_refresh_token_works_once(operator: User) -> None:
    first = tokens(operator)["refresh_token"]
    second = post("refresh", {"refresh_token": first})

    assert second.status_code == 200
    refusal(post("refresh", {"refresh_token": first}), 401, "token_not_valid")
    assert post("refresh", {"refresh_token": second.json()["refresh_token"]}).status_code == 200


def test_an_access_token_renews_nothing(operator: User) -> None:
    access = tokens(operator)["access_token"]

    refusal(post("refresh", {"refresh_token": access}), 401, "token_not_valid")


def test_logging_out_twice_is_logging_out(operator: User) -> None:
    given = tokens(operator)["refresh_token"]

    assert post("logout", {"refresh_token": given}).status_code == 204
    assert post("logout", {"refresh_token": given}).status_code == 204
    refusal(post("refresh", {"refresh_token": given}), 401, "token_not_valid")


def test_an_access_token_lives_a_quarter_of_an_hour(operator: User) -> None:
    token = tokens(operator)["access_token"]

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        refusal(me(token), 401, "token_not_valid")


def test_a_new_password_ends_earlier_tokens(operator: User) -> None:
    given = tokens(operator)
    operator.set_password("outra-senha-5678")
    operator.save()

    refusal(me(given["access_token"]), 401, "token_not_valid")
    answer = post("refresh", {"refresh_token": given["refresh_token"]})
    refusal(answer, 401, "token_not_valid")


def test_tokens_of_a_retired_key_are_believed_until_the_key_goes(
    operator: User, settings: Any, tmp_path: Path
) -> None:
    private, public, key = read_key_pair(tmp_path / "old.pem", None)
    (tmp_path / "old.pub.pem").write_text(public)
    settings.JWT_KEY_ID, current = key, settings.JWT_KEY_ID
    payload = {"token_type": "access", "user_id": str(operator.pk), "jti": "1"}
    expires = {"exp": timezone.now() + timedelta(minutes=5)}
    valid = jwt.decode(tokens(operator)["access_token"], options={"verify_signature": False})
    claims = {**payload, **expires, "hash_password": valid["hash_password"]}
    token = KeyedBackend("RS256", private, issuer="conciliacontag").encode(claims)
    settings.JWT_KEY_ID = current

    refusal(me(token), 401, "token_not_valid")
    settings.JWT_PUBLIC_KEYS = {**settings.JWT_PUBLIC_KEYS, **read_retired_keys(tmp_path)}
    assert me(token).status_code == 200


def test_a_token_without_signature_is_refused(operator: User) -> None:
    claims = {"token_type": "access", "user_id": str(operator.pk), "jti": "1", "exp": 9999999999}

    refusal(me(jwt.encode(claims, "", algorithm="none")), 401, "token_not_valid")


def test_log_ins_from_one_address_are_counted(operator: User, settings: Any) -> None:
    # Ten in a minute; twice as many, since a new minute may begin meanwhile.
    answers = [post("login", {"email": operator.email, "password": "x"}) for _ in range(21)]
    refused = [answer for answer in answers if answer.status_code == 429]

    assert [answer.status_code for answer in answers[:10]] == [401] * 10
    assert refused
    assert refusal(refused[-1], 429, "throttled")["retry_after"] <= 60
    assert int(refused[-1]["Retry-After"]) <= 60


def test_both_outcomes_are_logged_without_the_email(
    operator: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        tokens(operator)
        post("login", {"email": operator.email, "password": "errada"})
    said = " ".join(str(record.msg) for record in caplog.records)

    assert "login_succeeded" in said
    assert "login_failed" in said
    assert operator.email not in said
