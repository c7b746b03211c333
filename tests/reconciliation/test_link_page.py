"""The page of one allocation shows what is decided with it, and undoes all of it."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Reconciliation
from tests.data.links import make_booking, make_group
from tests.data.rows import make_document, make_transaction

Screen = Callable[[User], Client]


def address(row: Reconciliation, what: str = "change") -> str:
    return reverse(f"admin:reconciliation_reconciliation_{what}", args=[row.pk])


def test_a_link_is_shown_and_undone_whole(
    organization: Organization, manager: User, screen: Screen
) -> None:
    notes = [make_document(organization, amount) for amount in ("600.00", "400.00")]
    rows = make_group(organization, notes, make_transaction(organization, "1000.00"))
    client = screen(manager)

    page = client.get(address(rows[0])).content.decode()
    assert "Decidido em conjunto" in page
    assert str(notes[1]) in page

    client.post(address(rows[0], "undo"))
    assert not Reconciliation.objects.matched().exists()


def test_the_difference_and_the_alert_have_names(
    organization: Organization, manager: User, screen: Screen
) -> None:
    document = make_document(organization, "1000.00")
    line = make_transaction(organization, "938.50")
    named = {"difference_kind": "withheld", "alert": "document_cancelled"}
    row = make_booking(line, document, "938.50", "-61.50", **named)

    page = screen(manager).get(address(row)).content.decode()
    assert "imposto retido" in page
    assert "Nota cancelada depois de conciliada" in page
    assert "Decidido em conjunto" not in page
