"""The malformed JSON of the corpus as bodies of the API: refused by name, or kept exactly.

No body of this API carries a day and an amount, so their names are changed for those of a delivery:
what is said of a text goes into its title. What only concerns the form is sent as it is.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conciliacontag.api.parsers import read_json
from conciliacontag.organizations.models import User
from ingestion.models import Delivery
from tests.ingestion.corpus import content, entries, family, needs_corpus

# These are about one value, of a type that its field does not take, or about all being absent.
OF_A_FIELD = {"json/wrong_type.json", "json/null_amount.json", "json/boolean_amount.json"}
NOTHING = "json/empty.json"
BODIES = [entry for entry in entries("json") if entry["file"] != NOTHING]


def post(client: Client, address: str, body: bytes) -> Any:
    return client.post(address, data=body, content_type="application/json")


def as_delivery(entry: dict[str, Any]) -> bytes:
    told = b'"amount"' if entry["file"] in OF_A_FIELD else b'"description"'
    return content(entry).replace(told, b'"title"')


@needs_corpus
@pytest.mark.parametrize("entry", BODIES, ids=lambda entry: entry["file"])
def test_a_body_is_refused_by_name_or_kept_exactly(
    entry: dict[str, Any], api: Callable[..., Client], operator: User
) -> None:
    answer = post(api(operator), "/v1/deliveries", as_delivery(entry))

    if entry["expected"] == "accepted":
        title = entry["preserve"].get("description", "PIX")
        assert (answer.status_code, answer.json()["title"]) == (201, title)
        return
    assert 400 <= answer.status_code < 500
    assert not Delivery.objects.exists()
    code = answer.json()["code"]
    is_named = family(code) == family(entry["error"])
    assert is_named or (entry["file"] in OF_A_FIELD and answer.json()["details"]["fields"])


@needs_corpus
@pytest.mark.parametrize(
    "entry",
    [entry for entry in BODIES if entry["expected"] == "accepted"],
    ids=lambda entry: entry["file"],
)
def test_a_number_keeps_all_its_digits(entry: dict[str, Any]) -> None:
    assert str(read_json(content(entry))["amount"]) == entry["preserve"]["amount"]


@needs_corpus
def test_no_body_at_all_lacks_every_field(api: Callable[..., Client], db: None) -> None:
    answer = post(api(), "/v1/auth/login", b"")

    assert answer.status_code == 400
    assert set(answer.json()["details"]["fields"]) == {"email", "password"}
