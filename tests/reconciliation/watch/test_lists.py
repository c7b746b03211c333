"""The lists of a month from rows: what belongs to each, and what does not."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from conciliacontag.errors import NotFound
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Mention, SourceFile, Statement
from ingestion.models.documents import Direction
from reconciliation.decisions import refuse_matches
from reconciliation.kpis.missing import count_missing
from reconciliation.kpis.period import month_of
from reconciliation.models import Reconciliation, Run
from reconciliation.watch.asking import month_request
from reconciliation.watch.lists import watch_list, watch_month
from reconciliation.watch.model import WatchList
from tests.data.identity import cnpj
from tests.data.rows import make_document, make_doubt, make_pair, make_transaction

OCTOBER = date(2026, 10, 1)
Reconcile = Callable[..., Run]


def seen(organization: Organization, code: str) -> WatchList:
    return watch_list(organization, OCTOBER, code)


def received(organization: Organization, day: date, total: str = "250.00") -> Document:
    return make_document(
        organization,
        total,
        issue_date=day,
        direction=Direction.RECEIVED,
        emitter_cnpj=cnpj(77),
        emitter_name="Moinho Sul Ltda",
        receiver_cnpj=organization.cnpj,
        receiver_name=organization.name,
    )


def test_an_empty_month_lacks_nothing(organization: Organization) -> None:
    assert [one.code for one in watch_month(organization, OCTOBER) if one.rows] == []
    assert month_request(organization, OCTOBER).text.startswith("Nada falta em outubro de 2026")


def test_an_unknown_list_is_refused(organization: Organization) -> None:
    with pytest.raises(NotFound):
        seen(organization, "nada")


def test_a_credit_whose_boletos_are_there_is_asked_of_nobody(organization: Organization) -> None:
    memo = "CRÉD.LIQUIDAÇÃO COBRANÇA"
    credit = make_transaction(organization, "90.00", memo=memo)
    make_transaction(organization, "90.00", source="boleto", payee="PADARIA SOL", memo="")
    bare = make_transaction(organization, "70.00", memo=memo, date=date(2026, 10, 9))

    (alone,) = seen(organization, "lines_beside_notes").rows
    assert (alone.transaction_id, alone.note) == (
        credit.pk, "liquidação de boletos que estão um a um",
    )  # fmt: skip
    asked = [row.transaction_id for row in seen(organization, "receipts_without_note").rows]
    assert asked[1:] == [bare.pk] and credit.pk not in asked
    assert count_missing([organization], month_of(OCTOBER))[organization.pk] == len(asked) == 2
    assert "90,00 · CRÉD" not in month_request(organization, OCTOBER).text


def test_money_without_a_note_is_listed_by_side(
    organization: Organization, reconcile: Reconcile
) -> None:
    make_pair(organization)
    make_doubt(organization)
    out = make_transaction(organization, "-90.00", memo="PIX ENVIADO", payee="OFICINA X")
    came = make_transaction(organization, "40.00", memo="CR COMPRAS CARTÃO")
    make_transaction(organization, "-9.90", memo="TARIFA PACOTE")
    make_transaction(organization, "-7.00", date=date(2026, 11, 1))
    reconcile(organization)

    (paid,) = seen(organization, "payments_without_note").rows
    (got,) = seen(organization, "receipts_without_note").rows
    (fee,) = seen(organization, "lines_beside_notes").rows
    assert (paid.transaction_id, paid.amount, paid.party) == (out.pk, Decimal("-90"), "OFICINA X")
    assert (got.transaction_id, got.note[:16]) == (came.pk, "vendas no cartão")
    assert (fee.note, fee.is_asked) == ("tarifa ou encargo do banco", False)


def test_a_line_that_somebody_answered_for_leaves_the_list(
    organization: Organization, auditor: User
) -> None:
    line = make_transaction(organization, "-90.00", memo="PIX ENVIADO")
    assert seen(organization, "payments_without_note").count == 1
    refuse_matches(line, user=auditor, reason="Retirada do sócio")

    assert seen(organization, "payments_without_note").count == 0


def test_a_usual_supplier_without_a_note_is_missed_and_named_at_its_payment(
    organization: Organization,
) -> None:
    for month in (7, 8, 9):
        received(organization, date(2026, month, 10))
    make_transaction(organization, "-250.00", memo="PIX ENVIADO MOINHO SUL")

    (missed,) = seen(organization, "notes_expected").rows
    (paid,) = seen(organization, "payments_without_note").rows
    assert "Moinho Sul Ltda" in missed.party
    assert "R$ 250,00" in missed.told
    assert (paid.party, paid.note) == (
        "Moinho Sul Ltda",
        "costuma mandar nota; a última é de 10/09/2026",
    )
    received(organization, date(2026, 10, 8))
    assert seen(organization, "notes_expected").count == 0


def test_gaps_duplicates_and_mentions_are_rows(organization: Organization) -> None:
    first = make_document(organization, "10.00", number=1)
    make_document(organization, "10.00", number=4)
    for told_by in ("sped", "summary"):
        Mention.objects.create(
            organization=organization,
            told_by=told_by,
            natural_key="k",
            key="9" * 44,
            number="77",
            doc_type="nfe",
            issuer_name="Moinho Sul",
            issued_on=OCTOBER,
            total=Decimal("5.00"),
        )

    (gap,) = seen(organization, "number_gaps").rows
    (told,) = seen(organization, "xml_missing").rows
    (twins,) = seen(organization, "duplicates").rows
    assert "do nº 2 ao 3" in gap.told
    assert (told.party, told.amount, told.told[:8]) == ("Moinho Sul", Decimal("5.00"), "NF-e 77,")
    assert twins.document_id == first.pk


def test_a_cancelled_note_with_money_is_listed(
    organization: Organization, reconcile: Reconcile
) -> None:
    document, _ = make_pair(organization)
    reconcile(organization)
    Document.objects.update(fiscal_status="cancelled")

    (row,) = seen(organization, "cancelled_paid").rows
    assert (row.document_id, row.is_asked) == (document.pk, False)


def test_paying_twice_is_seen_also_over_the_turn_of_the_month(organization: Organization) -> None:
    for day in (date(2026, 9, 29), date(2026, 10, 2)):
        make_transaction(organization, "-80.00", memo="PIX ENVIADO OFICINA X", date=day)
    for day in (date(2026, 9, 20), date(2026, 9, 21)):
        make_transaction(organization, "-60.00", memo="PIX ENVIADO OFICINA X", date=day)

    for _ in range(2):
        make_transaction(organization, "-1.75", memo="TARIFA ENVIO PIX")
    rows = seen(organization, "paid_twice").rows
    assert [row.day for row in rows] == [date(2026, 9, 29), date(2026, 10, 2)]
    assert {row.note for row in rows} == {"sem nota"}


def make_statement(organization: Organization, first: date, last: date, account: str) -> None:
    file = SourceFile.objects.create(
        organization=organization, filename="x.ofx", size=1, sha256=f"{first:%Y%m%d}".ljust(64, "0")
    )
    Statement.objects.create(
        organization=organization,
        file=file,
        number=1,
        account=account,
        starts_on=first,
        ends_on=last,
    )


def test_days_of_an_account_in_use_without_a_statement(organization: Organization) -> None:
    make_statement(organization, date(2026, 9, 1), date(2026, 10, 20), "123")
    make_statement(organization, date(2026, 5, 1), date(2026, 5, 31), "velha")

    (row,) = seen(organization, "statement_days").rows
    assert (row.party, row.told) == ("Conta 123", "Extrato de 21/10/2026 a 31/10/2026")


def test_what_is_due_is_summed_by_age_and_side(organization: Organization) -> None:
    today = timezone.localdate()
    late, soon = today - timedelta(days=10), today + timedelta(days=3)
    parts = [
        {"number": "001", "due_on": late.isoformat(), "amount": "60.00"},
        {"number": "002", "due_on": soon.isoformat(), "amount": "40.00"},
    ]
    make_document(organization, "100.00", installments=parts)
    make_document(organization, issue_date=today)

    found = seen(organization, "overdue")
    sums = {group.code: (count, amount) for group, count, amount in found.sums()}
    assert sums == {
        "receivable-15": (1, Decimal("60.00")),
        "receivable-due": (1, Decimal("40.00")),
    }
    assert found.rows[0].note == "vencida há 10 dias"
    assert sum(count for count, _ in sums.values()) == found.count


def test_differences_are_summed_by_kind(organization: Organization) -> None:
    boletos: list[dict[str, Any]] = [
        {"interest": "1.50", "fine": "2.00", "discount": "0.00"},
        {"Vlr_Mora": "0.50", "Vlr_Desc": "3.00", "fee": None, "rebate": "x"},
    ]
    for said in boletos:
        make_transaction(organization, "100.00", source="boleto", metadata=said)
    make_transaction(organization, "100.00", metadata={"interest": "9.00"})

    sums = {group.code: amount for group, _, amount in seen(organization, "differences").sums()}
    assert sums == {
        "interest": Decimal("2.00"),
        "fine": Decimal("2.00"),
        "discount": Decimal("3.00"),
    }


def test_what_a_booking_explains_is_summed_too(
    organization: Organization, reconcile: Reconcile
) -> None:
    make_pair(organization)
    reconcile(organization)
    booked = {"amount": Decimal("1490.00"), "difference": Decimal("10.00")}
    Reconciliation.objects.update(**booked, difference_kind="interest")

    (row,) = seen(organization, "differences").rows
    assert (row.group, row.amount) == ("interest", Decimal("10.00"))


def test_the_request_names_what_lacks_and_a_filled_gap_leaves_it(
    organization: Organization, other_organization: Organization
) -> None:
    make_document(organization, "10.00", number=1)
    make_document(organization, "20.00", number=3)
    make_transaction(organization, "-90.00", memo="PIX ENVIADO", payee="OFICINA X")
    make_transaction(organization, "-9.90", memo="TARIFA PACOTE")
    make_transaction(other_organization, "-55.55", memo="PIX ENVIADO")
    made = month_request(organization, OCTOBER)

    assert "- 05/10/2026 · R$ 90,00 · OFICINA X · PIX ENVIADO" in made.text
    assert "nº 2.\n" in made.text
    assert "TARIFA" not in made.text
    assert "55,55" not in made.text
    assert made.count == 2
    make_document(organization, "15.00", number=2)
    assert "nº 2" not in month_request(organization, OCTOBER).text
