"""The pages around a correction sheet."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from audits.models import Batch, Decision
from conciliacontag.organizations.models import User
from tests.data.requests import forgiven
from tests.data.tables import as_xlsx

Screen = Callable[[User], Client]
ROWS = [("Linha", "Campo", "Correção", "Versão"), (4, "q2", "E", 1), (3, "q1", "A", 1)]


@pytest.fixture
def path(answers: Batch) -> str:
    return f"/admin/audits/batch/{answers.pk}"


def send(client: Client, path: str, content: bytes) -> Any:
    file = SimpleUploadedFile("correcoes.xlsx", content)
    return client.post(f"{path}/conferir-planilha/", {"sheet": file})


def confirmation(page: Any) -> str:
    found = re.search(r'name="confirmation" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_the_batch_page_leads_to_the_sheet(path: str, auditor: User, screen: Screen) -> None:
    client = screen(auditor)

    assert f"{path}/planilha/" in client.get(f"{path}/change/").content.decode()
    assert "Baixar planilha" in client.get(f"{path}/planilha/").content.decode()


def test_the_sheet_is_downloaded(path: str, auditor: User, screen: Screen) -> None:
    answer = screen(auditor).get(f"{path}/baixar-planilha/")

    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    assert load_workbook(BytesIO(answer.content)).worksheets[0].max_row == 6


def test_what_changes_is_shown_before_it_is_written(
    path: str, auditor: User, screen: Screen
) -> None:
    page = send(screen(auditor), path, as_xlsx(ROWS)).content.decode()

    assert "1 célula em 1 cartão" in page
    assert "<td>F</td><td><strong>E</strong></td>" in page
    assert "Linha 3 da planilha: a linha 3 do lote não tem cartão em aberto." in page
    assert not Decision.objects.exists()


def test_the_confirmation_decides(path: str, auditor: User, screen: Screen) -> None:
    client = screen(auditor)
    said = {"confirmation": confirmation(send(client, path, as_xlsx(ROWS)))}
    first = forgiven(client.post(f"{path}/confirmar-planilha/", said, follow=True))
    again = forgiven(client.post(f"{path}/confirmar-planilha/", said, follow=True))

    assert "1 cartão decidido." in first.content.decode() and again.status_code == 200
    assert list(Decision.objects.values_list("line", "author")) == [(4, auditor.pk)]


def test_a_refusal_names_the_line(path: str, answers: Batch, auditor: User, screen: Screen) -> None:
    client = screen(auditor)
    said = {"confirmation": confirmation(send(client, path, as_xlsx(ROWS)))}
    answers.cards.filter(line=4).update(version=2)
    page = forgiven(client.post(f"{path}/confirmar-planilha/", said, follow=True))

    assert "Linha 4: " in page.content.decode()
    assert not Decision.objects.exists()


def test_a_confirmation_is_ones_own_and_grows_old(
    path: str, auditor: User, manager: User, screen: Screen
) -> None:
    said = {"confirmation": confirmation(send(screen(auditor), path, as_xlsx(ROWS)))}
    address = f"{path}/confirmar-planilha/"
    foreign = screen(manager).post(address, said, follow=True)
    bent = screen(auditor).post(address, {"confirmation": "x"}, follow=True)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        old = screen(auditor).post(address, said, follow=True)

    assert all("venceu" in page.content.decode() for page in (foreign, bent, old))
    assert not Decision.objects.exists()


def test_a_file_that_is_no_sheet_is_explained(path: str, auditor: User, screen: Screen) -> None:
    client = screen(auditor)
    broken = send(client, path, b"nada")
    empty = client.post(f"{path}/conferir-planilha/")

    assert (broken.status_code, empty.status_code) == (400, 400)
    assert "A planilha não pôde ser lida." in broken.content.decode()
    assert "Escolha a planilha preenchida." in empty.content.decode()


def test_who_may_not_decide_sees_no_button(path: str, operator: User, screen: Screen) -> None:
    client = screen(operator)
    page = send(client, path, as_xlsx(ROWS)).content.decode()

    assert 'name="confirmation"' not in page and "Quem decide são" in page


@pytest.mark.parametrize("word", ["planilha", "baixar-planilha"])
def test_foreign_batches_do_not_exist(path: str, stranger: User, screen: Screen, word: str) -> None:
    client = screen(stranger)

    assert client.get(f"{path}/{word}/").status_code == 404
    assert client.post(f"{path}/conferir-planilha/").status_code == 404
    assert client.post(f"{path}/confirmar-planilha/").status_code == 404


def test_what_a_sheet_decided_is_taken_back_as_one(
    path: str, answers: Batch, auditor: User, screen: Screen
) -> None:
    rows = [(1, "q1", "A", 1), (1, "q2", "B", 1), (4, "q2", "E", 1)]
    client = screen(auditor)
    said = {"confirmation": confirmation(send(client, path, as_xlsx([ROWS[0], *rows])))}
    page = forgiven(client.post(f"{path}/confirmar-planilha/", said, follow=True)).content.decode()
    number = re.search(r'name="together" value="([^"]+)"', page)
    assert number is not None
    undo = {"together": number[1]}
    undone = forgiven(client.post(f"{path}/desfazer-conjunto/", undo, follow=True))
    again = forgiven(client.post(f"{path}/desfazer-conjunto/", undo, follow=True))

    assert "Você decidiu 2 cartões de uma vez" in page
    assert "2 cartões desfeitos." in undone.content.decode()
    assert "Você decidiu" not in undone.content.decode()
    assert "já tinha sido desfeita" in again.content.decode()
    assert answers.cards.open().count() == 3


def test_hundreds_of_refusals_are_told_in_a_few_lines(
    path: str, answers: Batch, auditor: User, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audits.screens.spreadsheet.SHOWN_REFUSALS", 1)
    rows = [(1, "q1", "A", 1), (1, "q2", "B", 1), (4, "q2", "E", 1)]
    client = screen(auditor)
    said = {"confirmation": confirmation(send(client, path, as_xlsx([ROWS[0], *rows])))}
    answers.cards.update(version=2)
    page = forgiven(client.post(f"{path}/confirmar-planilha/", said, follow=True)).content.decode()

    assert "Linha 1: " in page and "Linha 4: " not in page
    assert "E mais 1 linha" in page
