"""The proofs of a month, from rows to findings, the API and the page."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, DocumentEvent, Mention, SourceFile, Statement, Voiding
from reconciliation.models import Reconciliation
from reconciliation.proofs import month_findings
from tests.data.rows import make_document, make_pair, make_transaction

OCTOBER = date(2026, 10, 1)
ACCOUNT = "001/1234/56789-0"
Screen = Callable[[User], Client]


def codes(organization: Organization) -> list[str]:
    return [finding.code for finding in month_findings(organization, OCTOBER)]


def make_file(organization: Organization) -> SourceFile:
    return SourceFile.objects.create(
        organization=organization, filename="out.ofx", size=1, sha256="a" * 64
    )


def make_statement(organization: Organization, file: SourceFile, **named: Any) -> Statement:
    values: dict[str, Any] = {
        "number": 1,
        "account": ACCOUNT,
        "starts_on": OCTOBER,
        "ends_on": date(2026, 10, 31),
        "opening": Decimal("100.00"),
        "balance": Decimal("150.00"),
        "balance_on": date(2026, 10, 31),
    }
    return Statement.objects.create(organization=organization, file=file, **values | named)


def test_an_empty_month_has_nothing_to_say(organization: Organization) -> None:
    assert month_findings(organization, OCTOBER) == []


def test_a_missing_number_is_found_also_across_months(organization: Organization) -> None:
    make_document(organization, number=7, issue_date=date(2026, 9, 28))
    make_document(organization, number=9)
    (gap,) = month_findings(organization, OCTOBER)

    assert (gap.code, gap.count) == ("number_gap", 1)
    assert "nº 8" in gap.message


def test_series_that_ended_before_the_month_are_left_alone(organization: Organization) -> None:
    make_document(organization, number=1, issue_date=date(2026, 9, 1), series="9")
    make_document(organization, number=5, issue_date=date(2026, 9, 2), series="9")

    assert codes(organization) == []


def test_voiding_and_events_explain_numbers(organization: Organization) -> None:
    make_document(organization, "10.00", number=1)
    make_document(organization, "20.00", number=4)
    Voiding.objects.create(
        organization=organization,
        natural_key="v",
        issuer_tax_id=organization.cnpj,
        model="55",
        series="1",
        first=2,
        last=2,
        accepted=True,
    )
    key = f"352610{organization.cnpj}550010000000031000000030"
    DocumentEvent.objects.create(
        organization=organization,
        document_key=key,
        event_type="110111",
        sequence=1,
        natural_key="e",
        accepted=True,
    )

    assert codes(organization) == ["xml_missing", "number_voided"]


def test_a_refused_event_shows_no_note(organization: Organization) -> None:
    make_document(organization, number=1)
    make_document(organization, "20.00", number=3)
    DocumentEvent.objects.create(
        organization=organization,
        document_key=f"352610{organization.cnpj}550010000000021000000020",
        event_type="110111",
        sequence=1,
        natural_key="e",
        accepted=False,
    )

    assert codes(organization) == ["number_gap"]


def test_the_tax_office_numbers_the_notes_it_issues(organization: Organization) -> None:
    make_document(organization, number=1, series="890")
    make_document(organization, "20.00", number=9, series="890")

    assert codes(organization) == []


def test_suppliers_number_their_own_notes(organization: Organization) -> None:
    for number in (1, 9):
        make_document(organization, number=number, emitter_cnpj="11444777000161", total="7.00")

    assert "number_gap" not in codes(organization)


def test_a_statement_that_adds_up_says_so(organization: Organization) -> None:
    make_statement(organization, make_file(organization))
    make_transaction(organization, "50.00")

    assert codes(organization) == ["balance_proved"]


def test_the_day_that_breaks_is_named(organization: Organization) -> None:
    days = [["2026-10-05", "150.00"], ["2026-10-20", "170.00"]]
    make_statement(organization, make_file(organization), balance=None, balances=days)
    make_transaction(organization, "50.00")
    (broken,) = month_findings(organization, OCTOBER)

    assert (broken.code, broken.amount, broken.account) == ("balance_break", Decimal(20), ACCOUNT)
    assert "20/10/2026" in broken.message


def test_a_balance_after_the_statement_proves_nothing(organization: Organization) -> None:
    make_statement(organization, make_file(organization), balance_on=date(2026, 11, 9))

    assert codes(organization) == []


def test_boletos_and_ledger_do_not_move_the_account(organization: Organization) -> None:
    make_statement(organization, make_file(organization), balance=Decimal("100.00"))
    make_transaction(organization, "50.00", source="boleto")
    make_transaction(organization, "70.00", source="ledger")

    assert codes(organization) == ["balance_proved"]


def test_a_day_of_boletos_must_add_up_to_its_settlement(organization: Organization) -> None:
    for amount in ("1000.00", "490.00"):
        make_transaction(organization, amount, source="boleto")
    make_transaction(organization, "1500.00", memo="CRÉD.LIQUIDAÇÃO COBRANÇA")
    (finding,) = month_findings(organization, OCTOBER)

    assert (finding.code, finding.amount) == ("settlement_difference", Decimal("-10.00"))


def test_a_settlement_without_report_is_asked_for(organization: Organization) -> None:
    make_transaction(organization, "10.00", source="boleto", date=date(2026, 10, 2))
    make_transaction(organization, "10.00", memo="LIQ COBRANCA", date=date(2026, 10, 2))
    make_transaction(organization, "30.00", memo="LIQUID. DE COBRANCA", date=date(2026, 10, 6))
    (finding,) = month_findings(organization, OCTOBER)

    assert (finding.code, finding.amount) == ("settlement_unexplained", Decimal("30.00"))


def test_money_for_a_cancelled_note_is_an_error(organization: Organization) -> None:
    document, line = make_pair(organization)
    Reconciliation.objects.create(
        organization=organization,
        document=document,
        transaction=line,
        status="matched",
        amount=document.total_amount,
        score=100,
        reason="mesmo número e CNPJ",
    )
    Document.objects.filter(pk=document.pk).update(fiscal_status="cancelled")

    (finding, *_) = month_findings(organization, OCTOBER)
    assert (finding.code, finding.severity) == ("cancelled_paid", "error")
    assert finding.documents == (document.pk,)


def test_a_document_told_by_the_ledger_and_not_sent(organization: Organization) -> None:
    arrived = make_document(organization)
    for key, told_by in ((arrived.key, "efd"), ("9" * 44, "efd"), ("9" * 44, "summary")):
        Mention.objects.create(
            organization=organization,
            told_by=told_by,
            natural_key=key,
            key=key,
            issued_on=OCTOBER,
            total=Decimal("10.00"),
        )
    (finding,) = month_findings(organization, OCTOBER)

    assert (finding.code, finding.count) == ("xml_missing", 1)
    assert finding.amount == Decimal("10.00")


def test_one_number_under_two_keys(organization: Organization) -> None:
    make_document(organization, number=3, key="1" * 44)
    make_document(organization, number=3, key="2" * 44, total="9.00")
    (finding,) = month_findings(organization, OCTOBER)

    assert (finding.code, len(finding.documents)) == ("same_number", 2)


def test_a_note_of_the_test_environment_is_no_twin(organization: Organization) -> None:
    make_document(organization, number=3)
    make_document(organization, number=3, key="2" * 44, environment="2")

    assert codes(organization) == []


def test_zeros_before_a_number_make_no_other_one(organization: Organization) -> None:
    make_document(organization, number="3", doc_type="nfse", key="a")
    make_document(organization, number="003", doc_type="nfse", key="b", total="9.00")

    assert codes(organization) == ["same_number"]


def test_the_api_tells_the_same(organization: Organization, operator: User, screen: Screen) -> None:
    make_document(organization, number=1)
    make_document(organization, number=3, total="5.00")
    answer = screen(operator).get("/v1/findings?period=2026-10").json()

    assert answer["period"] == "2026-10"
    assert [finding["code"] for finding in answer["findings"]] == codes(organization)


@pytest.mark.parametrize("period", ["", "10/2026", "2026-13"])
def test_a_month_is_written_as_said(period: str, operator: User, screen: Screen) -> None:
    answer = screen(operator).get(f"/v1/findings?period={period}")

    assert answer.status_code == 400
    assert "period" in answer.json()["details"]["fields"]


def test_another_companys_month_is_not_told(
    organization: Organization, stranger: User, screen: Screen
) -> None:
    path = f"/v1/findings?period=2026-10&organization_id={organization.pk}"

    answer = screen(stranger).get(path)
    assert answer.status_code == 403
    assert organization.name not in answer.content.decode()


def test_the_page_shows_findings(
    organization: Organization, operator: User, screen: Screen
) -> None:
    make_document(organization, number=1)
    make_document(organization, number=3, total="5.00")
    page = screen(operator).get(
        "/admin/reconciliation/reconciliation/conferencias/?competencia=2026-10"
    )

    assert page.status_code == 200
    assert "Peça os XML ao cliente" in page.content.decode()
