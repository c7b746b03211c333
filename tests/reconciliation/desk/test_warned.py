"""A warning about a line that is decided already stands at the desk at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.desk.queue import ALERTED, BOOKED, SUGGESTED, Queue, tally
from reconciliation.models import Reconciliation, Run
from reconciliation.services import confirm_match
from tests.data.kpi_rows import make_file
from tests.data.requests import get
from tests.data.rows import make_pair

OCTOBER = date(2026, 10, 1)
MESA = "/admin/reconciliation/reconciliation/mesa/"
ASKED = {"competencia": "2026-10", "situacao": ALERTED}
Screen = Callable[[User], Client]


@pytest.fixture
def warned(
    organization: Organization, auditor: User, reconcile: Callable[..., Run]
) -> tuple[Document, Transaction]:
    """A booking of a person whose note was cancelled afterwards; the run that follows warns."""
    note, line = make_pair(organization)
    reconcile(organization)
    confirm_match(Reconciliation.objects.get(), user=auditor)
    Document.objects.filter(pk=note.pk).update(fiscal_status="cancelled")
    reconcile(organization)
    return note, line


def counts(organization: Organization) -> tuple[int, int, int]:
    told = tally(Queue(organization, OCTOBER))
    return told[ALERTED]["count"], told[BOOKED]["count"], told[SUGGESTED]["count"]


def test_the_line_stands_among_warnings_and_stays_reconciled(
    organization: Organization, warned: Any, auditor: User, screen: Screen
) -> None:
    _, line = warned
    page = screen(auditor).get(MESA, ASKED)
    said = page.content.decode()

    assert counts(organization) == (1, 1, 0)
    assert page.context["line"] == line
    assert "está cancelada, depois de conciliada por" in said
    assert "Manter conciliado" in said
    assert "Desfazer a decisão" in said


def test_keeping_the_booking_answers_and_leads_back(
    organization: Organization, warned: Any, auditor: User, screen: Screen
) -> None:
    client = screen(auditor)
    row = Reconciliation.objects.exclude(alert="").get()
    answer = client.post(
        f"/admin/reconciliation/reconciliation/{row.pk}/confirmar/",
        {"voltar": f"{MESA}?situacao={ALERTED}"},
        follow=True,
    )

    assert answer.redirect_chain[0][0] == f"{MESA}?situacao={ALERTED}"
    assert "Conciliação confirmada." in answer.content.decode()
    assert counts(organization) == (0, 1, 0)


def test_without_a_way_back_the_booking_is_shown(
    warned: Any, auditor: User, screen: Screen
) -> None:
    row = Reconciliation.objects.exclude(alert="").get()
    booked = Reconciliation.objects.matched().get()
    place = f"/admin/reconciliation/reconciliation/{row.pk}/confirmar/"
    answer = screen(auditor).post(place, {"voltar": "https://outro.exemplo/"}, follow=True)

    assert answer.status_code == 200
    assert str(booked.pk) in answer.redirect_chain[0][0]


def test_undoing_at_the_desk_answers_as_well(
    organization: Organization, warned: Any, auditor: User, api: Screen
) -> None:
    _, line = warned
    client = api(auditor)
    told = get(client, f"/v1/desk/{line.pk}", {}).json()
    done = client.post(
        f"/v1/desk/{line.pk}/undo",
        {"version": told["version"]},
        content_type="application/json",
    )

    assert [one["alert"] for one in told["warnings"]] == ["document_cancelled"]
    assert (done.status_code, done.json()["warnings"]) == (200, [])
    assert counts(organization)[:2] == (0, 0)


def test_a_reader_sees_the_warning_and_no_answer(
    organization: Organization, warned: Any, operator: User, screen: Screen
) -> None:
    said = screen(operator).get(MESA, ASKED).content.decode()

    assert "está cancelada, depois de conciliada por" in said
    assert "Manter conciliado" not in said


def test_the_first_page_says_so(
    organization: Organization, warned: Any, auditor: User, screen: Screen
) -> None:
    make_file(organization)
    client = screen(auditor)
    told = client.get("/admin/", {"competencia": "2026-10"}).context["parts"]["pendente"].value
    (one,) = [item for item in told if "com alerta" in item.title]

    assert one.title == "1 lançamento com alerta"
    assert client.get(one.url).context["page"].paginator.count == 1


def test_another_company_s_warnings_are_its_own(
    warned: Any, other_organization: Organization, stranger: User, screen: Screen
) -> None:
    row = Reconciliation.objects.exclude(alert="").get()
    answer = screen(stranger).post(f"/admin/reconciliation/reconciliation/{row.pk}/confirmar/")

    assert counts(other_organization) == (0, 0, 0)
    assert answer.status_code == 404
    assert Reconciliation.objects.exclude(alert="").filter(status="partial").count() == 1
