"""The published schema of the canonical document fits the types and what the readers give."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError

from ingestion.parsers import parse
from ingestion.parsers.model import Options
from ingestion.parsers.schema import document_schema, written
from tests.data import abrasf, cte, nfe, nfse
from tests.ingestion.parsers.test_nfe import TODAY

FILE = Path(__file__).parents[3] / "docs" / "documento.schema.json"
PAID = "<pag><detPag><tPag>17</tPag><vPag>100.00</vPag><card><cAut>A1</cAut></card></detPag></pag>"
KINDS = {
    "nfe": nfe.authorized(more=PAID),
    "nfce": nfe.authorized(model="65", recipient=""),
    "older": nfe.authorized(issued="<dEmi>2026-10-20</dEmi>", layout="2.00"),
    "cte": cte.authorized_cte(),
    "nfse": nfse.nfse(),
    "city": abrasf.listed(abrasf.first(), abrasf.second()),
    "paulistana": abrasf.paulistana(),
}


def stored(content: bytes) -> dict[str, Any]:
    document = parse(content, "nota.xml", options=Options(TODAY)).documents[0]
    loaded: dict[str, Any] = json.loads(msgspec.json.encode(document))
    return loaded


def test_the_published_file_is_up_to_date() -> None:
    assert FILE.read_bytes() == written(), "run `make schema`"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(document_schema())


@pytest.mark.parametrize("kind", KINDS)
def test_documents_of_every_kind_fit(kind: str) -> None:
    Draft202012Validator(document_schema()).validate(stored(KINDS[kind]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total", "1,00"),
        ("fiscal_status", "ok"),
        ("doc_type", "boleto"),
        ("issuer", "x"),
        ("new", 1),
    ],
)
def test_what_no_reader_gives_does_not_fit(name: str, value: object) -> None:
    document = stored(KINDS["nfe"]) | {name: value}

    with pytest.raises(ValidationError):
        Draft202012Validator(document_schema()).validate(document)


def test_every_field_is_described_in_the_language_of_its_readers() -> None:
    kinds = document_schema()["$defs"].values()

    assert all(field["description"] for kind in kinds for field in kind["properties"].values())
