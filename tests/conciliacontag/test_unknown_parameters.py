"""No call of the API passes over a parameter that it does not know, whoever asks and however."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from conciliacontag.api.parameters import nearest, refused
from conciliacontag.organizations.models import Organization, User
from tests.data.requests import get

pytestmark = pytest.mark.django_db
KPIS = "/v1/reports/kpis"
PLACES: dict[str, str] = {"period": "2026-10", "code": "lines", "key": "omr", "revision": "1"}
APPS = ("conciliacontag", "ingestion", "reconciliation", "audits")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    generator: Any = SchemaGenerator  # the library has no types
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    return found


def calls(described: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Every call of the description: method, an address of it, and the names of its query."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            listed = operation.get("parameters", [])
            inside = [one["name"] for one in listed if one["in"] == "path"]
            address = path
            for name in inside:
                address = address.replace(f"{{{name}}}", PLACES.get(name, str(UUID(int=7))))
            query = [one["name"] for one in listed if one["in"] == "query"]
            yield method, address, sorted(query)


def test_every_call_refuses_what_it_does_not_describe(described: dict[str, Any]) -> None:
    client = Client(raise_request_exception=False)
    wrong: list[tuple[Any, ...]] = []
    every = list(calls(described))
    for method, address, known in every:
        answer = client.generic(method.upper(), f"{address}?nada_disso=1")
        said = answer.json()
        if (answer.status_code, said["code"]) != (400, "unknown_parameter"):
            wrong.append((method, address, answer.status_code))
        elif said["details"]["known"] != known:
            wrong.append((method, address, said["details"]["known"], known))

    assert len(every) > 100
    assert not wrong


def test_the_alias_refuses_as_well(described: dict[str, Any]) -> None:
    answer = Client().get(f"{KPIS.replace('/v1', '/api')}?org=1")

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


def test_what_is_described_is_never_refused_as_unknown(described: dict[str, Any]) -> None:
    client = Client(raise_request_exception=False)
    for method, address, known in calls(described):
        if method == "get" and known:
            answer = client.get(address, dict.fromkeys(known, ""))
            assert answer.json()["code"] == "not_authenticated", address


def test_every_name_that_a_view_reads_is_described(described: dict[str, Any]) -> None:
    known = {name for _, _, names in calls(described) for name in names}
    sources = (path for app in APPS for path in (Path(settings.ROOT_FOLDER) / app).rglob("*.py"))
    read = {name for path in sources for name in names_read(ast.parse(path.read_text()))}

    assert {"cursor", "limit", "organization_id"} <= read
    assert read <= known


def names_read(tree: ast.AST) -> Iterator[str]:
    """The words in `request.query_params.get("word", …)`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        of = node.func.value
        is_query = isinstance(of, ast.Attribute) and of.attr == "query_params"
        if is_query and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def test_the_refusal_names_the_parameter_the_nearest_and_the_known(
    organization: Organization, operator: User, api: Any
) -> None:
    answer = get(api(operator), KPIS, {"period": "2026-10", "org": str(organization.pk)})
    said = answer.json()

    assert (answer.status_code, said["code"]) == (400, "unknown_parameter")
    assert said["message"] == (
        "O parâmetro “org” não existe neste endereço. Será “organization_id”? "
        "Os que existem: months, organization_id, period. Corrija o endereço e repita."
    )
    assert said["details"]["nearest"] == {"org": "organization_id"}
    assert [one["code"] for one in said["details"]["fields"]["org"]] == ["unknown_parameter"]
    assert said["details"]["request_id"]
    assert answer["Cache-Control"] == "no-store"


def test_a_parameter_in_the_wrong_place_does_nothing(
    organization: Organization, manager: User, api: Any
) -> None:
    client = api(manager)
    answer = client.post(
        "/v1/reconciliations/trigger?organization_id=1", {}, content_type="application/json"
    )

    assert answer.json()["code"] == "unknown_parameter"
    assert "Esta chamada não tem nenhum." in answer.json()["message"]
    assert not organization.runs.exists()


@pytest.mark.parametrize(
    ("name", "meant"),
    [("org", "organization_id"), ("periodo", "period"), ("month", "months"), ("Period", "period"),
     ("PERIOD_", "period"), ("mês", ""), ("", ""), ("x" * 5000, "")],
)  # fmt: skip
def test_a_misspelt_name_is_guessed_and_another_is_not(name: str, meant: str) -> None:
    assert nearest(name, ["organization_id", "period", "months"]) == meant


def test_long_and_many_names_are_cut_short() -> None:
    told = refused([f"{number}{'x' * 900}" for number in range(500)], ["period"])

    assert len(told.details["fields"]) == 20
    assert len(told.message) < 3000
    assert max(map(len, told.details["fields"])) == 60


def test_pages_of_the_site_take_what_they_like(operator: User, screen: Any) -> None:
    assert screen(operator).get("/admin/?nada_disso=1").status_code == 200
    assert Client().get("/v1/schema?format=json").status_code == 200
    assert Client().get("/v1/docs?script=").status_code == 200
