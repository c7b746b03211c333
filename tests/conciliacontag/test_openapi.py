"""The description of the API is valid, current, and says how refusals look."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from conciliacontag.urls import API


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    generator: Any = SchemaGenerator  # the library has no types
    found: dict[str, Any] = generator().get_schema(request=None, public=True)
    return found


def test_the_description_is_valid_and_kept_current(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    kept = Path(settings.ROOT_FOLDER) / "docs" / "openapi.yaml"

    assert path.read_text() == kept.read_text(), "docs/openapi.yaml is stale: run `make openapi`"


def test_every_operation_says_how_it_refuses(described: dict[str, Any]) -> None:
    operations = [operation for path in described["paths"].values() for operation in path.values()]

    assert described["openapi"] == "3.1.0"
    assert len(operations) > 10
    for operation in operations:
        assert {"4XX", "5XX"} <= set(operation["responses"])
        assert operation.get("summary") or operation.get("description")


def test_every_address_is_described_once_and_canonical(described: dict[str, Any]) -> None:
    assert all(path.startswith("/v1/") for path in described["paths"])
    assert len(API) >= 6
    assert {"/v1/auth/login", "/v1/organizations", "/v1/users"} <= set(described["paths"])


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["/v1", "/api"])
def test_it_is_served_as_yaml_and_json(prefix: str) -> None:
    as_json = Client().get(f"{prefix}/schema", headers={"Accept": "application/json"})
    as_yaml = Client().get(f"{prefix}/schema")

    assert as_json.json() == yaml.load(as_yaml.content, Loader=yaml.CSafeLoader)


@pytest.mark.django_db
def test_the_page_for_people_loads_nothing_from_elsewhere() -> None:
    page = Client().get("/v1/docs")
    text = page.content.decode()

    assert page.status_code == 200
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js" in text
    assert "https://" not in text
    assert text.count("<script>") == 0
    script = Client().get("/v1/docs?script=")
    assert script.status_code == 200
    assert script["Content-Type"].startswith("application/javascript")
