"""The desk's log shows an acceptance as the one act that it was, however many lines it has."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conciliacontag.organizations.models import AuditLog, Organization, User
from ingestion.models import Transaction
from reconciliation.desk.together import undo_together
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.models import Acceptance

Screen = Callable[[User], Client]
Accept = Callable[[int], Acceptance]
LOG = "/admin/reconciliation/reconciliation/mesa/registro/"


@pytest.fixture
def accept(
    organization: Organization, auditor: User, suggest: Callable[..., Transaction]
) -> Accept:
    def make(count: int) -> Acceptance:
        for number in range(count):
            suggest("10.00", "97", memo=f"PIX {number:03}")
        seen = preview_acceptance(organization, points=Decimal(90), user=auditor)
        return carry_out_acceptance(seen.pk, user=auditor)

    return make


def page(client: Client) -> str:
    return " ".join(client.get(LOG).content.decode().split())


def test_one_act_stands_there_once_and_names_the_first_lines(
    accept: Accept, screen: Screen, auditor: User
) -> None:
    done = accept(25)
    text = page(screen(auditor))

    assert text.count("<time>") == 1
    assert "decidiu de uma vez 25 lançamentos, R$ 250,00" in text
    assert "e mais 5." in text
    assert f"limites/aceite/{done.pk}/" in text
    assert "Desfazer tudo" in text


def test_undone_it_offers_nothing_more(accept: Accept, screen: Screen, auditor: User) -> None:
    done = accept(3)
    assert done.together is not None
    undo_together(done.together, author=auditor)
    text = page(screen(auditor))

    assert "desfez de uma vez" in text
    assert "Desfazer tudo" not in text


def test_the_trail_itself_keeps_every_link(accept: Accept) -> None:
    accept(3)

    assert AuditLog.objects.filter(action="match.confirmed").count() == 3


def test_many_lines_cost_no_more_than_those_that_are_shown(
    accept: Accept, screen: Screen, auditor: User
) -> None:
    client = screen(auditor)
    accept(60)
    with CaptureQueriesContext(connection) as said:
        page(client)

    assert len(said) < 100
