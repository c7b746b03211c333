"""A condition tried before it is a rule: what it would find, and that nothing is written."""

from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import AuditLog, Organization, User
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.rules import probing
from reconciliation.rules.models import Rule
from reconciliation.rules.probing import probe
from tests.data.rows import make_document, make_transaction

OCTOBER = date(2026, 10, 1)
NEW = "/admin/reconciliation/rule/nova/{}/"


def propose(organization: Organization, line: Any, note: Any, **named: Any) -> Reconciliation:
    values = {"status": ReconciliationStatus.PARTIAL, "amount": line.amount, "score": 80}
    return Reconciliation.objects.create(
        organization=organization, transaction=line, document=note, reason="", **values | named
    )


def test_lines_of_the_month_are_asked(organization: Organization) -> None:
    make_transaction(organization, "-12.40", memo="TARIFA COBRANÇA")
    make_transaction(organization, "-1.75", memo="PIX ENVIADO")
    make_transaction(organization, "-9.00", memo="TARIFA", date=date(2026, 9, 5))

    found = probe(organization, OCTOBER, '"tarifa" in transaction_memo')

    assert (found.asked, found.held, found.is_about_line) == (2, 1, True)
    assert [(one.memo, str(one.amount), one.number) for one in found.found] == [
        ("TARIFA COBRANÇA", "-12.40", "")
    ]


def test_pairs_are_asked_with_what_is_proposed_and_booked(organization: Organization) -> None:
    line = make_transaction(organization, "1500.00")
    propose(organization, line, make_document(organization, number="41"))
    propose(organization, line, make_document(organization, number="42"), score=20)

    found = probe(organization, OCTOBER, "pair_score > 50 and not pair_booked")

    assert (found.asked, found.held, found.is_about_line) == (2, 1, False)
    assert [(one.number, one.party) for one in found.found] == [("41", "Mercado Horizonte Ltda")]


def test_without_a_month_the_last_with_lines_is_taken(organization: Organization) -> None:
    make_transaction(organization, "5.00", date=date(2026, 8, 31))

    assert probe(organization, None, "transaction_credit").month == date(2026, 8, 1)


def test_what_has_no_result_is_counted_apart(organization: Organization) -> None:
    make_transaction(organization, "5.00")

    found = probe(organization, OCTOBER, "1 / (transaction_amount - 5) > 1")

    assert (found.held, found.unanswered) == (0, 1)


def test_a_large_month_is_cut_and_said_so(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_transaction(organization, "5.00")
    monkeypatch.setattr(probing, "MOST", 2)
    monkeypatch.setattr(probing, "SHOWN", 1)

    found = probe(organization, OCTOBER, "transaction_credit")

    assert (found.asked, found.held, len(found.found), found.is_cut) == (2, 2, 1, True)


def test_nobody_elses_lines_are_asked(
    organization: Organization, other_organization: Organization
) -> None:
    make_transaction(other_organization, "5.00")

    assert probe(organization, OCTOBER, "transaction_credit").asked == 0


@pytest.fixture
def client(manager: User, screen: Callable[[User], Client]) -> Client:
    return screen(manager)


def sent(client: Client, organization: Organization, **fields: str) -> tuple[int, str]:
    answer = client.post(
        f"{NEW.format(organization.pk)}?competencia=2026-10", {"experimentar": "sim", **fields}
    )
    return answer.status_code, unescape(answer.content.decode())


def test_the_form_tries_without_saving(client: Client, organization: Organization) -> None:
    make_transaction(organization, "-12.40", memo="TARIFA COBRANÇA")
    before = AuditLog.objects.count()

    status, page = sent(
        client, organization, when='not transaction_credit and "TARIFA" in transaction_memo'
    )

    assert status == 200
    assert "Todas valem:" in page and "o histórico contém “TARIFA”" in page
    assert "Vale em <strong>1</strong> de 1 lançamento de 10/2026" in page
    assert "TARIFA COBRANÇA</td>" in page
    assert not Rule.objects.exists() and AuditLog.objects.count() == before


def test_a_faulty_condition_is_placed(client: Client, organization: Organization) -> None:
    status, page = sent(client, organization, when="transaction_credit and total > 5")

    assert status == 422
    assert "Condição, linha 1, coluna 24" in page


def test_pasted_text_goes_before_the_fields(client: Client, organization: Organization) -> None:
    rule = "{name: A, when: not transaction_credit, then: forbid}"
    assert "o dinheiro saiu da conta" in sent(client, organization, when="x", text=rule)[1]

    status, page = sent(client, organization, text="{name: A}")
    assert (status, "Linha 1, coluna 1: falta “when”" in page) == (422, True)
