"""Values read from real files of public repositories equal those of the manifest beside them.

The folder is named by SAMPLES_DIR. Notes are compared before their checks: many public samples were
made anonymous by changing the key, so the readers refuse them, rightly, for its check digit.
"""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed, ParseError
from ingestion.parsers.nfe import build_document
from ingestion.parsers.nfe_groups import read_groups, tag
from ingestion.parsers.xml import load_xml

FOLDER = os.environ.get("SAMPLES_DIR", "")
TODAY = date(2026, 11, 21)
NOTE_VALUES = ("layout", "key", "mod", "tpAmb", "finNFe", "emit", "vNF", "items", "nProt", "dhEmi")

# Where the manifest and the reader differ on purpose: file, then value, what is read, why.
DISAGREEMENTS = {
    # A movement without a day, or on 31 February, cannot be placed in a month: it stays out, said.
    "ofx/jseutter__date_missing.ofx": {"sum": "0", "first": "", "last": "", "rejected": "3"},
    "ofx/jseutter__decimal_error.ofx": {"sum": "0", "first": "", "last": "", "rejected": "1"},
    # The day stands inside a comment, so this movement has none.
    "ofx/oca__test_ofx_wrong.ofx": {"sum": "-270", "rejected": "1"},
    # Rows that only tell a balance are informative and count in no sum.
    "ofx/syn_bb_fitid_vazio.ofx": {"sum": "150.00", "first": "20260902"},
    "ofx/annacruz__cef_malformed_decimal.ofx": {"first": "", "last": ""},
}
# Refused though the check digit fits: the reason of each.
REFUSED_KEYS = {
    "nfe/akretion__NFe35200159594315000157550010000000012062777161.xml": "Id sem o prefixo NFe",
    "nfe/nfephp-org__nfe.xml": "mês 34 na chave",
    "nfe/wmixvideo__nota.xml": "mês 65 na chave",
}

pytestmark = pytest.mark.skipif(not FOLDER, reason="SAMPLES_DIR names no folder")


def manifest() -> dict[str, dict[str, str]]:
    """Expected values by file."""
    if not FOLDER:
        return {}
    lines = (Path(FOLDER) / "MANIFEST.tsv").read_text().splitlines()[1:]
    columns = [line.split("\t") for line in lines]
    return {
        one[0]: dict(pair.split("=", 1) for pair in one[6].split("; ") if "=" in pair)
        for one in columns
    }


EXPECTED = manifest()


def files(*folders: str, key: str) -> list[str]:
    return [file for file, values in EXPECTED.items() if file.startswith(folders) and key in values]


def content(file: str) -> bytes:
    return (Path(FOLDER) / file).read_bytes()


def read(file: str) -> Parsed:
    return parse(content(file), Path(file).name, options=Options(TODAY))


def read_note(file: str) -> dict[str, str]:
    root = load_xml(content(file))
    note = next(root.iter(tag("NFe")))
    protocol = next(root.iter(tag("infProt")), None)
    document = build_document(read_groups(note, protocol), [])
    return {
        "layout": document.layout,
        "key": document.key,
        "mod": document.model,
        "tpAmb": document.environment,
        "finNFe": document.purpose,
        "emit": document.issuer.tax_id,
        "dest": document.recipient.tax_id or ("EXTERIOR" if document.recipient.name else ""),
        "vNF": str(document.total),
        "items": str(len(document.items)),
        "nProt": document.protocol,
        "dhEmi": note.findtext(f".//{tag('dhEmi')}", ""),
    }


@pytest.mark.parametrize("file", files("nfe/", "nfce/", key="vNF"))
def test_values_of_a_note_are_those_of_the_manifest(file: str) -> None:
    found, expected = read_note(file), EXPECTED[file]

    wanted = {name: expected.get(name, "") for name in (*NOTE_VALUES, "dest")}
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize("file", files("nfe/", "nfce/", key="vNF"))
def test_only_a_note_with_a_right_key_comes_in(file: str) -> None:
    parsed = read(file)
    is_right = EXPECTED[file]["key_dv_ok"] == "True" and file not in REFUSED_KEYS

    assert (len(parsed.documents), parsed.rejected) == ((1, 0) if is_right else (0, 1))
    if not is_right:
        assert parsed.problems[0].code == "nfe_key"


@pytest.mark.parametrize("file", files("evento/", key="tpEvento"))
def test_values_of_an_event_are_those_of_the_manifest(file: str) -> None:
    expected = EXPECTED[file]
    if expected.get("key_dv_ok") != "True":
        assert refused(file) in ("nfe_key", "summary")
        return
    (event,) = read(file).events
    found = {
        "tpEvento": event.event_type,
        "chave": event.document_key,
        "nSeq": str(event.sequence),
        "autor": event.author,
        "ret_cStat": event.status_code,
        "nProt": event.protocol,
    }
    assert found == {name: expected.get(name, "") for name in found}


def refused(file: str) -> str:
    try:
        return read(file).problems[0].code
    except ParseError as error:
        return error.code


@pytest.mark.parametrize("file", files("ofx/", key="n_tx"))
def test_values_of_a_statement_are_those_of_the_manifest(file: str) -> None:
    parsed = read(file)
    days = sorted(f"{row.posted_on:%Y%m%d}" for row in parsed.transactions)
    expected = {"rejected": "0", **EXPECTED[file], **DISAGREEMENTS.get(file, {})}

    assert parsed.read == int(expected["n_tx"])
    assert parsed.rejected == int(expected["rejected"])
    assert sum((row.amount for row in parsed.transactions), Decimal(0)) == Decimal(expected["sum"])
    assert (days[:1], days[-1:]) == (
        [expected["first"]][: len(days)],
        [expected["last"]][: len(days)],
    )


@pytest.mark.parametrize("file", files("ofx/", key="accts"))
def test_accounts_of_a_statement_are_those_of_the_manifest(file: str) -> None:
    accounts = [one.account.rpartition("/")[2] for one in read(file).statements]
    expected = EXPECTED[file]["accts"].split("/")

    # One sample hides its first account in a comment: the movements are kept without it.
    assert accounts == expected or (file in DISAGREEMENTS and accounts == ["", *expected[1:]])


@pytest.mark.parametrize("file", files("ofx/", key="balance"))
def test_balances_of_a_statement_are_those_of_the_manifest(file: str) -> None:
    found = [one.balance for one in read(file).statements if one.balance is not None]
    # The manifest lists the available balance behind the ledger's; only the latter is kept.
    written = EXPECTED[file]["balance"].replace(",", ".").split("/")[: len(found)]

    assert found == [Decimal(text) for text in written]
    assert found


@pytest.mark.parametrize("file", files("nfe/", "nfce/", key="cStat"))
def test_the_protocol_authorizes_only_its_own_note(file: str) -> None:
    root = load_xml(content(file))
    note, protocol = next(root.iter(tag("NFe"))), next(root.iter(tag("infProt")))
    document = build_document(read_groups(note, protocol), [])
    matches = EXPECTED[file]["key_prot_match"] == "True"

    assert (document.fiscal_status == "authorized") == (
        matches and EXPECTED[file]["cStat"] in ("100", "150")
    )
