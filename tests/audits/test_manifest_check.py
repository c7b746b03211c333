"""A package that was touched says so, in Portuguese and by name."""

from hashlib import sha256

import pytest

from audits.manifest_proof import check_manifest
from tests.data.manifests import (
    Package,
    make_content,
    make_package,
)


@pytest.fixture
def package() -> Package:
    return make_package()


def test_an_untouched_package_has_no_findings(package: Package) -> None:
    assert check_manifest(package.content, package.open) == []


@pytest.mark.parametrize("name", ["Results.csv", "Results_Corrigidos.csv"])
def test_a_missing_file_is_named(package: Package, name: str) -> None:
    del package.files[name]

    (finding,) = check_manifest(package.content, package.open)
    assert f"({name}) não foi encontrado" in finding


@pytest.mark.parametrize("name", ["Results.csv", "Results_Corrigidos.csv"])
def test_one_edited_byte_is_found(package: Package, name: str) -> None:
    package.files[name] = package.files[name].replace(b'"C"', b'"B"')

    (finding,) = check_manifest(package.content, package.open)
    assert f"({name}) foi alterado" in finding


def test_another_size_is_found(package: Package) -> None:
    package.files["Results.csv"] += b"\n"

    findings = check_manifest(package.content, package.open)
    assert "O arquivo original (Results.csv) tem 58 bytes; o manifesto diz 57." in findings


def test_a_corrected_file_that_no_decision_made_is_found(package: Package) -> None:
    forged = package.files["Results_Corrigidos.csv"].replace(b'"C"', b'"E"')
    package.files["Results_Corrigidos.csv"] = forged
    package.manifest["hashes"]["corrected"] = sha256(forged).hexdigest()

    (finding,) = check_manifest(package.content, package.open)
    assert "aplicadas ao original" in finding


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"line": 9, "field": "q1", "before": "", "after": "A"}, "não cabem no original"),
        ({"line": 1, "field": "q9", "before": "", "after": "A"}, "não cabem no original"),
        ({"line": 1, "before": "", "after": "A"}, "malformada"),
        ({"line": "1", "field": "q1", "before": "", "after": "A"}, "malformada"),
        ({"line": 1, "field": "q1", "before": "", "after": None}, "malformada"),
        ("q1", "malformada"),
        ({"line": 0, "field": "q1", "before": "AB", "after": "A"}, "malformada"),
        ({"line": -1, "field": "q1", "before": "AB", "after": "A"}, "malformada"),
        ({"line": 1, "field": "q1", "before": "AB", "after": "A"}, "malformada"),
    ],
)
def test_corrections_that_fit_nowhere_are_found(
    package: Package, entry: object, sentence: str
) -> None:
    package.manifest["corrections"].append(entry)

    assert any(sentence in finding for finding in check_manifest(package.content, package.open))


@pytest.mark.parametrize("path", ["../Results.csv", "/etc/passwd", "..\\Results.csv"])
def test_a_path_out_of_the_package_is_never_opened(package: Package, path: str) -> None:
    package.manifest["files"]["original"] = path
    package.files[path] = package.files["Results.csv"]

    (finding,) = check_manifest(package.content, package.open)
    assert "fora do pacote" in finding


def test_a_wrong_summary_is_found(package: Package) -> None:
    package.manifest["summary"]["pending"] = 0
    package.manifest["has_corrections"] = False

    findings = check_manifest(package.content, package.open)
    assert len(findings) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "JSON legível"),
        (b"\xff", "JSON legível"),
        (b"[]", "objeto JSON"),
        (b'{"schema_version": 9}', "Versão 9"),
        (b'{"schema_version": 1}', "“batch_id”"),
    ],
)
def test_an_unreadable_manifest_says_so(package: Package, content: bytes, sentence: str) -> None:
    assert sentence in check_manifest(content, package.open)[0]


def test_a_missing_hash_is_named(package: Package) -> None:
    del package.manifest["hashes"]["corrected"]

    (finding,) = check_manifest(package.content, package.open)
    assert "“hashes.corrected”" in finding


def test_a_chain_of_two_revisions_fits(package: Package) -> None:
    first = package.content
    second = make_content(2, sha256(first).hexdigest())

    assert check_manifest(second, package.open, previous=first) == []


def test_a_broken_chain_is_found(package: Package) -> None:
    second = make_content(2, sha256(package.content).hexdigest())
    edited = package.content.replace(b"Bruno", b"Outro")

    (finding,) = check_manifest(second, package.open, previous=edited)
    assert "corrente" in finding


@pytest.mark.parametrize(("revision", "link"), [(1, "a" * 64), (2, ""), (0, "")])
def test_a_revision_with_the_wrong_link_is_found(
    package: Package, revision: int, link: str
) -> None:
    (finding,) = check_manifest(make_content(revision, link), package.open)
    assert "elo anterior" in finding


def test_the_manifest_before_must_be_of_the_same_batch(package: Package) -> None:
    package.manifest["batch_id"] = "lote-2"
    other = package.content
    second = make_content(2, sha256(other).hexdigest())

    (finding,) = check_manifest(second, package.open, previous=other)
    assert "deste lote" in finding
