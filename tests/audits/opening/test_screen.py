"""“Abrir lote” in the browser: refusals beside their field, unknown columns said by a person."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audits.models import Batch, Evidence, LayoutVersion, Removal
from conciliacontag.organizations.models import Organization, User
from conciliacontag.storage import is_stored
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from tests.data.answer_sheets import FIRST, package, png, results
from tests.data.requests import forgiven

Screen = Callable[[User], Client]
ADD = "/admin/audits/batch/add/"
UNKNOWN = results(
    ("a-1", "2026", "S", "foto1.png"), ("a-2", "2026", "X", ""),
    header=("aluno", "turma", "resposta", "foto"),
)  # fmt: skip
MAPPED = {
    "column-0": "card", "column-1": "identifier", "column-2": "answer", "column-3": "image",
    "name": "Chamada Única", "values": "S, N", "blank": "issue",
}  # fmt: skip


def send(
    client: Client, organization: Organization, content: bytes = results(FIRST), **said: Any
) -> Any:
    body = {
        "organization": str(organization.pk),
        "layout": "omr",
        "file": SimpleUploadedFile("Results.csv", content),
    }
    return forgiven(client.post(ADD, body | said))


def zipped(**members: bytes) -> SimpleUploadedFile:
    named = {f"{name}.png": content for name, content in members.items()}
    return SimpleUploadedFile("i.zip", package(named))


@pytest.fixture
def client(manager: User, screen: Screen) -> Client:
    return screen(manager)


@pytest.fixture
def strange_screen(stranger: User, screen: Screen) -> Client:
    return screen(stranger)


def test_the_page_asks_for_a_file_and_a_layout(client: Client, organization: Organization) -> None:
    page = client.get(ADD).content.decode()

    assert "Abrir lote" in page and 'enctype="multipart/form-data"' in page
    assert '<option value="omr"' in page and 'value="conciliacao"' not in page


def test_a_sent_file_leads_to_its_batch(client: Client, organization: Organization) -> None:
    images = SimpleUploadedFile("i.zip", package({"file1.png": png(), "leia.txt": b"l"}))
    answer = send(client, organization, images=images, name="Prova")
    batch = Batch.objects.get()

    assert answer["Location"] == f"/admin/audits/batch/{batch.pk}/change/"
    assert (batch.name, batch.evidence.count()) == ("Prova", 1)
    told = client.get(answer["Location"]).content.decode()
    assert "“leia.txt” ficou de fora: entram só os resultados mais novos" in told
    again = client.get(send(client, organization)["Location"]).content.decode()
    assert "já era o lote" in again
    assert Batch.objects.count() == 1


def test_the_page_of_a_batch_tells_its_doubts_and_missing_images_in_words(
    client: Client, organization: Organization
) -> None:
    answer = send(client, organization, images=zipped(outra=png()))
    page = client.get(answer["Location"]).content.decode()

    assert "q1 AB (duas marcas); q2 em branco" in page
    assert "Cartão-resposta (OMR), versão 1" in page
    assert "file1.png. Envie cada uma" in page


def test_results_among_the_uploads_open_a_batch_from_their_page(
    client: Client, organization: Organization, strange_screen: Client
) -> None:
    file, _ = receive_file(organization, uploader=None, filename="r.csv", chunks=[results(FIRST)])
    process_file(organization.pk, file.pk)
    place = f"/admin/audits/batch/de-arquivo/{file.pk}/"
    page = client.get(f"/admin/ingestion/sourcefile/{file.pk}/change/").content.decode()

    assert f'action="{place}"' in page
    assert (client.get(place).status_code, strange_screen.post(place).status_code) == (405, 302)
    assert not Batch.objects.exists()
    opened = client.post(place)["Location"]
    assert opened == client.post(place)["Location"]
    assert opened == f"/admin/audits/batch/{Batch.objects.get().pk}/change/"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"content": results(FIRST) + b'"so"\n'}, "Linha 3: a linha tem 1 colunas"),
        ({"content": b""}, "O arquivo está vazio"),
        ({"images": SimpleUploadedFile("i.zip", b"x")}, "As imagens vêm em um ZIP"),
        ({"file": ""}, "Escolha o arquivo para enviar"),
        ({"layout": "conciliacao"}, "conciliacao"),
        ({"content": package({"a.csv": results(FIRST)})}, "O ZIP não traz Results"),
    ],
)
def test_a_refusal_is_shown_beside_its_field(
    client: Client, organization: Organization, said: dict[str, Any], sentence: str
) -> None:
    answer = send(client, organization, **said)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Batch.objects.exists() and not Removal.objects.exists()


def test_who_may_not_send_sees_no_page(
    auditor: User, stranger: User, screen: Screen, organization: Organization
) -> None:
    assert screen(auditor).get(ADD).status_code == 403
    assert send(screen(stranger), organization).status_code == 422
    assert not Batch.objects.exists()


def test_unknown_columns_are_said_by_a_person(client: Client, organization: Organization) -> None:
    place = send(client, organization, UNKNOWN, images=zipped(foto1=png()), name="Dia 1")[
        "Location"
    ]
    page = client.get(place).content.decode()
    answer = forgiven(client.post(place, MAPPED))
    batch, layout = Batch.objects.get(), LayoutVersion.objects.get()

    assert "O que é cada coluna?" in page and "foto1.png" in page
    assert answer["Location"] == f"/admin/audits/batch/{batch.pk}/change/"
    assert (layout.key, layout.version, batch.layout) == ("chamada-unica", 1, "chamada-unica")
    assert [card.doubts for card in batch.cards.all()] == [["resposta: X"]]
    assert (batch.name, Evidence.objects.get().name) == ("Dia 1", "foto1.png")
    assert not Removal.objects.exists()


def test_saying_it_twice_makes_one_layout_and_one_batch(
    client: Client, organization: Organization
) -> None:
    for _ in range(2):
        place = send(client, organization, UNKNOWN)["Location"]
        assert forgiven(client.post(place, MAPPED)).status_code == 302

    assert (LayoutVersion.objects.count(), Batch.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "???"}, "Dê ao leiaute um nome"),
        ({"name": "OMR"}, "leiaute do sistema"),
        ({"column-0": ""}, "só uma, que identifica"),
        ({"column-1": "card"}, "só uma, que identifica"),
        ({"column-2": ""}, "ao menos uma coluna com respostas"),
        ({"column-0": "image", "column-3": "card"}, "falta o identificador"),
    ],
)
def test_what_was_said_by_half_saves_nothing(
    client: Client, organization: Organization, change: dict[str, str], sentence: str
) -> None:
    place = send(client, organization, UNKNOWN)["Location"]
    answer = forgiven(client.post(place, MAPPED | change))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not LayoutVersion.objects.exists() and not Batch.objects.exists()


def test_a_waiting_file_is_its_senders_alone(
    client: Client, organization: Organization, operator: User, stranger: User, screen: Screen
) -> None:
    place = send(client, organization, UNKNOWN)["Location"]
    forged = f"{urlsplit(place).path}?arquivo=inventado"

    for who, where in ((screen(stranger), place), (screen(operator), place), (client, forged)):
        assert forgiven(who.post(where, MAPPED))["Location"] == ADD
    assert not Batch.objects.exists()
    assert is_stored(Removal.objects.get().key)


def test_only_who_configures_saves_a_layout(
    operator: User, organization: Organization, screen: Screen
) -> None:
    place = send(screen(operator), organization, UNKNOWN)["Location"]

    assert "Quem configura a empresa" in screen(operator).get(place).content.decode()
    assert forgiven(screen(operator).post(place, MAPPED)).status_code == 422
    assert not LayoutVersion.objects.exists()
