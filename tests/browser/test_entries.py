"""Automatic entries as the person who administers a company sets them up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conciliacontag.organizations.roles import Role
from tests.browser.accessibility import look_over
from tests.browser.test_pages import ENGLISH, shoot, visible_text

pytestmark = pytest.mark.browser

PAGES = {
    "entradas": "",
    "entradas-tipos": "add/",
    "entrada-pasta": "add/?tipo=folder",
    "entrada-bucket": "add/?tipo=bucket",
    "entrada-sftp": "add/?tipo=sftp",
    "entrada-email": "add/?tipo=mail",
    "itens": "../sourceitem/",
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_in_order(look_at: Callable[..., Any], name: str) -> None:
    watched = look_at(Role.ADMIN)
    answer = watched.page.goto(f"/admin/ingestion/source/{PAGES[name]}")
    shoot(watched.page, name)
    found = look_over(watched.page)

    assert answer is not None and answer.status == 200
    assert (watched.faults, watched.foreign) == ([], [])
    assert found.violations_count == 0, found.generate_report()
    assert ENGLISH.findall(visible_text(watched.page)) == []


def test_a_folder_is_set_up_tested_and_read(
    look_at: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.WATCHED_FOLDERS_ROOT", tmp_path)
    watched = look_at(Role.ADMIN)
    page = watched.page
    page.goto("/admin/ingestion/source/add/")
    page.get_by_role("link", name="Pasta do servidor").click()
    page.get_by_label("Nome").fill("Pasta das notas")
    page.get_by_role("button", name="Guardar entrada").click()
    page.get_by_role("button", name="Testar conexão").click()
    page.get_by_text("A pasta pode ser lida. Arquivos à espera agora: 0.").wait_for()
    shoot(page, "entrada")
    found = look_over(page)

    assert found.violations_count == 0, found.generate_report()
    assert (watched.faults, watched.foreign) == ([], [])
    page.get_by_role("button", name="Ler agora").click()
    page.get_by_text("A leitura foi pedida").wait_for()
