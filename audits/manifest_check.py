"""Does a package still say what its manifest says? The answer years later, in sentences.

The check trusts nothing but the manifest's own bytes: it opens both files, hashes them, and
repeats the corrections over the original to see that they, and nothing else, made the corrected
file.
"""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from audits.corrections import CorrectionError, apply_corrections
from audits.manifest import SCHEMA_VERSION, summarize

OpenFile = Callable[[str], BinaryIO]  # raises OSError or LookupError when the file is not there

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
    manifest, findings = _read(content)
    if findings:
        return findings
    findings += _files(manifest, open_file)
    if not findings:
        findings += _replay(manifest, open_file)
    return findings + _counts(manifest) + _chain(manifest, previous)


def _read(content: bytes) -> tuple[dict[str, Any], list[str]]:
    try:
        manifest = json.loads(content)
    except ValueError:
        return {}, ["O manifesto não é um JSON legível: foi cortado ou alterado."]
    if not isinstance(manifest, dict):
        return {}, ["O manifesto não é um objeto JSON: foi cortado ou alterado."]
    if manifest.get("schema_version") != SCHEMA_VERSION:
        version = manifest.get("schema_version")
        return {}, [f"Versão {version!r} de manifesto desconhecida: esperada {SCHEMA_VERSION}."]
    wrong = [key for key, kind in TYPES.items() if not isinstance(manifest.get(key), kind)]
    wrong += [
        f"{group}.{role}"
        for group, kind in (("files", str), ("hashes", str), ("sizes", int))
        for role in FILE_NAMES
        if group not in wrong and not isinstance(manifest[group].get(role), kind)
    ]
    return manifest, [f"Falta ou está errado o campo “{key}” do manifesto." for key in wrong]


def _files(manifest: dict[str, Any], open_file: OpenFile) -> list[str]:
    findings: list[str] = []
    for role, label in FILE_NAMES.items():
        expected = manifest["hashes"][role], manifest["sizes"][role]
        findings += _file(label, manifest["files"][role], expected, open_file)
    return findings


def _file(label: str, path: str, expected: tuple[str, int], open_file: OpenFile) -> list[str]:
    place = PurePosixPath(path)
    if place.is_absolute() or ".." in place.parts or "\\" in path:
        return [f"{label} ({path}) aponta para fora do pacote."]
    try:
        with open_file(path) as stream:
            digest, size = _measure(stream)
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
    wanted = _wanted(manifest["corrections"])
    if wanted is None:
        return ["A lista de correções do manifesto está malformada."]
    digest = sha256()
    try:
        with open_file(manifest["files"]["original"]) as stream:
            for record in apply_corrections(_blocks(stream), wanted):
                digest.update(record)
    except CorrectionError as refused:
        return [f"As correções do manifesto não cabem no original: {refused.message}"]
    if digest.hexdigest() != manifest["hashes"]["corrected"]:
        return ["As correções do manifesto, aplicadas ao original, não dão o arquivo corrigido."]
    return []


def _wanted(entries: list[Any]) -> dict[int, dict[str, str]] | None:
    wanted: dict[int, dict[str, str]] = {}
    for entry in entries:
        match entry:
            case {"line": int(line), "field": str(field), "after": str(after)}:
                wanted.setdefault(line, {})[field] = after
            case _:
                return None
    return wanted


def _measure(stream: BinaryIO) -> tuple[str, int]:
    digest, size = sha256(), 0
    for block in _blocks(stream):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(1 << 16):
        yield block


def _counts(manifest: dict[str, Any]) -> list[str]:
    findings = []
    items = manifest["items"]
    if not all(isinstance(item, dict) for item in items):
        return ["A lista de cartões do manifesto está malformada."]
    if manifest["summary"] != summarize(str(item.get("status")) for item in items):
        findings.append("O resumo do manifesto não é a contagem dos seus cartões.")
    changed = any(
        isinstance(entry, dict) and entry.get("after") != entry.get("before")
        for entry in manifest["corrections"]
    )
    if manifest["has_corrections"] != changed:
        findings.append("O manifesto diz uma coisa sobre haver correções e lista outra.")
    return findings


def _chain(manifest: dict[str, Any], previous: bytes | None) -> list[str]:
    """Revision 1 follows nothing; every other one carries the hash of the one before."""
    revision, link = manifest["revision"], manifest.get("previous_manifest_sha256")
    if revision < 1 or (revision == 1) != (link is None):
        return [f"A revisão {revision} está com o elo anterior errado: {link!r}."]
    if previous is None:
        return []
    if sha256(previous).hexdigest() != link:
        return ["O manifesto anterior não é o que este cita: a corrente de revisões foi quebrada."]
    before, unreadable = _read(previous)
    same = before.get("batch_id") == manifest["batch_id"]
    if unreadable or not same or before["revision"] >= revision:
        return ["O manifesto anterior não é de uma revisão anterior deste lote."]
    return []
