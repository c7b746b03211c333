"""A small exported package: two files, two cards, two corrections."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO

from audits.manifest import (
    CardEntry,
    CorrectionEntry,
    Export,
    StoredFile,
    Subject,
    build_manifest,
    dump_manifest,
)

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
        return dump_manifest(self.manifest)

    def open(self, path: str) -> BinaryIO:
        return BytesIO(self.files[path])


def stored(path: str, content: bytes) -> StoredFile:
    return StoredFile(path, sha256(content).hexdigest(), len(content))


def corrections() -> list[CorrectionEntry]:
    entry = CorrectionEntry(1, "q2", "", "D", "bruno@exemplo.com.br", NOON)
    return [entry, replace(entry, field="q1", before="AB", after="A")]


def cards() -> list[CardEntry]:
    first = CardEntry("c1", "ação.png", "resolved", ("q1: AB", "q2: blank"), NOON, NOON)
    return [first, CardEntry("c2", "b.png", "pending", (), NOON, None)]


def make_manifest(revision: int = 1, previous: str = "") -> dict[str, Any]:
    return build_manifest(
        Subject("lote-1", "gabarito", "Comércio Exemplo Ltda", "12ABC34501DE35"),
        Export("Bruno", NOON, revision, previous, "f" * 64),
        original=stored("Results.csv", ORIGINAL),
        corrected=stored("Results_Corrigidos.csv", CORRECTED),
        cards=cards(),
        corrections=corrections(),
    )


def make_package() -> Package:
    files = {"Results.csv": ORIGINAL, "Results_Corrigidos.csv": CORRECTED}
    return Package(make_manifest(), files)
