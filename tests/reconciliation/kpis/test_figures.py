"""Every figure is the database's own, to the cent, and nobody else's rows are in it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.kpis.companies import company_months, totals
from reconciliation.kpis.figures import (
    OF_LINES,
    OF_NOTES,
    ages,
    count_by,
    documents_per_day,
    joined_whole,
    run_spans,
    wait_spans,
    within,
)
from reconciliation.kpis.measures import MEASURES
from reconciliation.kpis.period import Period, month_of
from reconciliation.kpis.report import errors_by_kind, month_by_month, pace, since_first
from tests.data.kpi_rows import OCTOBER, book, local, make_file, mixed_month
from tests.data.rows import make_document, make_transaction

Queries = Callable[[int], object]


@pytest.fixture
def month(
    organization: Organization,
    other_organization: Organization,
    auditor: User,
    stranger: User,
) -> Organization:
    mixed_month(organization, auditor)
    mixed_month(other_organization, stranger)
    make_transaction(organization, "999.00", date=date(2026, 11, 1))
    make_transaction(organization, "5000.00", source="ledger")
    return organization


def test_lines_add_up(month: Organization) -> None:
    found = count_by(OF_LINES, [month], month_of(OCTOBER))[()]
    counts = {code: tally.count for code, tally in found.items()}

    assert counts == {
        "lines": 6,
        "lines_automatic": 2,
        "lines_by_people": 1,
        "lines_settled": 3,
        "lines_answered": 1,
        "lines_open": 2,
        "lines_proposed": 0,
    }
    assert found["lines_open"].amount == Decimal("100.40")
    assert found["lines"].amount == Decimal("463.25")


def test_totals_equal_the_databases_own_to_the_cent(month: Organization) -> None:
    found = count_by(OF_LINES, [month], month_of(OCTOBER))[()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(abs(amount)), count(*) FILTER (WHERE status = 'reconciled'),"
            " sum(abs(amount)) FILTER (WHERE status = 'reconciled') FROM ingestion_transaction"
            " WHERE organization_id = %s AND source <> 'ledger'"
            " AND date >= '2026-10-01' AND date < '2026-11-01'",
            [month.pk],
        )
        row = cursor.fetchone()

    settled = found["lines_settled"]
    assert row == (found["lines"].count, found["lines"].amount, settled.count, settled.amount)
    parts = ("lines_settled", "lines_answered", "lines_open")
    assert sum(found[code].count for code in parts) == found["lines"].count
    assert sum(found[code].amount or 0 for code in parts) == found["lines"].amount


def test_documents_add_up(month: Organization) -> None:
    found = count_by(OF_NOTES, [month], month_of(OCTOBER))[()]

    assert [found[code].count for code in OF_NOTES] == [5, 4, 2, 1, 1]
    assert found["documents_open"].amount == Decimal("300.00")


def test_a_line_paid_by_both_counts_once_and_for_people(
    organization: Organization, auditor: User
) -> None:
    row = book(organization, "80.00")
    other = make_document(organization, "20.00")
    row.pk, row.document, row.performed_by, row.link = None, other, auditor, other.pk
    row._state.adding, row.decided_at = True, local(2026, 10, 9, 12, 0)
    row.amount = Decimal("0.00")
    row.save(force_insert=True)
    found = count_by(OF_LINES, [organization], month_of(OCTOBER))[()]

    assert (found["lines_automatic"].count, found["lines_by_people"].count) == (0, 1)


def test_a_month_without_rows_is_zero(organization: Organization) -> None:
    found = count_by(OF_LINES, [organization], month_of(OCTOBER))[()]

    assert (found["lines"].count, found["lines"].amount) == (0, Decimal(0))
    assert month_by_month([organization], OCTOBER, 2)[1].rate is None


def test_companies_stand_apart(
    month: Organization, other_organization: Organization, auditor: User
) -> None:
    make_transaction(other_organization, "-500.00", memo="PIX")
    first, second = company_months([month, other_organization], OCTOBER)

    assert (first.organization, first.open_amount) == (other_organization, Decimal("600.40"))
    assert (second.lines.count, second.open_amount) == (6, Decimal("100.40"))
    assert second.oldest == date(2026, 10, 5)
    assert (second.rate, second.automatic_rate) == (Decimal("50.00"), Decimal("33.33"))
    both = totals([month, other_organization], OCTOBER)
    assert (both.lines, both.open_amount) == (13, Decimal("700.80"))


def test_many_companies_cost_as_much_as_one(
    month: Organization,
    other_organization: Organization,
    django_assert_num_queries: Queries,
) -> None:
    for companies in ([month], [month, other_organization]):
        with django_assert_num_queries(18):  # type: ignore[attr-defined]
            company_months(companies, OCTOBER)
        with django_assert_num_queries(22):  # type: ignore[attr-defined]
            month_by_month(companies, OCTOBER)


def test_months_begin_with_the_first_that_has_anything(month: Organization, stranger: User) -> None:
    rows = since_first(month_by_month([month], date(2026, 11, 1)))
    none = since_first(month_by_month([month], date(2020, 1, 1)))

    assert [row.month for row in rows] == [OCTOBER, date(2026, 11, 1)]
    assert [row.month for row in none] == [date(2020, 1, 1)]


def test_other_tables_are_read_whole_and_only_then(month: Organization) -> None:
    measure = MEASURES["documents_automatic"]
    rows = measure.select(within(measure.subject, [month]))
    with joined_whole():
        plan = rows.explain()
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        usual = cursor.fetchone()

    assert "Nested Loop" in rows.explain()
    assert "Nested Loop" not in plan
    assert usual == ("on",)


def test_times_are_those_of_the_runs(month: Organization) -> None:
    found = run_spans([month], month_of(OCTOBER))[OCTOBER]

    assert (found.count, found.half) == (3, timedelta(seconds=20))
    assert found.slow == timedelta(seconds=56)  # nine tenths of the way from 20 s to 60 s
    assert pace([month], month_of(OCTOBER)).per_thousand == timedelta(seconds=30)


def test_the_wait_begins_with_the_later_file(organization: Organization) -> None:
    early = make_file(organization, at=local(2026, 10, 8, 10, 0))
    late = make_file(organization, at=local(2026, 10, 8, 11, 30))
    row = book(organization, "10.00", file=early)
    Document.objects.filter(reconciliations=row).update(file=late)
    book(organization, "20.00")  # nobody knows when these came
    found = wait_spans([organization], month_of(OCTOBER))[OCTOBER]

    assert (found.count, found.half) == (1, timedelta(minutes=30))


def test_errors_stand_by_kind_and_packages_hold_no_content(month: Organization) -> None:
    rows = {row.kind: row for row in errors_by_kind([month], month_of(OCTOBER))}

    assert set(rows) == {"nfe", "ofx"}
    assert (rows["nfe"].files, rows["nfe"].refused, rows["nfe"].rate) == (1, 1, Decimal("100.00"))
    assert (rows["ofx"].refused, rows["ofx"].title) == (0, "Extrato OFX")


def test_a_package_that_could_not_be_opened_is_an_error(organization: Organization) -> None:
    make_file(organization, "zip", status="failed")
    make_file(organization, "zip", rejected=3, read=3)
    (row,) = errors_by_kind([organization], month_of(OCTOBER))

    assert (row.kind, row.files, row.refused) == ("zip", 1, 1)


def test_a_file_read_at_night_belongs_to_its_local_month(organization: Organization) -> None:
    make_file(organization, at=local(2026, 10, 31, 23, 30))
    rows = month_by_month([organization], date(2026, 11, 1), 2)

    assert [row.count("files") for row in rows] == [1, 0]


def test_documents_are_counted_day_by_day(month: Organization) -> None:
    found = documents_per_day([month], date(2026, 10, 8), 30)

    assert len(found) == 30
    assert found[-2:] == [(date(2026, 10, 7), 5), (date(2026, 10, 8), 0)]
    assert pace([month], month_of(OCTOBER)).per_hour == Decimal("5.0")


def test_ages_hold_every_open_line_once(month: Organization) -> None:
    everything = Period(date(2000, 1, 1), date(2100, 1, 1))
    open_lines = count_by(["lines_open"], [month], everything)[()]["lines_open"]
    found = [tally for _, tally in ages([month])]

    assert sum(tally.count for tally in found) == open_lines.count == 3
    assert sum(tally.amount or 0 for tally in found) == open_lines.amount


@pytest.mark.parametrize(
    ("days", "place"), [(0, 0), (7, 0), (8, 1), (15, 1), (16, 2), (30, 2), (31, 3)]
)
def test_an_age_has_one_place(organization: Organization, days: int, place: int) -> None:
    make_transaction(organization, "10.00", date=timezone.localdate() - timedelta(days=days))

    assert [tally.count for _, tally in ages([organization])].index(1) == place
    assert Transaction.objects.count() == 1
