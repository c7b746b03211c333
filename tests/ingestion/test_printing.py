"""The printed page of a note is drawn on demand, once."""

import pypdfium2
import pytest

from conciliacontag.organizations.models import Organization
from ingestion import printing
from ingestion.models import Document
from ingestion.parsers.printing import print_document
from ingestion.printing import is_printable, printed
from tests.data.files import invoices, xml
from tests.data.rows import make_document

FIRST, SECOND = invoices(2)
CONTENT = xml(FIRST)


def text_of(page: bytes | None) -> str:
    assert page is not None
    return "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(page))


def note(organization: Organization, **named: object) -> Document:
    return make_document(organization, "100.00", key=FIRST.key, number=1, **named)


def test_the_page_shows_the_key_and_the_issuer(organization: Organization) -> None:
    text = text_of(printed(note(organization), CONTENT))

    assert FIRST.key in text.replace(" ", "")
    assert FIRST.issuer.name.upper() in text.upper()


def test_a_cancelled_note_carries_the_watermark(organization: Organization) -> None:
    assert "CANCELAD" in text_of(printed(note(organization, fiscal_status="cancelled"), CONTENT))


def test_the_second_page_is_not_drawn(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = note(organization)
    first = printed(document, CONTENT)
    monkeypatch.setattr(printing, "draw", lambda *_, **__: pytest.fail("drawn again"))

    assert printed(document, CONTENT) == first


def test_one_note_of_several_is_drawn() -> None:
    notes = [xml(one).partition(b"?>")[2] for one in (FIRST, SECOND)]
    batch = b"<lote>" + b"".join(notes) + b"</lote>"
    text = text_of(print_document(batch, "nfe", SECOND.key, cancelled=False))

    assert SECOND.key in text.replace(" ", "")


@pytest.mark.parametrize("content", [b"", b"<a/>", b"<!DOCTYPE x><x/>", b"nada"])
def test_what_is_no_note_gives_no_page(content: bytes, organization: Organization) -> None:
    assert printed(note(organization), content) is None


def test_a_note_too_poor_for_the_page_gives_none() -> None:
    assert print_document(b'<NFe><infNFe Id="NFe1"/></NFe>', "cte", "1", cancelled=False) is None


def test_only_national_documents_have_a_page(organization: Organization) -> None:
    assert is_printable(note(organization))
    assert not is_printable(make_document(organization, doc_type="abrasf"))
