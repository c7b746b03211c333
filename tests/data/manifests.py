"""A small exported package: two files, two cards, two corrections."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO

from audits.manifest import (
    FIRST,
    NEXT,
    CardEntry,
    CorrectionEntry,
    Export,
    Original,
    StoredFile,
    Subject,
    Tally,
    build_head,
    dump_card,
    dump_correction,
    write_manifest,
)
from audits.tables import Dialect

ORIGINAL = '"file_id","q1","q2"\n"ação.png","AB",""\n"b.png","A","C"\n'.encode()
CORRECTED = '"file_id","q1","q2"\n"ação.png","A","D"\n"b.png","A","C"\n'.encode()
NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@dataclass
class Package:
    """The manifest and its files, kept in memory so that a test may damage them."""

    manifest: dict[str, Any]
    files: dict[str, bytes]

    @property
    def content(self) -> bytes:
        return written(self.manifest)

    def open(self, path: str) -> BinaryIO:
        return BytesIO(self.files[path])


def stored(path: str, content: bytes) -> StoredFile:
    return StoredFile(path, sha256(content).hexdigest(), len(content))


def corrections() -> list[CorrectionEntry]:
    entry = CorrectionEntry(1, "q1", "AB", "A", "bruno@exemplo.com.br", NOON, "rasura", "sala-1")
    return [entry, replace(entry, field="q2", before="", after="D", on_behalf_of="")]


def cards() -> list[CardEntry]:
    first = CardEntry("c1", 1, "ação.png", "resolved", ("q1: AB", "q2: blank"), NOON, NOON)
    return [first, CardEntry("c2", 2, "b.png", "pending", (), NOON, None)]


def streamed(entries: list[bytes]) -> list[bytes]:
    return [(NEXT if place else FIRST) + entry for place, entry in enumerate(entries)]


def make_content(revision: int = 1, previous: str = "") -> bytes:
    """The bytes of a manifest as they leave."""
    tally = Tally()
    for card in cards():
        tally.card(card)
    for entry in corrections():
        tally.correction(entry)
    head = build_head(
        Subject("lote-1", "gabarito", 3, "Comércio Exemplo Ltda", "12ABC34501DE35"),
        Export("Bruno", NOON, revision, previous, "f" * 64, pending_allowed=True),
        tally,
        original=Original(stored("Results.csv", ORIGINAL), Dialect(",", '"', "utf-8", "\n"), 2),
        corrected=stored("Results_Corrigidos.csv", CORRECTED),
    )
    items = streamed([dump_card(card) for card in cards()])
    changes = streamed([dump_correction(entry) for entry in corrections()])
    return b"".join(write_manifest(head, items, changes))


def make_manifest(revision: int = 1, previous: str = "") -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(make_content(revision, previous))
    return manifest


def written(manifest: dict[str, Any]) -> bytes:
    """Any manifest, forged ones too, in the way that manifests are written."""
    return f"{json.dumps(manifest, ensure_ascii=False, indent=2)}\n".encode()


def make_first_version(revision: int = 1, previous: str | None = None) -> dict[str, Any]:
    """A manifest as it left before the schema had a second version."""
    corrected = [
        {"line": 1, "field": "q1", "before": "AB", "after": "A"},
        {"line": 1, "field": "q2", "before": "", "after": "D"},
    ]
    trail = {"author": "bruno@exemplo.com.br", "decided_at": "2026-11-03T12:00:00+00:00"}
    card = {"id": "c1", "file_id": "ação.png", "issues": ["q1: AB"], "status": "resolved"}
    return {
        "schema_version": 1,
        "batch_id": "lote-1",
        "organization": {"name": "Comércio Exemplo Ltda", "cnpj": "12ABC34501DE35"},
        "template": "gabarito",
        "layout": "gabarito",
        "revision": revision,
        "generated_at": "2026-11-03T12:00:00+00:00",
        "exported_by": "Bruno",
        "has_corrections": True,
        "files": {"original": "Results.csv", "corrected": "Results_Corrigidos.csv"},
        "hashes": {
            "original": sha256(ORIGINAL).hexdigest(),
            "corrected": sha256(CORRECTED).hexdigest(),
        },
        "sizes": {"original": len(ORIGINAL), "corrected": len(CORRECTED)},
        "summary": {"total": 1, "pending": 0, "resolved": 1, "reopened": 0},
        "items": [card | {"updated_at": trail["decided_at"], "exported_at": None}],
        "corrections": [entry | trail for entry in corrected],
        "previous_manifest_sha256": previous,
        "audit_head": "f" * 64,
    }


def make_package() -> Package:
    files = {"Results.csv": ORIGINAL, "Results_Corrigidos.csv": CORRECTED}
    return Package(make_manifest(), files)
