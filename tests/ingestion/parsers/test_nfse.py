"""National service notes become canonical documents, with what the payer keeps back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Document, Options, Parsed, Reference
from tests.data.nfe import ISSUER, RECIPIENT
from tests.data.nfse import NAMESPACE, WITHHELD, dps, nfse, nfse_event, note_key

TODAY = date(2026, 11, 21)


def read(content: bytes) -> Parsed:
    return parse(content, "nfse.xml", options=Options(TODAY))


def only(content: bytes) -> Document:
    (document,) = read(content).documents
    return document


def test_a_note_is_read_whole() -> None:
    parsed = read(nfse(7))
    (note,) = parsed.documents

    assert (parsed.kind, parsed.parser, parsed.problems) == ("nfse", "nfse/1", ())
    assert (note.key, note.number, note.series) == (note_key(7), "7", "1")
    assert len(note.key) == 50
    assert note.issued_at == datetime(2026, 10, 20, 13, 15, tzinfo=UTC)
    assert note.competence_on == date(2026, 9, 30)
    assert (note.issuer.tax_id, note.recipient.tax_id) == (ISSUER, RECIPIENT)
    assert (note.total, note.net) == (Decimal("1000.00"), Decimal("1000.00"))
    assert (note.fiscal_status, note.purpose, note.direction) == ("authorized", "1", "1")
    assert [(one.code, one.description) for one in note.items] == [("171901", "HONORÁRIOS")]


def test_withheld_taxes_are_told_one_by_one() -> None:
    note = only(nfse(net="778.50", taxes=WITHHELD.format(code=1)))

    assert note.net == Decimal("778.50")
    assert note.withheld == {
        "iss": Decimal("50.00"),
        "irrf": Decimal("15.00"),
        "csll": Decimal("10.00"),
        "inss": Decimal("110.00"),
        "pis": Decimal("6.50"),
        "cofins": Decimal("30.00"),
    }


@pytest.mark.parametrize(("code", "withheld"), [("0", ""), ("2", ""), ("4", "185.00")])
def test_contributions_of_the_provider_are_not_withheld(code: str, withheld: str) -> None:
    note = only(nfse(taxes=WITHHELD.format(code=code), withheld=withheld))

    assert set(note.withheld) == {"iss", "irrf", "csll", "inss"}
    assert note.taxes["vCOFINS"] == Decimal("30.00")


def test_a_declaration_is_no_note_yet() -> None:
    parsed = read(dps())
    (draft,) = parsed.documents

    assert (draft.doc_type, draft.fiscal_status, draft.purpose) == ("dps", "unauthorized", "9")
    assert draft.key == f"DPS35503082{ISSUER}00001000000000000001"
    assert [one.code for one in parsed.problems] == ["nfse_protocol"]


def test_a_declaration_without_its_id_has_a_natural_key() -> None:
    content = dps().replace(b'Id="DPS', b'Id="X')

    assert only(content).key == f"DPS|{ISSUER}|1|1"


def test_a_note_names_the_one_it_replaces() -> None:
    note = only(nfse(status="101", more=f"<subst><chSubstda>{note_key(3)}</chSubstda></subst>"))

    assert note.references == (Reference("replaced", note_key(3)),)
    assert note.fiscal_status == "authorized"


def test_the_provider_is_paid_also_when_the_taker_issues() -> None:
    content = nfse(emitter="2").replace(f"<emit><CNPJ>{ISSUER}".encode(), b"<emit><CNPJ>1")

    assert only(content).issuer.tax_id == ISSUER


def test_a_status_that_is_none_of_a_note_is_a_doubt() -> None:
    parsed = read(nfse(status="999"))

    assert parsed.documents[0].fiscal_status == "unauthorized"
    assert [one.code for one in parsed.problems] == ["nfse_protocol"]


def test_a_wrong_check_digit_is_only_said() -> None:
    right = note_key()
    parsed = read(nfse(key=right[:-1] + str((int(right[-1]) + 1) % 10)))

    assert len(parsed.documents) == 1
    assert [(one.code, one.severity) for one in parsed.problems] == [("nfse_key", "warning")]


@pytest.mark.parametrize("key", ["", "123", "x" * 50])
def test_a_key_of_another_shape_keeps_the_note_out(key: str) -> None:
    parsed = read(nfse().replace(note_key().encode(), key.encode()))

    assert (parsed.rejected, parsed.problems[0].code) == (1, "nfse_key")


@pytest.mark.parametrize(
    ("kind", "replaced_by"), [("101101", ""), ("105102", note_key(2)), ("305101", "")]
)
def test_a_registered_event_is_read(kind: str, replaced_by: str) -> None:
    (event,) = read(nfse_event(kind, replaced_by=replaced_by)).events

    assert (event.document_key, event.event_type) == (note_key(), kind)
    assert (event.accepted, event.sequence, event.protocol) == (True, 2, "88")
    assert (event.text, event.author) == ("Serviço não prestado", ISSUER)
    assert event.extra.get("replaced_by", "") == replaced_by


def test_an_event_only_asked_for_does_not_count() -> None:
    parsed = read(nfse_event(registered=False))

    assert [one.accepted for one in parsed.events] == [False]
    assert [one.code for one in parsed.problems] == ["nfse_protocol"]


@pytest.mark.parametrize("name", ["NFSe", "DPS", "evento"])
def test_an_empty_record_is_refused(name: str) -> None:
    parsed = read(f'<{name} xmlns="{NAMESPACE}"/>'.encode())

    assert (parsed.rejected, parsed.problems[0].code) == (1, "nfse_missing")


def test_a_note_that_lost_its_namespace_is_read() -> None:
    bare = nfse().replace(f' xmlns="{NAMESPACE}"'.encode(), b"")

    assert only(bare).key == note_key()
