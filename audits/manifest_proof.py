"""Does one manifest still say the truth about its files?

The check trusts nothing but the manifest's own bytes: it opens both files, hashes them, and
repeats the corrections over the original to see that they, and nothing else, made the corrected
file. Nothing but the standard library is needed.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from audits.corrections import CorrectionError, apply_corrections, count_records, survey
from audits.manifest import READABLE, STATUSES
from audits.tables import Dialect

OpenFile = Callable[[str], BinaryIO]  # raises OSError or LookupError when the file is not there

BLOCK = 1024 * 1024
TYPES: dict[str, type] = {
    "batch_id": str,
    "revision": int,
    "files": dict,
    "hashes": dict,
    "sizes": dict,
    "summary": dict,
    "items": list,
    "corrections": list,
    "has_corrections": bool,
}
LATER_TYPES: dict[str, type] = {"rows": int, "dialect": dict, "corrected_cells": int}
FILE_NAMES = {"original": "O arquivo original", "corrected": "O arquivo corrigido"}


def check_manifest(
    content: bytes, open_file: OpenFile, *, previous: bytes | None = None
) -> list[str]:
    """Compare a manifest with its files; an empty list means that everything fits.

    Args:
        content: the manifest's bytes.
        open_file: gives a file of the package by its path in the manifest.
        previous: the bytes of the manifest of the revision before, to follow the chain.
    """
    manifest, findings = read_manifest(content)
    if findings:
        return findings
    findings += _files(manifest, open_file)
    if not findings:
        findings += _replay(manifest, open_file)
    findings += _counts(manifest) + check_link(manifest)
    return findings if previous is None else findings + check_chain(manifest, previous)


def read_manifest(content: bytes) -> tuple[dict[str, Any], list[str]]:
    """A manifest of any version, and what is wrong with its shape."""
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        return {}, ["O manifesto não é um JSON legível: foi cortado ou alterado."]
    if not isinstance(manifest, dict):
        return {}, ["O manifesto não é um objeto JSON: foi cortado ou alterado."]
    version = manifest.get("schema_version")
    if version not in READABLE:
        known = " ou ".join(map(str, READABLE))
        return {}, [f"Versão {version!r} de manifesto desconhecida: esperada {known}."]
    types = TYPES if version == 1 else TYPES | LATER_TYPES
    wrong = [key for key, kind in types.items() if not isinstance(manifest.get(key), kind)]
    wrong += [
        f"{group}.{role}"
        for group, kind in (("files", str), ("hashes", str), ("sizes", int))
        for role in FILE_NAMES
        if group not in wrong and not isinstance(manifest[group].get(role), kind)
    ]
    return manifest, [f"Falta ou está errado o campo “{key}” do manifesto." for key in wrong]


def check_link(manifest: dict[str, Any]) -> list[str]:
    """Revision 1 follows nothing; every other one carries the hash of the one before."""
    revision, link = manifest["revision"], manifest.get("previous_manifest_sha256")
    if revision < 1 or (revision == 1) != (link is None):
        return [f"A revisão {revision} está com o elo anterior errado: {link!r}."]
    return []


def check_chain(manifest: dict[str, Any], previous: bytes) -> list[str]:
    """Whether the manifest before is the one that this one follows."""
    if sha256(previous).hexdigest() != manifest.get("previous_manifest_sha256"):
        return ["O manifesto anterior não é o que este cita: a corrente de revisões foi quebrada."]
    before, unreadable = read_manifest(previous)
    same = before.get("batch_id") == manifest["batch_id"]
    if unreadable or not same or before["revision"] >= manifest["revision"]:
        return ["O manifesto anterior não é de uma revisão anterior deste lote."]
    return []


def measure(stream: BinaryIO) -> tuple[str, int]:
    """SHA-256 and size of what a stream holds."""
    digest, size = sha256(), 0
    for block in _blocks(stream):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def leads_out(path: str) -> bool:
    """Whether a path leaves the package it is named in."""
    place = PurePosixPath(path)
    return place.is_absolute() or ".." in place.parts or "\\" in path or ":" in path


def _files(manifest: dict[str, Any], open_file: OpenFile) -> list[str]:
    findings: list[str] = []
    for role, label in FILE_NAMES.items():
        expected = manifest["hashes"][role], manifest["sizes"][role]
        findings += _file(label, manifest["files"][role], expected, open_file)
    return findings


def _file(label: str, path: str, expected: tuple[str, int], open_file: OpenFile) -> list[str]:
    if leads_out(path):
        return [f"{label} ({path}) aponta para fora do pacote."]
    try:
        with open_file(path) as stream:
            digest, size = measure(stream)
    except (OSError, LookupError):
        return [f"{label} ({path}) não foi encontrado."]
    findings = []
    if size != expected[1]:
        findings.append(f"{label} ({path}) tem {size} bytes; o manifesto diz {expected[1]}.")
    if digest != expected[0]:
        findings.append(f"{label} ({path}) foi alterado: o SHA-256 é {digest}, não {expected[0]}.")
    return findings


def _replay(manifest: dict[str, Any], open_file: OpenFile) -> list[str]:
    """Repeat the corrections over the original: they must give the corrected file."""
    before, after = _cells(manifest["corrections"], "before"), _cells(manifest["corrections"])
    if before is None or after is None:
        return ["A lista de correções do manifesto está malformada."]
    try:
        replay = _Replay(manifest, open_file)
        digest, unchanged = replay.digest(after), replay.digest(before)
        rows = replay.rows()
    except CorrectionError as refused:
        return [f"As correções do manifesto não cabem no original: {refused.message}"]
    if digest != manifest["hashes"]["corrected"]:
        return ["As correções do manifesto, aplicadas ao original, não dão o arquivo corrigido."]
    if unchanged != manifest["hashes"]["original"]:
        return ["O que o manifesto diz ter sido lido antes não é o que está no original."]
    told = manifest.get("rows", rows)
    return [] if told == rows else [f"O manifesto diz {told} linhas; o original tem {rows}."]


class _Replay:
    """The original of a manifest, read again for each question."""

    def __init__(self, manifest: dict[str, Any], open_file: OpenFile) -> None:
        self.open: Callable[[], BinaryIO] = partial(open_file, manifest["files"]["original"])
        self.dialect = _dialect(manifest, self.open)

    def digest(self, cells: dict[int, dict[str, str]]) -> str:
        """SHA-256 of the original with these cells in place."""
        found = sha256()
        with self.open() as stream:
            for part in apply_corrections(_blocks(stream), cells, dialect=self.dialect):
                found.update(part)
        return found.hexdigest()

    def rows(self) -> int:
        with self.open() as stream:
            return count_records(_blocks(stream), dialect=self.dialect)


def _dialect(manifest: dict[str, Any], open_original: Callable[[], BinaryIO]) -> Dialect:
    """How the original writes its cells: as the manifest says, or found in it again."""
    match manifest.get("dialect"):
        case {
            "separator": ("," | ";" | "\t" | "|") as separator,
            "quote": ('"' | "'") as quote,
            "encoding": ("utf-8" | "utf-8-sig" | "cp1252") as encoding,
            "line_end": ("\n" | "\r\n" | "\r") as end,
        }:
            return Dialect(separator, quote, encoding, end)
        case None:
            with open_original() as stream:
                return survey(_blocks(stream))
    raise CorrectionError("manifest_dialect", "o dialeto declarado não existe.")


def _cells(entries: list[Any], key: str = "after") -> dict[int, dict[str, str]] | None:
    """Record → column → text of each correction; None when one is none, or its cell was told."""
    cells: dict[int, dict[str, str]] = {}
    for entry in entries:
        match entry:
            case {"line": int(line), "field": str(field), "before": str(), "after": str()}:
                texts = cells.setdefault(line, {})
            case _:
                return None
        if line < 1 or field in texts:
            return None
        texts[field] = entry[key]
    return cells


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _counts(manifest: dict[str, Any]) -> list[str]:
    findings = []
    items, corrections = manifest["items"], manifest["corrections"]
    if not all(isinstance(item, dict) for item in items):
        return ["A lista de cartões do manifesto está malformada."]
    if manifest["summary"] != summarize(str(item.get("status")) for item in items):
        findings.append("O resumo do manifesto não é a contagem dos seus cartões.")
    changed = any(
        isinstance(entry, dict) and entry.get("after") != entry.get("before")
        for entry in corrections
    )
    told = manifest.get("corrected_cells", len(corrections))
    if manifest["has_corrections"] != changed or told != len(corrections):
        findings.append("O manifesto diz uma coisa sobre haver correções e lista outra.")
    return findings


def summarize(statuses: Iterable[str]) -> dict[str, int]:
    """Count flagged cards by status."""
    found = Counter(statuses)
    return {"total": found.total(), **{status: found[status] for status in STATUSES}}
