"""The month's figures are the database's figures, to the cent."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from audits.charts import Bar, bars, share
from audits.dashboard import company_months, newest_month
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction

OCTOBER = date(2026, 10, 1)


def make_line(
    organization: Organization,
    amount: str,
    status: str = "pending",
    day: date = OCTOBER,
    source: str = "bank",
) -> None:
    Transaction.objects.create(
        organization=organization,
        date=day,
        amount=amount,
        status=status,
        source=source,
        natural_key=f"{organization.pk}{source}{amount}{status}{day}"[-64:],
        parser="ofx/1",
    )


def test_a_companys_month_adds_up(
    organization: Organization, other_organization: Organization
) -> None:
    make_line(organization, "100.10", "reconciled")
    make_line(organization, "-30.05")
    make_line(organization, "20.00", day=date(2026, 10, 31))
    make_line(organization, "999.00", day=date(2026, 11, 1))
    make_line(organization, "5000.00", source="ledger")

    first, second = company_months([organization, other_organization], OCTOBER)

    assert (first.lines, first.reconciled, first.open_amount) == (3, 1, Decimal("50.05"))
    assert first.oldest == OCTOBER
    assert (second.lines, second.rate) == (0, None)


def test_the_newest_month_is_one_with_movements_of_money(organization: Organization) -> None:
    make_line(organization, "10.00")
    make_line(organization, "10.00", day=date(2026, 12, 1), source="ledger")

    assert newest_month([organization]) == OCTOBER


def test_many_companies_cost_as_much_as_one(
    organization: Organization,
    other_organization: Organization,
    django_assert_num_queries: Callable[[int], object],
) -> None:
    for companies in ([organization], [organization, other_organization]):
        with django_assert_num_queries(4):  # type: ignore[attr-defined]
            company_months(companies, OCTOBER)


def test_an_empty_month_says_what_to_do(operator: User, screen: Callable[[User], Client]) -> None:
    page = screen(operator).get("/admin/").content.decode()

    assert "Ainda não há documentos" in page
    assert "/admin/ingestion/sourcefile/enviar/" in page


def test_bars_keep_their_proportion() -> None:
    drawn = bars("Valor", [Bar("a", Decimal(50), "50"), Bar("b", Decimal(100), "100")]).bars

    assert drawn[1].height == pytest.approx(2 * drawn[0].height)


def test_bars_of_nothing_have_no_height() -> None:
    assert bars("Valor", [Bar("a", Decimal(0), "0")]).bars[0].height == 0


def test_a_share_of_nothing_is_zero() -> None:
    assert (share(0, 0), share(1, 3)) == (Decimal(0), Decimal("33.33"))
