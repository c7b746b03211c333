"""Naming the columns of a table: once for every table with its header, in pages and API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conciliacontag.errors import InvalidInput, NotAllowed
from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import FileStatus, Reprocessing, SourceFile, TableLayout, Transaction
from ingestion.services.mapping import Said, map_file, remove_layout
from ingestion.services.reprocessing import execute_reprocessing
from tests.data.files import archive
from tests.data.tables import as_csv
from tests.ingestion.conftest import Send

HEADER = ("Quando", "O que", "Quanto")
AUGUST = as_csv((HEADER, ("01/08/2026", "ALUGUEL", "-900,00")))
SEPTEMBER = as_csv(
    (HEADER, ("01/09/2026", "PIX RECEBIDO", "1.234,56"), ("02/09/2026", "X", "-1,0x"))
)
SAID = Said(source="bank", columns={"date": 0, "memo": 1, "amount": 2}, account="237/1/2")
FORM = {"column-0": "date", "column-1": "memo", "column-2": "amount", "source": "bank"}
Screen = Callable[[User], Client]


@pytest.fixture
def refused(send: Send) -> SourceFile:
    send(AUGUST, "agosto.csv")
    send(as_csv((("Cor", "Peso"), ("azul", "dois"))), "outra.csv")
    return send(archive({"mes/setembro.csv": SEPTEMBER}), "mes.zip").members.get()


@pytest.fixture
def operator(seller: Organization, person: Callable[..., User]) -> User:
    return person(Role.OPERATOR, seller)


def finish(seller: Organization) -> None:
    for job in Reprocessing.objects.active():
        execute_reprocessing(seller.pk, job.pk)


def page(name: str, row: Any, kind: str = "sourcefile") -> str:
    return reverse(f"admin:ingestion_{kind}_{name}", args=[row.pk])


def test_a_header_is_explained_once_for_every_refused_file(
    refused: SourceFile, seller: Organization, operator: User
) -> None:
    layout, created, job = map_file(refused, user=operator, said=SAID)
    finish(seller)

    assert created and job is not None and job.total == 2
    assert set(Transaction.objects.values_list("memo", "account")) == {
        ("ALUGUEL", "237/1/2"),
        ("PIX RECEBIDO", "237/1/2"),
    }
    assert SourceFile.objects.get(filename="outra.csv").status == FileStatus.FAILED
    assert layout.header == list(HEADER)


def test_the_same_words_twice_are_one_layout_and_one_act(
    refused: SourceFile, seller: Organization, operator: User
) -> None:
    first, created, _ = map_file(refused, user=operator, said=SAID)
    again, created_again, _ = map_file(refused, user=operator, said=SAID)

    assert (created, created_again, first) == (True, False, again)
    assert AuditLog.objects.filter(action="layout.saved").count() == 1
    assert Reprocessing.objects.count() == 1


def test_a_later_table_is_read_at_once(
    refused: SourceFile, seller: Organization, operator: User, send: Send
) -> None:
    map_file(refused, user=operator, said=SAID)

    assert send(as_csv((HEADER, ("05/10/2026", "LUZ", "-80,00"))), "out.csv").new == 1


def test_a_removed_layout_leaves_what_it_read(
    refused: SourceFile, seller: Organization, operator: User
) -> None:
    layout, _, _ = map_file(refused, user=operator, said=SAID)
    finish(seller)
    remove_layout(layout, user=operator)

    assert Transaction.objects.count() == 2
    assert not TableLayout.objects.exists()


def test_columns_that_are_not_enough_are_named(refused: SourceFile, operator: User) -> None:
    with pytest.raises(InvalidInput) as refusal:
        map_file(refused, user=operator, said=Said(source="bank", columns={"memo": 1}))

    assert refusal.value.details["fields"].keys() == {"columns.date", "columns.amount"}
    assert not TableLayout.objects.exists()


def test_a_viewer_may_not_explain(
    refused: SourceFile, seller: Organization, person: Callable[..., User]
) -> None:
    with pytest.raises(NotAllowed):
        map_file(refused, user=person(Role.VIEWER, seller), said=SAID)


def test_the_page_shows_the_rows_and_saves(
    refused: SourceFile, seller: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    link = page("columns", refused)
    file_page = client.get(page("change", refused)).content.decode()
    shown = client.get(link).content.decode()
    answer = client.post(link, FORM)
    finish(seller)

    assert link in file_page
    assert "PIX RECEBIDO" in shown and "Quanto" in shown
    assert (answer.status_code, answer["Location"]) == (302, page("change", refused))
    assert Transaction.objects.count() == 2


def test_the_trial_reads_and_keeps_nothing(
    refused: SourceFile, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    good = client.post(page("trial", refused), FORM).content.decode()
    poor = client.post(page("trial", refused), {**FORM, "column-0": ""}).content.decode()
    twice = client.post(page("trial", refused), {**FORM, "column-1": "date"}).content.decode()

    assert "R$ 1.234,56" in good and "1 lançamento, 0 linhas informativas, 1 recusada" in good
    assert "Escolha a coluna da data." in poor
    assert "“Data” foi dado a duas colunas." in twice
    assert not Transaction.objects.exists() and not TableLayout.objects.exists()


def test_a_layout_is_changed_and_removed_on_its_page(
    refused: SourceFile, operator: User, screen: Screen
) -> None:
    layout, _, _ = map_file(refused, user=operator, said=SAID)
    client = screen(operator)
    link = page("change", layout, "tablelayout")
    poor = client.post(link, {"column-0": "memo", "source": "bank"})
    client.post(link, {**FORM, "source": "ledger"})
    layout.refresh_from_db()
    client.post(link, {"remove": "1"})

    assert poor.status_code == 422 and "Escolha a coluna da data." in poor.content.decode()
    assert layout.source == "ledger"
    assert not TableLayout.objects.exists()


@pytest.mark.parametrize("name", ["columns", "trial", "download", "image", "refused"])
def test_another_companys_file_has_no_pages(
    name: str,
    refused: SourceFile,
    other_organization: Organization,
    person: Callable[..., User],
    screen: Screen,
) -> None:
    client = screen(person(Role.MANAGER, other_organization))
    ask = client.post if name == "trial" else client.get

    assert ask(page(name, refused)).status_code == 404


def test_the_api_previews_and_explains(
    refused: SourceFile, operator: User, api: Callable[..., Client]
) -> None:
    client = api(operator)
    seen = client.get(f"/v1/uploads/{refused.pk}/table-preview").json()
    body = {"file_id": str(refused.pk), "columns": {"date": 0, "amount": 2}}
    poor = {**body, "columns": {"memo": 1}}
    wrong = client.post("/v1/table-layouts", poor, content_type="application/json")
    made = client.post("/v1/table-layouts", body, content_type="application/json")
    again = client.post("/v1/table-layouts", body, content_type="application/json")

    assert seen["header"] == list(HEADER) and seen["header_row"] == 1
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid")
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["reprocessing_id"] == again.json()["reprocessing_id"]
    assert len(client.get("/v1/table-layouts").json()["data"]) == 1


def test_the_api_explains_no_foreign_file(
    refused: SourceFile,
    other_organization: Organization,
    person: Callable[..., User],
    api: Callable[..., Client],
) -> None:
    client = api(person(Role.MANAGER, other_organization))
    body = {"file_id": str(refused.pk), "columns": {"date": 0, "amount": 2}}

    assert client.get(f"/v1/uploads/{refused.pk}/table-preview").status_code == 404
    answer = client.post("/v1/table-layouts", body, content_type="application/json")
    assert answer.status_code == 404
