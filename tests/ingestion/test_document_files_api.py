"""The original and the printed page of a document over the API."""

from collections.abc import Callable

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, SourceFile
from tests.data import nfse
from tests.data.files import archive, invoices, xml
from tests.ingestion.conftest import Send

CONTENT = xml(invoices(1)[0])


@pytest.fixture
def client(seller: Organization, person: Callable[..., User], api: Callable[..., Client]) -> Client:
    return api(person(Role.VIEWER, seller))


def test_the_original_of_a_member_is_the_member(client: Client, send: Send) -> None:
    send(archive({"nota.xml": CONTENT}), "mes.zip")
    answer = client.get(f"/v1/documents/{Document.objects.get().pk}/original")

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    assert answer.content == CONTENT
    assert "attachment" in answer["Content-Disposition"]
    assert "sandbox" in answer["Content-Security-Policy"]


def test_an_original_that_left_is_said_to_be_gone(client: Client, send: Send) -> None:
    file = send(CONTENT, "nota.xml")
    SourceFile.objects.filter(pk=file.pk).update(storage_path="")
    answer = client.get(f"/v1/documents/{Document.objects.get().pk}/original")

    assert (answer.status_code, answer.json()["code"]) == (404, "file_removed")


def test_the_printed_page_is_a_pdf_whatever_is_accepted(client: Client, send: Send) -> None:
    send(CONTENT, "nota.xml")
    address = f"/v1/documents/{Document.objects.get().pk}/pdf"
    answers = [client.get(address, HTTP_ACCEPT=kind) for kind in ("application/pdf", "*/*")]

    assert [answer["Content-Type"] for answer in answers] == ["application/pdf"] * 2
    assert all(answer.content.startswith(b"%PDF") for answer in answers)


def test_a_declaration_has_no_printed_page(client: Client, send: Send) -> None:
    send(nfse.dps(), "dps.xml")
    answer = client.get(f"/v1/documents/{Document.objects.get().pk}/pdf")

    assert (answer.status_code, answer.json()["code"]) == (404, "document_not_printable")
    assert "DANFSe" in answer.json()["message"]


@pytest.mark.parametrize("name", ["original", "pdf"])
def test_another_companys_document_has_no_files(
    name: str,
    send: Send,
    other_organization: Organization,
    person: Callable[..., User],
    api: Callable[..., Client],
) -> None:
    send(CONTENT, "nota.xml")
    stranger = api(person(Role.MANAGER, other_organization))

    assert stranger.get(f"/v1/documents/{Document.objects.get().pk}/{name}").status_code == 404
