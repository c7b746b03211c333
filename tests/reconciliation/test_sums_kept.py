"""The database itself refuses money that nobody paid."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from django.db.transaction import atomic

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from conciliacontag.visibility import visible
from reconciliation.models import Reconciliation
from tests.conftest import make_organization
from tests.data.links import make_booking
from tests.data.rows import make_document, make_transaction


def test_a_line_is_not_given_twice(organization: Organization) -> None:
    line = make_transaction(organization, "1000.00")
    make_booking(line, make_document(organization, "600.00"), "600.00")
    with pytest.raises(IntegrityError, match="would give more"), atomic():
        make_booking(line, make_document(organization, "600.00"), "400.01")

    make_booking(line, make_document(organization, "600.00"), "400.00")
    assert Reconciliation.objects.count() == 2


def test_a_document_is_not_settled_beyond_its_total(organization: Organization) -> None:
    document = make_document(organization, "1000.00")
    make_booking(make_transaction(organization, "700.00"), document, "700.00")
    with pytest.raises(IntegrityError, match="beyond its total"), atomic():
        make_booking(make_transaction(organization, "700.00"), document, "300.01")


def test_withheld_tax_settles_and_interest_is_used(organization: Organization) -> None:
    document = make_document(organization, "1000.00")
    line = make_transaction(organization, "938.50")
    with pytest.raises(IntegrityError, match="beyond its total"), atomic():
        make_booking(line, document, "938.50", "-61.51", difference_kind="withheld")
    with pytest.raises(IntegrityError, match="would give more"), atomic():
        make_booking(line, document, "900.00", "38.51", difference_kind="interest")

    make_booking(line, document, "938.50", "-61.50", difference_kind="withheld")


def test_an_unexplained_difference_settles_nothing(organization: Organization) -> None:
    document = make_document(organization, "1000.00")
    line = make_transaction(organization, "900.00")
    make_booking(line, document, "900.00", "-100.00", difference_kind="unexplained")

    make_booking(make_transaction(organization, "100.00"), document, "100.00")


def test_a_change_is_checked_like_a_new_row(organization: Organization) -> None:
    line = make_transaction(organization, "500.00")
    rows = [make_booking(line, make_document(organization, "500.00"), "250.00") for _ in "12"]
    with pytest.raises(IntegrityError, match="would give more"), atomic():
        Reconciliation.objects.filter(pk=rows[0].pk).update(amount=F("amount") + Decimal("0.01"))

    proposal = make_booking(line, make_document(organization), "500.00", status="partial")
    with pytest.raises(IntegrityError, match="would give more"), atomic():
        Reconciliation.objects.filter(pk=proposal.pk).update(status="matched")


def test_a_booking_joins_rows_of_its_own_company(organization: Organization) -> None:
    other = make_organization("Oficina Boa Vista Ltda", 9)
    line, note = make_transaction(organization, "50.00"), make_document(organization, "50.00")
    strangers = make_transaction(other, "50.00"), make_document(other, "50.00")
    for pair in ((line, strangers[1]), (strangers[0], note)):
        with pytest.raises(IntegrityError, match="of another organization"), atomic():
            make_booking(*pair, "50.00")

    row = make_booking(line, note, "50.00")
    with pytest.raises(IntegrityError, match="of another organization"), atomic():
        Reconciliation.objects.filter(pk=row.pk).update(organization=other)
    with pytest.raises(IntegrityError, match="of another organization"), atomic():
        Reconciliation.objects.filter(pk=row.pk).update(document=strangers[1])


def test_many_lines_and_many_documents_are_one_link(organization: Organization) -> None:
    lines = [make_transaction(organization, amount) for amount in ("700.00", "800.00")]
    notes = [make_document(organization, amount) for amount in ("1000.00", "500.00")]
    first = make_booking(lines[0], notes[0], "700.00")
    make_booking(lines[1], notes[0], "300.00", link=first.link)
    make_booking(lines[1], notes[1], "500.00", link=first.link)

    assert Reconciliation.objects.matched().filter(link=first.link).count() == 3


def test_a_pair_is_booked_once(organization: Organization) -> None:
    line, document = make_transaction(organization, "9.00"), make_document(organization, "9.00")
    make_booking(line, document, "4.00")
    with pytest.raises(IntegrityError, match="books_a_pair_once"), atomic():
        make_booking(line, document, "5.00")


@pytest.mark.parametrize(("difference", "kind"), [("1.00", ""), ("0", "cents"), ("1.00", "gift")])
def test_a_difference_has_a_known_name(
    organization: Organization, difference: str, kind: str
) -> None:
    line, document = make_transaction(organization, "9.00"), make_document(organization, "9.00")
    with pytest.raises(IntegrityError, match="difference_has_a_name"), atomic():
        make_booking(line, document, "5.00", difference, difference_kind=kind)


def test_two_transactions_do_not_fill_the_same_gap(committed: None) -> None:
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        line = make_transaction(organization, "1000.00")
        notes = [make_document(organization, "600.00") for _ in range(2)]
    barrier = Barrier(2)

    def deliver(place: int) -> str:
        visible.set("")
        try:
            with session([organization.pk]):
                barrier.wait()
                make_booking(line, notes[place], "600.00")
        except IntegrityError as refused:
            return str(refused)
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(deliver, range(2)))
    assert said[0] == "booked"
    assert "would give more" in said[1]


def test_each_statement_is_planned_for_as_many_rows_as_it_has(
    organization: Organization,
) -> None:
    """A plan kept from single bookings would read the whole table for each batch of a run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'reconciliation_keep_sums'")
        assert cursor.fetchone() == (["plan_cache_mode=force_custom_plan"],)
