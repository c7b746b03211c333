"""A person says under which CFOP one purchase is booked; the copies that leave carry it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from conciliacontag.errors import InvalidInput, NotAllowed, NotFound
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, DocumentBooking, SourceFile
from ingestion.services.bookings import MISSING, book_document, chosen_documents, working_copies
from ingestion.services.enrichment import enrich_file, queue_enrichment
from ingestion.services.files import receive_file
from ingestion.services.preferences import save_preference
from ingestion.services.processing import process_file
from tests.data.files import archive
from tests.data.identity import cnpj
from tests.data.nfe import authorized

SUPPLIER = cnpj(900)


def bought(organization: Organization, number: int) -> bytes:
    party = f"<dest><CNPJ>{organization.cnpj}</CNPJ><xNome>PADARIA</xNome></dest>"
    return authorized(issuer=SUPPLIER, recipient=party, number=number)


def send(organization: Organization, content: bytes, filename: str = "n.xml") -> SourceFile:
    file, _ = receive_file(organization, uploader=None, filename=filename, chunks=[content])
    process_file(organization.pk, file.pk)
    enrich_file(organization.pk, file.pk)
    return file


@pytest.fixture
def two(organization: Organization) -> list[Document]:
    """Two notes of one package."""
    names = {f"nota {number}.xml": bought(organization, number) for number in (1, 2)}
    send(organization, archive(names), "mes.zip")
    return list(Document.objects.order_by("number"))


def copies(documents: list[Document], user: User) -> dict[str, bytes]:
    chosen = chosen_documents([row.pk for row in documents], user=user)
    return dict(working_copies(chosen))


def test_one_of_two_notes_changes_and_its_original_stays_signed(
    organization: Organization, auditor: User, two: list[Document]
) -> None:
    first, second = two
    book_document(first, user=auditor, cfop="1556")

    found = copies(two, auditor)

    changed = found[f"{first.key}-copia-de-trabalho.xml"]
    assert len(found) == 2
    assert b"<CFOP>1556</CFOP>" in changed and b"Copia de trabalho" in changed
    assert b"<Signature" not in changed
    assert found[f"{second.key}.xml"] == bought(organization, 2)
    assert list(copies([first], auditor).values()) != [bought(organization, 1)]
    DocumentBooking.objects.all().delete()
    assert copies([first], auditor) == {f"{first.key}.xml": bought(organization, 1)}


def test_said_twice_it_is_written_once_and_can_be_taken_back(
    auditor: User, two: list[Document]
) -> None:
    for _ in range(2):
        book_document(two[0], user=auditor, cfop="1102")
    assert AuditLog.objects.filter(action="document.booked").count() == 1

    for _ in range(2):
        book_document(two[0], user=auditor, cfop="")
    booking = DocumentBooking.objects.get()
    assert (booking.cfop, booking.said_by) == ("", None)
    assert AuditLog.objects.filter(action="document.booked").count() == 2


def test_a_preference_leaves_alone_what_a_person_said(
    organization: Organization, auditor: User, manager: User, two: list[Document]
) -> None:
    book_document(two[0], user=auditor, cfop="2551")
    save_preference(
        organization,
        user=manager,
        supplier=SUPPLIER,
        values={"operation": "resale", "cfop": "1102"},
    )
    file = SourceFile.objects.get(container=None)
    queue_enrichment(file)
    enrich_file(organization.pk, file.pk)

    told = dict(DocumentBooking.objects.values_list("document__number", "cfop"))
    assert told == {"1": "2551", "2": "1102"}


def test_only_codes_of_entry_of_purchases_are_taken(
    organization: Organization, auditor: User, two: list[Document]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        book_document(two[0], user=auditor, cfop="5102")
    assert "1102" in refused.value.details["fields"]["cfop"][0]["message"]

    sold = Document.objects.create(
        organization=organization, doc_type="nfe", key="4" * 44, series="1", number="9",
        emitter_cnpj=organization.cnpj, emitter_name="A", receiver_cnpj=SUPPLIER,
        receiver_name="B", total_amount=1, issue_date="2026-10-05", direction="issued",
        fiscal_status="authorized", environment="1", purpose="1", normalized={},
        content_hash="0" * 64, parser="nfe/1",
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="emitida pela própria empresa"):
        book_document(sold, user=auditor, cfop="1102")
    assert not DocumentBooking.objects.exists()


def test_a_viewer_neither_says_nor_takes_along(
    organization: Organization, person: Callable[..., User], two: list[Document]
) -> None:
    viewer = person(Role.VIEWER, organization)

    with pytest.raises(NotAllowed):
        book_document(two[0], user=viewer, cfop="1102")
    with pytest.raises(NotAllowed):
        chosen_documents([two[0].pk], user=viewer)


def test_what_is_gone_is_named_and_the_rest_leaves(auditor: User, two: list[Document]) -> None:
    SourceFile.objects.filter(documents=two[0]).update(storage_path="")

    found = copies(two, auditor)

    assert set(found) == {f"{two[1].key}.xml", MISSING}
    assert two[0].key in found[MISSING].decode()


def test_too_many_none_and_unknown_ones_are_refused(auditor: User, two: list[Document]) -> None:
    with pytest.raises(InvalidInput):
        chosen_documents([], user=auditor)
    with pytest.raises(InvalidInput, match="500"):
        chosen_documents([uuid4() for _ in range(501)], user=auditor)
    with pytest.raises(NotFound, match="nada foi entregue"):
        chosen_documents([two[0].pk, uuid4()], user=auditor)


def test_over_the_api(api: Callable[..., Client], auditor: User, two: list[Document]) -> None:
    client, address = api(auditor), f"/v1/documents/{two[0].pk}/booking"
    assert client.get(address).json()["cfop"] == ""

    said: Any = client.put(address, {"cfop": "1551"}, content_type="application/json")
    assert (said.status_code, said.json()["said_by_id"]) == (200, str(auditor.pk))

    answer = client.get(f"/v1/documents/working-copies?ids={two[0].pk},{two[1].pk}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as packed:  # type: ignore[attr-defined]
        assert {name for name in packed.namelist() if "copia" in name} == {
            f"{two[0].key}-copia-de-trabalho.xml"
        }
        assert len(packed.namelist()) == 2


@pytest.mark.parametrize("ids", ["", "x", "1,2", ","])
def test_ids_that_are_none_are_told(
    api: Callable[..., Client], auditor: User, two: list[Document], ids: str
) -> None:
    answer = api(auditor).get(f"/v1/documents/working-copies?ids={ids}")

    assert answer.status_code == 400
    assert "ids" in answer.json()["message"]


def test_another_companys_notes_are_not_there(
    api: Callable[..., Client],
    person: Callable[..., User],
    other_organization: Organization,
    two: list[Document],
) -> None:
    stranger = api(person(Role.MANAGER, other_organization))
    address = f"/v1/documents/{two[0].pk}/booking"

    assert stranger.get(address).status_code == 404
    put = stranger.put(address, {"cfop": "1102"}, content_type="application/json")
    assert put.status_code == 404
    assert stranger.get(f"/v1/documents/working-copies?ids={two[0].pk}").status_code == 404
    assert not DocumentBooking.objects.exists()


def test_on_the_pages(client: Client, auditor: User, two: list[Document]) -> None:
    client.force_login(auditor)
    page = reverse("admin:ingestion_document_change", args=[two[0].pk])
    assert "CFOP de entrada desta nota" in client.get(page).content.decode()

    act = reverse("admin:ingestion_document_booking", args=[two[0].pk])
    said = client.post(act, {"cfop": "1556"}, follow=True).content.decode()
    assert "se contabiliza sob o CFOP 1556" in said and auditor.name in said

    chosen = {"action": "take_along", "_selected_action": [str(row.pk) for row in two]}
    answer = client.post(reverse("admin:ingestion_document_changelist"), chosen)
    assert answer["Content-Type"] == "application/zip"
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as packed:  # type: ignore[attr-defined]
        assert len(packed.namelist()) == 2
