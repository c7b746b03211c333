"""“Ler de novo” on the screens: for those who may send files, for one file or for several."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, Reprocessing, SourceFile
from ingestion.services.reprocessing import execute_reprocessing
from tests.data.files import invoices, xml
from tests.ingestion.conftest import Send

Screen = Callable[[User], Client]


@pytest.fixture
def file(send: Send) -> SourceFile:
    return send(xml(invoices(1)[0]), "nota.xml")


def test_the_button_asks_and_the_page_tells_the_outcome(
    file: SourceFile, seller: Organization, person: Callable[..., User], screen: Screen
) -> None:
    client = screen(person(Role.OPERATOR, seller))
    page = reverse("admin:ingestion_sourcefile_change", args=[file.pk])
    Document.objects.update(emitter_name="?")

    answer = client.post(reverse("admin:ingestion_sourcefile_read_again", args=[file.pk]))
    asked = client.get(page).content.decode()
    execute_reprocessing(seller.pk, Reprocessing.objects.get().pk)

    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "em andamento" in asked
    assert "emitter_name (1)" in client.get(page).content.decode()


def test_several_files_are_read_again_at_once(
    file: SourceFile, send: Send, seller: Organization, person: Callable[..., User], screen: Screen
) -> None:
    send(xml(invoices(2)[1]))
    chosen = [str(pk) for pk in SourceFile.objects.values_list("pk", flat=True)]

    screen(person(Role.OPERATOR, seller)).post(
        reverse("admin:ingestion_sourcefile_changelist"),
        {"action": "read_again", "_selected_action": chosen},
    )

    assert Reprocessing.objects.get().total == 2


def test_a_viewer_has_neither_button_nor_action(
    file: SourceFile, seller: Organization, person: Callable[..., User], screen: Screen
) -> None:
    client = screen(person(Role.VIEWER, seller))
    page = client.get(reverse("admin:ingestion_sourcefile_change", args=[file.pk]))

    client.post(reverse("admin:ingestion_sourcefile_read_again", args=[file.pk]))

    assert "Ler de novo" not in page.content.decode()
    assert not Reprocessing.objects.exists()


def test_another_companys_file_is_not_found(
    file: SourceFile,
    other_organization: Organization,
    person: Callable[..., User],
    screen: Screen,
) -> None:
    client = screen(person(Role.OPERATOR, other_organization))

    answer = client.post(reverse("admin:ingestion_sourcefile_read_again", args=[file.pk]))

    assert answer.status_code == 404
    assert not Reprocessing.objects.exists()
