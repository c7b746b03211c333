"""What was paid in part is offered for the rest, and so is what is left of a line."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Reconciliation, Run
from reconciliation.open_rows import open_documents, open_transactions
from reconciliation.services import refuse_matches
from tests.data.identity import cnpj
from tests.data.links import make_booking
from tests.data.rows import make_document, make_transaction

Reconcile = Callable[..., Run]
PARTS = [
    {"number": "001", "due_on": "2026-11-05", "amount": "600.00"},
    {"number": "002", "due_on": "2026-12-05", "amount": "400.00"},
]


def payables(organization: Organization, **named: Any) -> list[tuple[str, Decimal]]:
    (document,) = open_documents(organization, force=named.get("force", False))
    return [(part.installment, part.amount) for part in document.payables]


def test_a_document_paid_in_part_waits_for_the_rest(organization: Organization) -> None:
    document = make_document(organization, "1000.00")
    make_booking(make_transaction(organization, "300.00"), document, "300.00")

    assert payables(organization) == [("", Decimal("700.00"))]
    assert payables(organization, force=True) == [("", Decimal("1000.00"))]


@pytest.mark.parametrize(
    ("installment", "amount", "left"),
    [
        ("001", "600.00", [("002", Decimal("400.00"))]),
        ("001", "150.00", [("001", Decimal("450.00")), ("002", Decimal("400.00"))]),
        ("", "700.00", [("002", Decimal("300.00"))]),
        ("pagamento 2", "100.00", [("001", Decimal("500.00")), ("002", Decimal("400.00"))]),
    ],
)
def test_instalments_wait_for_what_they_lack(
    organization: Organization, installment: str, amount: str, left: list[tuple[str, Decimal]]
) -> None:
    document = make_document(organization, "1000.00", installments=PARTS)
    line = make_transaction(organization, amount)
    make_booking(line, document, amount, installment=installment)

    assert payables(organization) == left


def test_named_differences_count_as_paid(organization: Organization) -> None:
    document = make_document(organization, "1000.00")
    line = make_transaction(organization, "500.00")
    make_booking(line, document, "500.00", "-30.00", difference_kind="withheld")

    assert payables(organization) == [("", Decimal("470.00"))]


@pytest.mark.parametrize(("amount", "left"), [("1000.00", "400.00"), ("-1000.00", "-400.00")])
def test_a_line_used_in_part_is_offered_for_the_rest(
    organization: Organization, amount: str, left: str
) -> None:
    line = make_transaction(organization, amount)
    make_booking(line, make_document(organization, "600.00"), "600.00")

    (offered,) = open_transactions(organization, force=False)
    assert offered.amount == Decimal(left)


def test_a_person_ends_what_is_left_of_a_line(organization: Organization, auditor: User) -> None:
    line = make_transaction(organization, "1000.00")
    booked = make_booking(line, make_document(organization, "600.00"), "600.00")
    Reconciliation.objects.filter(pk=booked.pk).update(performed_by=auditor)
    assert len(list(open_transactions(organization, force=True))) == 1

    refuse_matches(line, user=auditor, reason="juros")
    assert not list(open_transactions(organization, force=True))


def test_the_rest_is_booked_by_a_later_run(
    organization: Organization, reconcile: Reconcile
) -> None:
    document = make_document(organization, "1000.00", number="4321", installments=PARTS)
    make_booking(make_transaction(organization, "600.00"), document, "600.00", installment="001")
    memo = f"PIX RECEBIDO NF 4321 CNPJ {document.receiver_cnpj}"
    make_transaction(organization, "400.00", memo=memo, date="2026-12-05")
    reconcile(organization)

    document.refresh_from_db()
    assert document.status == "reconciled"


def test_how_money_moves_is_handed_to_the_engine(organization: Organization) -> None:
    boleto = {"tPag": "15", "cAut": "12345678", "identifiers": {"our_number": "12345678"}}
    normalized = {"payments": [["15", "1500.00"]], "extra": {"payments": [boleto]}}
    make_document(organization, normalized=normalized, withheld_amount="70.00", doc_type="nfse")
    payer = cnpj(8)
    said = {"identifiers": {"tax_id": payer, "our_number": "12345678", "txid": "T1"}}
    make_transaction(organization, "1500.00", metadata=said)

    (document,) = open_documents(organization, force=False)
    (line,) = open_transactions(organization, force=False)
    assert (document.kind, document.means, document.withheld) == ("nfse", "boleto", Decimal(70))
    (part,) = document.payables
    assert (part.declared, part.our_number, part.txid) == (False, "12345678", "")
    assert (line.payer, line.our_number, line.txid) == (payer, "12345678", "T1")


def test_declared_instalments_are_told_apart_from_the_whole(organization: Organization) -> None:
    make_document(organization, "1000.00", installments=PARTS)
    (document,) = open_documents(organization, force=False)
    assert all(part.declared for part in document.payables)
