"""Deviations from the official schemas are told in Portuguese, with line and field."""

from ingestion.parsers.schemas import SCHEMAS, _compiled, check_schema
from ingestion.parsers.xml import load_xml
from tests.data.files import invoices, xml
from tests.data.nfe import authorized


def test_every_schema_is_there_and_compiles() -> None:
    for path in set(SCHEMAS.values()):
        assert _compiled(path) is not None, path


def test_an_incomplete_note_deviates() -> None:
    findings = check_schema(load_xml(authorized()))

    assert {finding.code for finding in findings} == {"schema"}
    assert {finding.severity for finding in findings} == {"warning"}
    assert all(finding.place.startswith("linha ") and finding.remedy for finding in findings)


def test_a_finding_names_the_field_and_speaks_portuguese() -> None:
    (first, *_) = check_schema(load_xml(authorized(total="1.2")))

    assert first.message.startswith("O campo ")
    assert "Element" not in first.message
    assert "value" not in first.message


def test_a_note_that_only_lacks_its_signature_follows_the_schema() -> None:
    assert check_schema(load_xml(xml(invoices(1)[0]))) == []


def test_a_layout_without_schema_is_not_judged() -> None:
    note = authorized(layout="3.10").replace(b'versao="4.00"', b'versao="3.10"')

    assert check_schema(load_xml(note)) == []


def test_another_root_is_not_judged() -> None:
    assert check_schema(load_xml(b"<planilha versao='4.00'/>")) == []
