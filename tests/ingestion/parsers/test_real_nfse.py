"""Values of real service notes, national and of cities, equal those of the manifest beside them.

The folder is named by SAMPLES_DIR.
"""

import os
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Document, Options, Parsed

FOLDER = os.environ.get("SAMPLES_DIR", "")
TODAY = date(2026, 11, 21)
NATIONAL: dict[str, Callable[[Document], str]] = {
    "key": lambda one: one.key,
    "nNFSe": lambda one: one.number,
    "emit": lambda one: one.issuer.tax_id,
    "toma": lambda one: one.recipient.tax_id,
    "vServ": lambda one: str(one.total),
    "vLiq": lambda one: str(one.net),
    "tpAmb": lambda one: one.environment,
    "dCompet": lambda one: str(one.competence_on),
    "cStat": lambda one: str(one.extra["cStat"]),
    "vISSQN": lambda one: str(one.taxes["vISSQN"]),
    "dhProc": lambda one: one.issued_at.isoformat() if one.issued_at else "",
}

pytestmark = pytest.mark.skipif(not FOLDER, reason="SAMPLES_DIR names no folder")


def manifest() -> dict[str, dict[str, str]]:
    """Expected values of the service notes, by file; what stands before the first “;” as `told`."""
    if not FOLDER:
        return {}
    lines = (Path(FOLDER) / "MANIFEST.tsv").read_text().splitlines()[1:]
    columns = [line.split("\t") for line in lines if line.startswith("nfse/")]
    return {
        one[0]: {
            "told": one[6],
            **dict(pair.split("=", 1) for pair in one[6].split("; ") if "=" in pair),
        }
        for one in columns
    }


EXPECTED = manifest()


def files(kind: str) -> list[str]:
    return [file for file, values in EXPECTED.items() if values.get("kind", "") == kind]


def read(file: str) -> Parsed:
    return parse((Path(FOLDER) / file).read_bytes(), Path(file).name, options=Options(TODAY))


def only(file: str) -> Document:
    (document,) = read(file).documents
    return document


@pytest.mark.parametrize("file", files("nfse-nacional"))
def test_values_of_a_national_note_are_those_of_the_manifest(file: str) -> None:
    document, expected = only(file), EXPECTED[file]
    wanted = {name: expected[name] for name in NATIONAL if name in expected}

    assert {name: NATIONAL[name](document) for name in wanted} == wanted
    assert ("IBSCBS" in document.extra) == (expected["has_IBSCBS"] == "True")
    assert document.doc_type == "nfse"


@pytest.mark.parametrize("file", files("dps"))
def test_a_declaration_is_a_draft_with_the_values_of_the_manifest(file: str) -> None:
    draft, expected = only(file), EXPECTED[file]

    assert (draft.doc_type, draft.key, draft.issuer.tax_id, str(draft.total)) == (
        "dps",
        expected["id"],
        expected["prest"],
        expected["vServ"],
    )
    assert (draft.purpose, draft.fiscal_status) == ("9", "unauthorized")


@pytest.mark.parametrize("file", [*files("nfse-municipal"), *files("other")])
def test_requests_of_cities_are_informative_and_answers_hold_their_notes(file: str) -> None:
    parsed, expected = read(file), EXPECTED[file]
    if not expected["root"].startswith("Retorno"):
        assert (parsed.documents, parsed.informative, parsed.rejected) == ((), 1, 0)
        return
    first = parsed.documents[0]
    assert len(parsed.documents) == int(expected["n"])
    assert (first.number, first.total) == (expected["numero"], Decimal(expected["valor"]))
    assert (first.issuer.tax_id, first.recipient.tax_id) == (
        expected["prestador"],
        expected["tomador"],
    )
    assert str(first.issued_on) == expected["data"][:10]


@pytest.mark.parametrize("file", [one for one in files("") if "numero" in EXPECTED[one]])
def test_a_note_of_a_city_has_the_values_of_the_manifest(file: str) -> None:
    note, expected = only(file), EXPECTED[file]

    assert (note.number, str(note.total), str(note.net)) == (
        expected["numero"],
        expected["vServ"],
        expected["vLiq"],
    )
    assert (note.issuer.tax_id, note.recipient.tax_id) == (
        expected["prestador"],
        expected["tomador"],
    )
    assert ("iss" in note.withheld) == (expected["issRetido"] == "1")


@pytest.mark.parametrize("file", [one for one in files("") if "notes" in EXPECTED[one]])
def test_each_note_of_an_answer_has_the_values_of_the_manifest(file: str) -> None:
    first, second = read(file).documents
    told = EXPECTED[file]["told"]
    words = dict(re.findall(r"(\w+)=([\w.-]+)", told))
    withheld = re.search(r"PIS([\d.]+) COFINS([\d.]+) IR([\d.]+) CSLL([\d.]+)", told)

    assert (first.number, first.issuer.tax_id) == (words["n1"], words["prestador"])
    assert (str(first.total), str(first.net)) == (words["vServ"], words["vLiq"])
    assert (first.recipient.tax_id, str(first.competence_on)) == (
        words["tomador"],
        words["competencia"],
    )
    assert withheld and [str(first.withheld[tax]) for tax in ("pis", "cofins", "irrf", "csll")] == [
        *withheld.groups()
    ]
    assert (second.number, second.fiscal_status) == (words["n2"], "cancelled")
