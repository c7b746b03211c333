"""Manifests fit the schema that is published, and those of the schema before still verify."""

import json
from hashlib import sha256
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from audits.exports.services import export_batch
from audits.manifest_proof import check_manifest
from conciliacontag.env import ROOT
from conciliacontag.organizations.models import User
from conciliacontag.storage import open_stored
from tests.data.manifests import make_content, make_first_version, make_package, written


def schema() -> Draft202012Validator:
    said = json.loads((ROOT / "docs" / "manifesto.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(said)
    return Draft202012Validator(said, format_checker=Draft202012Validator.FORMAT_CHECKER)


def stored_manifest(batch: Any, user: User) -> Any:
    export, _ = export_batch(batch.pk, requested_by=user, allow_pending=True, on_behalf_of="sala-1")
    with open_stored(export.manifest_path) as file:
        return json.load(file)


def test_a_real_manifest_fits(reviewed: Any, operator: User) -> None:
    manifest = stored_manifest(reviewed.batch, operator)

    schema().validate(manifest)
    assert (manifest["on_behalf_of"], manifest["pending_allowed"]) == ("sala-1", False)
    assert {entry["reason"] for entry in manifest["corrections"]} == {
        "confirmado por telefone",
        "Sem nota",
    }


def test_a_real_manifest_with_open_cards_fits_and_says_so(review: Any, operator: User) -> None:
    manifest = stored_manifest(review.batch, operator)

    schema().validate(manifest)
    assert (manifest["pending_allowed"], manifest["summary"]["pending"]) == (True, 2)


@pytest.mark.parametrize("key", ["layout_version", "rows", "dialect", "audit_head", "corrections"])
def test_the_schema_misses_what_a_manifest_leaves_out(
    reviewed: Any, operator: User, key: str
) -> None:
    manifest = stored_manifest(reviewed.batch, operator)
    del manifest[key]

    with pytest.raises(ValidationError, match=key):
        schema().validate(manifest)


def test_a_manifest_of_the_first_version_still_verifies() -> None:
    package = make_package()

    assert check_manifest(written(make_first_version()), package.open) == []
    package.files["Results_Corrigidos.csv"] += b"\n"
    assert check_manifest(written(make_first_version()), package.open) != []


def test_a_chain_goes_back_into_the_first_version() -> None:
    first = written(make_first_version())
    second = make_content(2, sha256(first).hexdigest())

    assert check_manifest(second, make_package().open, previous=first) == []
    edited = first.replace(b"Bruno", b"Outro")
    assert "corrente" in check_manifest(second, make_package().open, previous=edited)[0]
