"""What an export would change is shown before it leaves: changed cells only, with their totals."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from audits.exports.preview import START, ChangedCell, Place, preview
from audits.exports.services import export_batch
from audits.models import Verdict
from audits.opening_files import open_batch_from_file
from audits.services import decide_card, reopen_card
from conciliacontag.organizations.models import Organization, User
from tests.data.requests import get
from tests.data.reviewed_batches import answer_cards

Screen = Callable[[User], Client]


def correct(reviewed: Any, author: User) -> None:
    decide_card(
        reviewed.card.pk,
        author=author,
        version=2,
        verdict=Verdict.CORRECT,
        corrections={"debito": "52878", "credito": "11301"},
    )
    reviewed.batch.refresh_from_db()


def test_the_preview_is_what_the_export_then_changes(
    reviewed: Any, auditor: User, operator: User
) -> None:
    correct(reviewed, auditor)
    shown = preview(reviewed.batch)
    export, _ = export_batch(reviewed.batch.pk, requested_by=operator)

    told = [
        (e["line"], e["field"], e["before"], e["after"]) for e in export.manifest["corrections"]
    ]
    assert [(c.line, c.field, c.before, c.after) for c in shown.cells] == told
    assert shown.total_cells == len(told) == export.manifest["corrected_cells"]
    assert {cell.who for cell in shown.cells} == {auditor.name}


def test_totals_are_told_in_one_sentence(reviewed: Any, auditor: User) -> None:
    correct(reviewed, auditor)
    reviewed.batch.rows = 1981
    shown = preview(reviewed.batch)

    assert str(shown) == f"{shown.total_cells} células em 2 cartões; 1.979 linhas iguais"


def test_nothing_to_change_is_said(review: Any) -> None:
    shown = preview(review.batch)

    assert (str(shown), shown.pending) == ("Nenhuma célula muda; 2 linhas iguais", 2)


def test_cards_that_wait_again_change_nothing(reviewed: Any, manager: User) -> None:
    before = preview(reviewed.batch)
    reopen_card(reviewed.lonely_card.pk, author=manager, version=2)

    after = preview(reviewed.batch)
    assert (before.total_cards, after.total_cards, after.pending) == (2, 1, 1)


def test_pages_follow_each_other_without_gap(reviewed: Any, auditor: User) -> None:
    correct(reviewed, auditor)
    whole = preview(reviewed.batch).cells
    found: list[ChangedCell] = []
    place: Place | None = START
    while place is not None:
        page = preview(reviewed.batch, after=place, limit=2)
        found += page.cells
        place = page.next

    assert found == whole


def test_clients_page_through_it(reviewed: Any, auditor: User, screen: Screen) -> None:
    correct(reviewed, auditor)
    client, url = screen(auditor), f"/v1/audits/{reviewed.batch.pk}/preview"
    first = get(client, url, {"limit": 2}).json()
    second = get(client, url, {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert first["has_more"] and len(first["data"]) == 2
    assert first["data"] + second["data"] == get(client, url).json()["data"][:4]
    assert first["cells"] == second["cells"]
    assert first["text"] == str(preview(reviewed.batch))
    refused = get(client, url, {"cursor": "forjado"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


def test_strangers_see_no_preview(reviewed: Any, stranger: User, screen: Screen) -> None:
    assert get(screen(stranger), f"/v1/audits/{reviewed.batch.pk}/preview").status_code == 404


def test_the_page_shows_it_before_the_button(
    reviewed: Any, auditor: User, operator: User, screen: Screen
) -> None:
    correct(reviewed, auditor)
    text = str(preview(reviewed.batch))
    client = screen(operator)
    page = client.get(
        reverse("admin:audits_batch_change", args=[reviewed.batch.pk])
    ).content.decode()
    more = client.get(reverse("admin:audits_batch_changes", args=[reviewed.batch.pk]))

    assert page.index(text) < page.index(">Exportar</button>")
    assert "52878" in page and "52878" in more.content.decode()


def test_the_page_of_an_export_offers_the_dossier(
    reviewed: Any, operator: User, stranger: User, screen: Screen
) -> None:
    export, _ = export_batch(reviewed.batch.pk, requested_by=operator)
    url = reverse("admin:audits_export_dossier", args=[export.pk])
    page = screen(operator).get(reverse("admin:audits_export_change", args=[export.pk]))

    assert "Baixar dossiê" in page.content.decode()
    assert screen(operator).get(url)["Content-Type"] == "application/zip"
    assert screen(stranger).get(url).status_code == 404


def test_the_page_of_a_batch_that_came_in_a_file_names_its_cards(
    organization: Organization, operator: User, screen: Screen
) -> None:
    batch, _ = open_batch_from_file(
        organization.pk,
        answer_cards(4, 3, 2),
        filename="Results_10AM.csv",
        layout="omr",
        opened_by=operator,
    )

    page = screen(operator).get(reverse("admin:audits_batch_change", args=[batch.pk]))

    assert page.status_code == 200
    assert "c000002.png" in page.content.decode()
    assert "Nenhuma célula foi corrigida" in page.content.decode()


def test_an_address_with_a_null_byte_shows_the_page_from_there(
    reviewed: Any, auditor: User, screen: Screen
) -> None:
    correct(reviewed, auditor)
    url = reverse("admin:audits_batch_changes", args=[reviewed.batch.pk])

    assert get(screen(auditor), url, {"linha": "1", "campo": "a\x00"}).status_code == 200
