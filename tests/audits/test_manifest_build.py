"""What a manifest says, and how it is written."""

import json
from datetime import datetime
from hashlib import sha256

import pytest

from audits.manifest import Export, Subject, build_manifest, dump_manifest
from tests.data.manifests import make_manifest, stored

KEYS = {
    "schema_version",
    "batch_id",
    "organization",
    "template",
    "layout",
    "revision",
    "generated_at",
    "exported_by",
    "has_corrections",
    "files",
    "hashes",
    "sizes",
    "summary",
    "items",
    "corrections",
    "previous_manifest_sha256",
    "audit_head",
}


def test_the_manifest_names_everything_an_audit_needs() -> None:
    manifest = make_manifest()

    assert set(manifest) == KEYS
    assert manifest["summary"] == {"total": 2, "pending": 1, "resolved": 1, "reopened": 0}
    assert manifest["has_corrections"] is True
    assert manifest["previous_manifest_sha256"] is None
    assert manifest["organization"]["cnpj"] == "12ABC34501DE35"


def test_corrections_follow_the_file_and_name_their_author() -> None:
    first, second = make_manifest()["corrections"]

    assert (first["field"], second["field"]) == ("q1", "q2")
    assert first == {
        "line": 1,
        "field": "q1",
        "before": "AB",
        "after": "A",
        "author": "bruno@exemplo.com.br",
        "decided_at": "2026-11-03T12:00:00+00:00",
    }


def test_moments_carry_their_offset() -> None:
    manifest = make_manifest()

    assert datetime.fromisoformat(manifest["generated_at"]).utcoffset() is not None
    assert manifest["items"][0]["exported_at"] == "2026-11-03T12:00:00+00:00"
    assert manifest["items"][1]["exported_at"] is None


def test_a_moment_without_time_zone_is_refused() -> None:
    naive = Export("Bruno", datetime(2026, 11, 3), 1, "", "")

    with pytest.raises(ValueError, match="time zone"):
        build_manifest(
            Subject("b", "l", "o", "c"),
            naive,
            original=stored("Results.csv", b""),
            corrected=stored("Results_Corrigidos.csv", b""),
            cards=[],
            corrections=[],
        )


def test_the_bytes_are_the_same_each_time() -> None:
    content = dump_manifest(make_manifest())

    assert content == dump_manifest(make_manifest())
    assert json.loads(content) == make_manifest()
    assert content.endswith(b"}\n")
    assert b'\n  "batch_id": "lote-1"' in content
    assert "ação.png" in content.decode()


def test_a_later_revision_carries_the_hash_of_the_one_before() -> None:
    link = sha256(dump_manifest(make_manifest())).hexdigest()

    assert make_manifest(2, link)["previous_manifest_sha256"] == link
