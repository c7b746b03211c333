"""The lines of a month in the accounts that rules give them, as a file."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Run
from reconciliation.rules.classifying import classified_lines
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.services import disable_rule, enable_rule
from reconciliation.services import refuse_matches
from tests.data.rows import make_pair, make_transaction

Work = Callable[..., Rule]
OCTOBER = date(2026, 10, 1)
DAY_AFTER = date(2026, 10, 7)
FILE = "/v1/admin/rules/classified.csv"


@pytest.fixture
def work(save: Callable[..., Rule], simulate: Callable[..., RuleSimulation], manager: User) -> Work:
    def enabled(when: str, then: str, name: str) -> Rule:
        rule = save(when, then, name)
        simulate(rule)
        return enable_rule(rule, user=manager)[0]

    return enabled


def test_lines_are_written_as_accounting_systems_take_them(
    organization: Organization, manager: User, screen: Callable[[User], Client], work: Work
) -> None:
    make_transaction(organization, "-1234.50", memo="=TARIFA  PACOTE", payee="Banco Azul")
    make_transaction(organization, "-9.00", memo="TARIFA", date=date(2026, 9, 30))
    work("not transaction_credit", '{classify: {debit: "001", history: "45"}}', "Tarifa")
    answer = screen(manager).get(FILE, {"period": "2026-10"})

    assert answer.content.decode("utf-8-sig") == (
        "débito;crédito;histórico;data;valor;complemento\r\n"
        "001;;45;05/10/2026;1234,50;D - =TARIFA PACOTE | Banco Azul\r\n"
    )


def test_boletos_stand_in_the_place_of_the_days_settlement(
    organization: Organization, work: Work
) -> None:
    day = {"date": date(2026, 10, 5)}
    make_transaction(organization, "1500.00", memo="CRÉD.LIQUIDAÇÃO COBRANÇA", **day)
    make_transaction(organization, "1490.00", source="boleto", payee="NOME", memo="", **day)
    make_transaction(
        organization, "10.00", source="boleto", payee="N" * 50, memo="Juros de Mora", **day
    )
    later = {"date": date(2026, 10, 6)}
    make_transaction(organization, "7.00", memo="LIQ COBRANCA", **later)
    make_transaction(organization, "8.00", source="boleto", payee="NOME", memo="", date=DAY_AFTER)
    work("transaction_credit", "{classify: {credit: 13709, history: 78}}", "Boletos")

    told = {one.row[3:] for one in classified_lines(organization, OCTOBER)}
    settled = "1500,00 | CRÉD.LIQUIDAÇÃO COBRANÇA | 05/10/2026"
    assert told == {
        ("05/10/2026", "1490,00", f"C - NOME | {settled}"),
        ("05/10/2026", "10,00", f"C - {'N' * 40} | {settled} | Juros de Mora"),
        ("06/10/2026", "7,00", "C - LIQ COBRANCA"),
        ("07/10/2026", "8,00", "C - NOME | N/A | CRÉD.LIQUIDAÇÃO COBRANÇA | 07/10/2026"),
    }


def test_what_people_and_documents_decided_is_classified_too(
    organization: Organization,
    auditor: User,
    manager: User,
    reconcile: Callable[..., Run],
    work: Work,
) -> None:
    make_pair(organization)
    fee = make_transaction(organization, "-9.00", memo="TARIFA")
    reconcile(organization)
    refuse_matches(fee, user=auditor, reason="")
    work("document_total == 1500", "{classify: {credit: 3.1}}", "Venda")
    rule = work("transaction_amount == 9", "{classify: {debit: 4.2}}", "Tarifa")

    found = classified_lines(organization, OCTOBER)
    assert sorted((one.debit, one.credit) for one in found) == [("", "3.1"), ("4.2", "")]
    disable_rule(rule, user=manager)
    assert [one.credit for one in classified_lines(organization, OCTOBER)] == ["3.1"]


def test_where_rules_differ_the_code_is_left_to_a_person(
    organization: Organization, work: Work
) -> None:
    make_transaction(organization, "-9.00")
    work("not transaction_credit", "{classify: {debit: 1, history: 7}}", "Um")
    work("transaction_amount == 9", "{classify: {debit: 2, credit: 5}}", "Dois")

    (found,) = classified_lines(organization, OCTOBER)
    assert (found.debit, found.credit, found.history) == ("", "5", "7")


def test_without_rules_the_file_has_its_header_alone(
    organization: Organization, manager: User, screen: Callable[[User], Client]
) -> None:
    make_transaction(organization, "-9.00")
    answer: Any = screen(manager).get(FILE, {"period": "2026-10"})
    assert answer.content.decode("utf-8-sig").count("\n") == 1
    assert screen(manager).get(FILE, {"period": "ontem"}).status_code == 400


def test_another_companys_lines_are_not_there(
    organization: Organization,
    stranger: User,
    manager: User,
    screen: Callable[[User], Client],
    work: Work,
) -> None:
    make_transaction(organization, "-9.00", memo="TARIFA")
    work("not transaction_credit", "{classify: {debit: 1}}", "Tarifa")
    page = f"/admin/reconciliation/rule/classificados/{organization.pk}/?competencia=2026-10"
    asked = {"period": "2026-10", "organization_id": str(organization.pk)}

    assert "D - TARIFA" in screen(manager).get(page).content.decode("utf-8-sig")
    assert screen(stranger).get(page).status_code == 404
    assert screen(stranger).get(FILE, asked).status_code == 403
