"""Every refusal of the API has one shape, whoever raised it, and speaks Portuguese."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from conciliacontag.organizations.models import User
from tests.data.databases import point_at
from tests.data.envelope import refusal

Api = Callable[..., Client]
NEW = {"name": "Nova", "cnpj": "00000003000100"}


@pytest.fixture
def broken_site(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.data.broken_urls"


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(path, body, content_type="application/json")


@pytest.mark.django_db
def test_401_without_a_token(api: Api) -> None:
    answer = api().get("/v1/organizations")

    refusal(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "a.b.c", "", "é"])
def test_401_with_a_token_that_is_none(token: str) -> None:
    answer = Client().get("/v1/me", headers={"Authorization": f"Bearer {token}"})

    refusal(answer, 401, "token_not_valid")


def test_400_names_each_field(api: Api, admin_user: User) -> None:
    details = refusal(post(api(admin_user), "/v1/users", {"email": "x"}), 400, "invalid")

    assert set(details["fields"]) == {"email", "role"}
    assert details["fields"]["role"] == [
        {"code": "required", "message": "Este campo é obrigatório."}
    ]


def test_400_for_a_body_that_is_no_json(api: Api, admin_user: User) -> None:
    answer = api(admin_user).post("/v1/users", "{", content_type="application/json")

    refusal(answer, 400, "json_malformed")


def test_403_for_a_role_that_may_not(api: Api, operator: User) -> None:
    body = {"email": "a@b.com.br", "role": "viewer"}

    refusal(post(api(operator), "/v1/users", body), 403, "permission_denied")


def test_403_for_a_session_without_its_csrf_token(operator: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(operator)

    refusal(post(browser, "/v1/organizations", NEW), 403, "csrf_failed")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/v1/nada", "/api/nada", "/v1/organizations/abc", "/v1/%00"])
def test_404_for_an_unknown_route(api: Api, path: str) -> None:
    refusal(api().get(path), 404, "not_found")


def test_405_names_the_methods_there_are(api: Api, operator: User) -> None:
    answer = api(operator).put("/v1/organizations")

    refusal(answer, 405, "method_not_allowed")
    assert "POST" in answer["Allow"]


@pytest.mark.django_db
def test_405_outside_the_api_views(api: Api) -> None:
    answer = api().post("/healthz")

    refusal(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_413_for_a_body_beyond_the_limit(api: Api, admin_user: User, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20

    refusal(post(api(admin_user), "/v1/organizations", NEW), 413, "too_large")


def test_413_for_too_many_files(api: Api, admin_user: User, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    files = {name: SimpleUploadedFile(name, b"x") for name in ("a", "b")}

    refusal(api(admin_user).post("/v1/organizations", files), 413, "too_many_files")


def test_415_for_a_content_type_nobody_reads(api: Api, admin_user: User) -> None:
    answer = api(admin_user).post("/v1/organizations", b"a,b", content_type="text/csv")

    refusal(answer, 415, "unsupported_media_type")


def test_an_accept_header_never_hides_the_answer(api: Api, operator: User) -> None:
    answer = api(operator).get("/v1/organizations", headers={"Accept": "text/csv"})

    assert answer.status_code == 200


@pytest.mark.django_db
def test_409_of_a_plain_view(api: Api, broken_site: None) -> None:
    details = refusal(api().get("/v1/refuse"), 409, "batch_closed")

    assert details["batch"] == "1"


@pytest.mark.django_db
def test_400_of_a_model_that_refuses_a_value(api: Api, broken_site: None) -> None:
    details = refusal(api().get("/v1/invalid"), 400, "invalid")

    assert details["fields"] == {"cnpj": [{"code": "cnpj_dv", "message": "O CNPJ não confere."}]}


@pytest.mark.django_db
def test_500_tells_no_cause_and_logs_it(
    api: Api, broken_site: None, caplog: pytest.LogCaptureFixture
) -> None:
    answer = api().get("/v1/divide")

    refusal(answer, 500, "internal_error")
    assert b"ZeroDivision" not in answer.content
    assert any(record.exc_info for record in caplog.records)


@pytest.fixture
def no_database(committed: None) -> Iterator[None]:
    name = str(connection.settings_dict["NAME"])
    point_at("nowhere")
    yield
    point_at(name)


@pytest.mark.parametrize("path", ["/v1/auth/login", "/v1/me"])
def test_503_while_the_database_is_away(no_database: None, api: Api, path: str) -> None:
    answer = post(api(), path, {"email": "a@b.com.br", "password": "x"})

    refusal(answer, 503, "unavailable")
    assert int(answer["Retry-After"]) > 0


@pytest.mark.django_db
def test_the_callers_request_id_comes_back() -> None:
    answer = Client().get("/v1/me", headers={"Request-Id": "pedido-0001"})

    assert refusal(answer, 401, "not_authenticated")["request_id"] == "pedido-0001"


@pytest.mark.django_db
def test_a_host_of_somebody_else_is_refused() -> None:
    refusal(Client().get("/v1/me", headers={"Host": "evil.example"}), 400, "host_unknown")


@pytest.mark.django_db
def test_the_log_names_the_request_as_the_answer_does(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        answer = post(api(), "/v1/auth/login", {"email": "a@b.com.br", "password": "x"})
    identifiers = {
        record.msg["request_id"] for record in caplog.records if isinstance(record.msg, dict)
    }

    assert identifiers == {answer["Request-Id"]}
