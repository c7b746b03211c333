"""An older version of a reader can be chosen again, and says what it said then."""

from datetime import date
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.fiscal import FAMILIES
from ingestion.parsers.model import Options, Parsed, ParseError
from ingestion.parsers.versions import NEWEST, OLDER
from tests.data.nfe import authorized, event, summary, voiding

TODAY = date(2026, 11, 21)
REFERENCE = "<NFref><refCTe>35261011222333000181570010000000011000000010</refCTe></NFref>"
RETAINED = "<retTrib><vRetPIS>1.00</vRetPIS></retTrib>"


def read(content: bytes, **versions: int) -> Parsed:
    return parse(content, "nota.xml", options=Options(TODAY, versions=versions))


def rich() -> bytes:
    parts = "<pag><detPag><tPag>17</tPag><vPag>99.00</vPag><cAut>A1</cAut></detPag></pag>"
    note = authorized(more_ide=REFERENCE, more=f"<autXML><CNPJ>9</CNPJ></autXML>{parts}")
    return note.replace(b"</ICMSTot>", f"</ICMSTot>{RETAINED}<vNFTot>101.00</vNFTot>".encode())


def test_the_newest_version_is_read_without_a_choice() -> None:
    assert read(rich()).parser == read(rich(), nfe=2).parser == "nfe/2"


def test_version_1_knows_nothing_beside_the_face_of_a_note() -> None:
    (newest,), (older,) = read(rich()).documents, read(rich(), nfe=1).documents

    assert read(rich(), nfe=1).parser == "nfe/1"
    assert newest.references and newest.withheld and newest.net == Decimal("99.00")
    assert not (older.references or older.withheld or older.parties or older.provenance)
    assert (older.net, older.taxes) == (None, {"vProd": Decimal("100.00")})
    assert older.extra.keys() == {"tpEmis", "retTrib", "vNFTot"}


def test_all_versions_tell_the_same_note() -> None:
    (newest,), (older,) = read(rich()).documents, read(rich(), nfe=1).documents

    assert newest.content_hash == older.content_hash
    assert (newest.key, newest.total, newest.items) == (older.key, older.total, older.items)


def test_version_1_counts_voided_numbers_and_summaries_as_informative() -> None:
    for content in (voiding(), summary()):
        parsed = read(content, nfe=1)

        assert (parsed.kind, parsed.informative, parsed.read) == ("summary", 1, 1)
        assert read(content).read == 1


def test_a_choice_for_another_reader_changes_nothing() -> None:
    assert read(event(), ofx=1) == read(event())


@pytest.mark.parametrize("versions", [{"nfe": 3}, {"nfe": 0}, {"nobody": 1}])
def test_a_version_nobody_has_is_refused(versions: dict[str, int]) -> None:
    with pytest.raises(ParseError) as refusal:
        read(rich(), **versions)

    assert refusal.value.code == "parser_version"
    assert refusal.value.remedy


def test_every_family_is_a_known_reader_in_its_newest_version() -> None:
    parsers = [family.parser.split("/") for family in FAMILIES]

    assert all(int(version) == NEWEST[name] for name, version in parsers)
    assert all(version < NEWEST[name] for name, version in OLDER)
