"""What a manifest says, and how it is written."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from audits.manifest import CardEntry, dump_card, write_manifest
from tests.data.manifests import make_content, make_manifest, written

KEYS = {
    "schema_version",
    "batch_id",
    "organization",
    "template",
    "layout",
    "layout_version",
    "revision",
    "pending_allowed",
    "corrected_cells",
    "rows",
    "dialect",
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


def test_a_correction_names_its_author_its_moment_and_its_reason() -> None:
    first, second = make_manifest()["corrections"]

    assert first == {
        "line": 1,
        "field": "q1",
        "before": "AB",
        "after": "A",
        "author": "bruno@exemplo.com.br",
        "on_behalf_of": "sala-1",
        "decided_at": "2026-11-03T12:00:00+00:00",
        "reason": "rasura",
    }
    assert "on_behalf_of" not in second


def test_moments_carry_their_offset() -> None:
    manifest = make_manifest()

    assert datetime.fromisoformat(manifest["generated_at"]).utcoffset() is not None
    assert manifest["items"][0]["exported_at"] == "2026-11-03T12:00:00+00:00"
    assert manifest["items"][1]["exported_at"] is None


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dump_card(CardEntry("c1", 1, "a.png", "pending", (), datetime(2026, 11, 3), None))


def test_the_stream_has_the_bytes_of_the_standard_encoder() -> None:
    content = make_content()

    assert content == written(json.loads(content))
    assert b'\n  "batch_id": "lote-1"' in content
    assert "ação.png" in content.decode()


@pytest.mark.parametrize("text", ['"', "\\", "a\nb\tc", "\x00\x1f", "ção → 😀", "\u2028", ""])
def test_any_text_is_escaped_as_the_standard_encoder_does(text: str) -> None:
    moment = datetime(2026, 11, 3, tzinfo=UTC)
    card = dump_card(CardEntry(text, 1, text, "pending", (text, text), moment, moment))

    content = b"".join(write_manifest({"a": text}, [b"\n" + card], []))

    assert content == written(json.loads(content))
    assert json.loads(content)["items"][0]["issues"] == [text, text]


def test_empty_lists_are_written_as_such() -> None:
    content = b"".join(write_manifest({"a": 1}, [], []))

    assert content == written({"a": 1, "items": [], "corrections": []})


def test_a_later_revision_carries_the_hash_of_the_one_before() -> None:
    link = sha256(make_content()).hexdigest()

    assert make_manifest(2, link)["previous_manifest_sha256"] == link
