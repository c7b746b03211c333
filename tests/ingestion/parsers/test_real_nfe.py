"""Values of real NF-e, NFC-e and their events equal those of the manifest beside them.

The folder is named by SAMPLES_DIR. Notes are compared before their checks: many public samples were
made anonymous by changing the key, so the readers refuse them, rightly, for its check digit.
"""

from pathlib import Path

import pytest

from ingestion.parsers import parse
from ingestion.parsers.access_key import check_digit
from ingestion.parsers.model import Document, Parsed
from ingestion.parsers.nfe import build_document
from ingestion.parsers.nfe_groups import Element, children, read_groups, tag
from ingestion.parsers.xml import load_xml
from tests.ingestion.parsers.samples import EXPECTED, OPTIONS, content, files, needs_samples

NOTES = [*files("nfe/", key="vNF"), *files("nfce/", key="vNF")]
NOTE_VALUES = ("layout", "key", "mod", "tpAmb", "finNFe", "emit", "vNF", "items", "nProt", "dhEmi")
# Refused though the check digit fits: the reason of each.
REFUSED_KEYS = {
    "nfe/akretion__NFe35200159594315000157550010000000012062777161.xml": "Id sem o prefixo NFe",
    "nfe/nfephp-org__nfe.xml": "mês 34 na chave",
    "nfe/wmixvideo__nota.xml": "mês 65 na chave",
}
# Answers to questions: what they say of a note is kept with the file; only the note itself, or an
# event of it, changes its status.
ANSWERS = {
    "evento/danimaribe__paulistana_canc_errado.xml": "summary",
    "evento/oca__cancelado.xml": "nfe_protocol",
    "evento/oca__uso_denegado.xml": "summary",
}
DISTRIBUTION = "evento/syn_retDistDFeInt_3doczip.xml"

pytestmark = needs_samples


def read(file: str) -> Parsed:
    return parse(content(file), Path(file).name, options=OPTIONS)


def note_of(file: str) -> tuple[Element, Element | None]:
    root = load_xml(content(file))
    return next(root.iter(tag("NFe"))), next(root.iter(tag("infProt")), None)


def unchecked(file: str) -> Document:
    return build_document(read_groups(*note_of(file)), [])


def values(file: str) -> dict[str, str]:
    document, (note, _) = unchecked(file), note_of(file)
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


@pytest.mark.parametrize("file", NOTES)
def test_values_of_a_note_are_those_of_the_manifest(file: str) -> None:
    found, expected = values(file), EXPECTED[file]

    wanted = {name: expected.get(name, "") for name in (*NOTE_VALUES, "dest")}
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize("file", NOTES)
def test_the_tax_reform_is_read_where_the_manifest_sees_it(file: str) -> None:
    document = unchecked(file)
    total = children(children(note_of(file)[0])["infNFe"])["total"]

    assert ("IBSCBSTot" in document.extra) == ("IBSCBSTot" in children(total))
    if EXPECTED[file].get("has_IBSCBS") == "False":
        assert not document.taxes.keys() & {"vIBS", "vCBS", "vNFTot"}


@pytest.mark.parametrize("file", NOTES)
def test_only_a_note_with_a_right_key_comes_in(file: str) -> None:
    parsed = read(file)
    is_right = EXPECTED[file]["key_dv_ok"] == "True" and file not in REFUSED_KEYS

    assert (len(parsed.documents), parsed.rejected) == ((1, 0) if is_right else (0, 1))
    if not is_right:
        assert parsed.problems[0].code == "nfe_key"


@pytest.mark.parametrize("file", [file for file in NOTES if "cStat" in EXPECTED[file]])
def test_the_protocol_authorizes_only_its_own_note(file: str) -> None:
    matches = EXPECTED[file]["key_prot_match"] == "True"

    assert (unchecked(file).fiscal_status == "authorized") == (
        matches and EXPECTED[file]["cStat"] in ("100", "150")
    )


@pytest.mark.parametrize("file", files("evento/", key="tpEvento"))
def test_values_of_an_event_are_those_of_the_manifest(file: str) -> None:
    expected, parsed = EXPECTED[file], read(file)
    if expected.get("key_dv_ok") != "True":
        # A summary of an event is no event; other events of a wrong key name no note.
        assert (parsed.events, parsed.problems[0].code in ("nfe_key", "summary")) == ((), True)
        return
    (event,) = parsed.events
    found = {
        "tpEvento": event.event_type,
        "chave": event.document_key,
        "nSeq": str(event.sequence),
        "autor": event.author,
        "ret_cStat": event.status_code,
        "nProt": event.protocol,
    }
    assert found == {name: expected.get(name, "") for name in found}


@pytest.mark.parametrize("file", ANSWERS)
def test_an_answer_without_its_note_cancels_nothing(file: str) -> None:
    parsed = read(file)
    accepted = [event for event in parsed.events if event.accepted]

    assert EXPECTED[file]["kind"] == "other"
    assert [one.code for one in parsed.problems] == [ANSWERS[file]]
    assert (parsed.documents, accepted, parsed.read, parsed.rejected) == ((), [], 1, 0)


@pytest.mark.parametrize("file", files("evento/", key="ini"))
def test_voided_numbers_are_those_of_the_manifest(file: str) -> None:
    expected = EXPECTED[file]
    (voided,) = read(file).voidings

    assert (str(voided.first), str(voided.last)) == (expected["ini"], expected["fim"])
    assert (voided.issuer_tax_id, expected["cStat"]) == (expected["cnpj"], "102")
    assert voided.accepted == (b"<tpAmb>1" in content(file))


@pytest.mark.parametrize("file", files("evento/unimake__resNFe"))
def test_a_summary_is_the_one_of_the_manifest(file: str) -> None:
    expected = EXPECTED[file]
    (told,) = read(file).mentions

    assert told.key == expected["chave"]
    assert told.issuer_tax_id == expected["CNPJ"].split()[0]
    assert told.total is not None and str(told.total) == expected["vNF"]


def test_a_distribution_gives_its_summary_its_note_and_its_event() -> None:
    parsed = read(DISTRIBUTION)
    said = EXPECTED[DISTRIBUTION]["said"]

    assert parsed.read == int(EXPECTED[DISTRIBUTION]["docs"][0])
    assert str(parsed.mentions[0].total) in said
    assert [event.event_type for event in parsed.events] == ["110111"]
    # The note inside was made anonymous: its key has a wrong check digit, and it is refused.
    assert [one.code for one in parsed.problems if one.severity == "error"] == ["nfe_key"]


@pytest.mark.parametrize("file", [f for f in NOTES if EXPECTED[f]["key_dv_ok"] == "True"])
def test_check_digits_are_those_of_the_manifest(file: str) -> None:
    key = EXPECTED[file]["key"]

    assert check_digit(key[:43]) == key[43]
