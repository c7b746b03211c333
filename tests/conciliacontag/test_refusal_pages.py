"""Browsers get a page in Portuguese with the number of the request, programs get JSON."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conciliacontag.organizations.models import User
from tests.data.envelope import refusal

pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def browser(settings: Any) -> Client:
    settings.ROOT_URLCONF = "tests.data.broken_urls"
    return Client(raise_request_exception=False, headers=HTML)


def page(answer: Any, status: int) -> str:
    text: str = answer.content.decode()
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert 'lang="pt-br"' in text
    assert answer["Request-Id"] in text
    return text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nada", 404, "Página não encontrada"),
        ("/forbid", 403, "Acesso não permitido"),
        ("/divide", 500, "Algo falhou do nosso lado"),
        ("/refuse", 409, "O lote está fechado."),
        ("/files/abc", 404, "Este link não é válido."),
    ],
)
def test_a_refusal_is_a_page(browser: Client, path: str, status: int, said: str) -> None:
    assert said in page(browser.get(path), status)


def test_a_body_beyond_the_limit_is_a_page(browser: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    assert "Envio grande demais" in page(browser.post("/form", {"name": "x" * 100}), 413)


def test_too_many_files_is_a_page(browser: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 1
    files = {name: SimpleUploadedFile(name, b"x") for name in ("a", "b")}

    assert "arquivos demais" in page(browser.post("/form", files), 413)


def test_a_forged_form_is_a_page(operator: User) -> None:
    browser = Client(enforce_csrf_checks=True, headers=HTML)
    browser.force_login(operator)

    assert "recarregue a página" in page(browser.post("/admin/logout/"), 403)


def test_a_program_gets_json_at_the_same_address(browser: Client) -> None:
    answer = browser.get("/nada", headers={"Accept": "application/json"})

    refusal(answer, 404, "not_found")
