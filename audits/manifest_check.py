"""Does an exported package still prove itself? The answer years later, in sentences.

    python3 verificar.pyz [FOLDER | ZIP | results_manifest.json]
    python -m audits.manifest_check FOLDER

The check opens every file, hashes it, repeats the corrections, and follows the revisions back to
the first. Nothing but the standard library is needed, and no system, network or database.
"""

import argparse
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from zipfile import BadZipFile, ZipFile

from audits.manifest_proof import (
    check_chain,
    check_link,
    check_manifest,
    leads_out,
    measure,
    read_manifest,
)

MANIFEST, SUMS = "results_manifest.json", "SHA256SUMS"
DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
FINDINGS, UNREADABLE = 1, 2
Source = Callable[[], BinaryIO]


class Package(Protocol):
    """Files under their names, wherever they lie."""

    def names(self) -> Iterable[str]: ...

    def open(self, name: str) -> BinaryIO: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A package that was copied or unpacked."""

    path: Path

    def names(self) -> Iterator[str]:
        for path in sorted(self.path.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.path).as_posix()

    def open(self, name: str) -> BinaryIO:
        return (self.path / name).open("rb")


@dataclass(frozen=True, slots=True)
class Archive:
    """A package as it was downloaded."""

    archive: ZipFile

    def names(self) -> list[str]:
        return [name for name in self.archive.namelist() if not name.endswith("/")]

    def open(self, name: str) -> BinaryIO:
        return cast("BinaryIO", self.archive.open(name))


@dataclass(slots=True)
class Report:
    """What was found wrong, and what was proved, in Portuguese sentences."""

    findings: list[str] = field(default_factory=list)
    proved: list[str] = field(default_factory=list)


def verify(path: Path, *, previous: Iterable[Path] = (), manifest: str = MANIFEST) -> Report:
    """Check a folder, a ZIP, or a manifest with the files beside it.

    Args:
        previous: manifests of earlier revisions that lie elsewhere.
        manifest: name of the newest manifest within a folder or ZIP.

    Raises:
        OSError: there is nothing to read at the path.
    """
    more: list[Source] = []
    for one in previous:
        one.open("rb").close()  # what somebody named has to be there
        more.append(partial(_bytes_of, one))
    if path.is_dir():
        return check_package(Folder(path), manifest, more)
    with path.open("rb") as file:
        start = file.read(4)
    if path.suffix.lower() != ".zip" and not start.startswith(b"PK"):
        return check_package(Folder(path.parent), path.name, more)
    try:
        with ZipFile(path) as archive:
            return check_package(Archive(archive), manifest, more)
    except DAMAGED as fault:
        return Report([f"O ZIP está cortado ou danificado ({fault}). Baixe-o de novo."])


def _bytes_of(path: Path) -> BinaryIO:
    return path.open("rb")


def check_package(package: Package, name: str, more: Iterable[Source] = ()) -> Report:
    """Check the newest manifest, every one before it, and the list of hashes beside them."""
    try:
        with package.open(name) as stream:
            content = stream.read()
    except (OSError, LookupError):
        return Report([f"O manifesto ({name}) não foi encontrado."])
    report = Report(check_manifest(content, package.open))
    manifest, unreadable = read_manifest(content)
    if not unreadable:
        if not report.findings:
            report.proved += told(manifest)
        follow(manifest, [*more, *manifests(package, name)], report)
    check_sums(package, report)
    return report


def manifests(package: Package, newest: str) -> Iterator[Source]:
    """Every other JSON file of the package: the chain itself says which of them it needs."""
    for name in package.names():
        if name.endswith(".json") and name != newest:
            yield partial(package.open, name)


def hashed(sources: Iterable[Source]) -> dict[str, Source]:
    """Files by their SHA-256; one that may not be read is none of the package."""
    known = {}
    for source in sources:
        with suppress(OSError), source() as stream:
            known[measure(stream)[0]] = source
    return known


def content_of(source: Source) -> bytes:
    with source() as stream:
        return stream.read()


def follow(manifest: dict[str, Any], others: Iterable[Source], report: Report) -> None:
    """Go from revision to revision back to the first; the first of all asks for no other file."""
    known = hashed(others) if manifest.get("previous_manifest_sha256") else {}
    length = 1
    while link := manifest.get("previous_manifest_sha256"):
        source = known.get(link)
        if source is None:
            report.findings.append(missing_link(manifest, known.values()))
            return
        before = content_of(source)
        if broken := check_chain(manifest, before):
            report.findings += broken
            return
        manifest, length = read_manifest(before)[0], length + 1
        report.findings += check_link(manifest)
    report.proved.append(f"A corrente de revisões está inteira: {length} de {length}.")


def missing_link(manifest: dict[str, Any], others: Iterable[Source]) -> str:
    """Say whether the manifest before is not there, or is there and was changed."""
    revision = manifest["revision"]
    for source in others:
        other, unreadable = read_manifest(content_of(source))
        same = not unreadable and other["batch_id"] == manifest["batch_id"]
        if same and other["revision"] < revision:
            return (
                f"O manifesto anterior não é o que a revisão {revision} cita: a corrente de "
                f"revisões foi quebrada (revisão {other['revision']} alterada ou trocada)."
            )
    return (
        f"Falta o manifesto que a revisão {revision} cita como anterior "
        f"(SHA-256 {manifest['previous_manifest_sha256']}): a corrente não pode ser conferida."
    )


def check_sums(package: Package, report: Report) -> None:
    """Compare every file with the list that `sha256sum -c` reads; a package may have none."""
    try:
        with package.open(SUMS) as stream:
            lines = stream.read().decode().splitlines()
    except (OSError, LookupError):
        return
    except UnicodeDecodeError:
        report.findings.append(f"{SUMS} não é um texto legível: foi alterado.")
        return
    findings = [finding for line in lines if (finding := sum_finding(package, line))]
    report.findings += findings
    if not findings:
        report.proved.append(f"Os {len(lines)} arquivos de {SUMS} são os que foram entregues.")


def sum_finding(package: Package, line: str) -> str:
    expected, _, name = line.partition("  ")
    if not name or leads_out(name):
        return f"{SUMS} tem uma linha que não se entende: {line[:80]}"
    try:
        with package.open(name) as stream:
            digest, _ = measure(stream)
    except (OSError, LookupError):
        return f"{name} não foi encontrado, mas está em {SUMS}."
    return "" if digest == expected else f"{name} não é o que {SUMS} diz: foi alterado."


def told(manifest: dict[str, Any]) -> list[str]:
    """What a sound manifest is about."""
    lines = {entry["line"] for entry in manifest["corrections"]}
    cells, rows = len(manifest["corrections"]), len(lines)
    said = f"{cells} célula{'s' * (cells != 1)} em {rows} linha{'s' * (rows != 1)}"
    waiting = manifest["summary"]["total"] - manifest["summary"]["resolved"]
    sentences = [
        f"Lote {manifest['batch_id']}, revisão {manifest['revision']}, exportado por "
        f"{manifest.get('exported_by')} em {moment(manifest.get('generated_at'))}.",
        f"O corrigido é o original com {said}; todos os outros bytes são iguais.",
    ]
    if waiting:
        noun = "cartão" if waiting == 1 else "cartões"
        sentences.append(f"Saiu com {waiting} {noun} sem decisão, como na leitura.")
    return sentences


def moment(text: object) -> str:
    try:
        return f"{datetime.fromisoformat(str(text)):%d/%m/%Y %H:%M:%S} (UTC)"
    except ValueError:
        return str(text)


def main(arguments: list[str] | None = None, *, here: Path = Path()) -> int:
    """Check one package and say so; 0 when everything fits, 1 when not, 2 when unreadable.

    Args:
        here: the package when none is named.
    """
    parser = argparse.ArgumentParser(
        prog="verificar", description="Confere um pacote exportado, sem o sistema e sem rede."
    )
    parser.add_argument("path", nargs="?", type=Path, help="pasta, ZIP ou results_manifest.json")
    parser.add_argument("--previous", type=Path, action="append", default=[])
    parser.add_argument("--json", action="store_true", help="um documento JSON na saída")
    options = parser.parse_args(arguments)
    try:
        report = verify(options.path or here, previous=options.previous)
    except OSError as fault:
        sys.stderr.write(f"Não foi possível ler {fault.filename}: {fault.strerror}.\n")
        return UNREADABLE
    if options.json:
        said = {"ok": not report.findings, "findings": report.findings, "proved": report.proved}
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(text_of(report) + "\n")
    return FINDINGS if report.findings else 0


def text_of(report: Report) -> str:
    if report.findings:
        return "\n".join(["NÃO CONFERE:", *(f"- {one}" for one in report.findings)])
    return "\n".join([*report.proved, "Tudo confere: os arquivos são os que o manifesto descreve."])


if __name__ == "__main__":
    sys.exit(main())
