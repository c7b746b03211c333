"""The shell: who sees what, the choice of company and month, the policy of its scripts."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.scope import as_month, next_month, previous_month, spell_month
from ingestion.models import Origin, SourceFile, Transaction
from ingestion.services.deliveries import close_delivery, start_delivery

LISTS = (
    "ingestion_sourcefile",
    "ingestion_document",
    "ingestion_transaction",
    "ingestion_source",
    "ingestion_sourceitem",
    "reconciliation_reconciliation",
    "reconciliation_run",
    "audits_batch",
    "audits_card",
    "audits_export",
    "audits_closingrecord",
    "organizations_organization",
    "organizations_user",
    "organizations_auditlog",
)


def make_line(organization: Organization, day: date, key: str = "a") -> Transaction:
    return Transaction.objects.create(
        organization=organization,
        date=day,
        amount="-10.00",
        memo=f"TARIFA {key}",
        natural_key=f"{organization.pk}{day}{key}"[:64],
        parser="ofx/1",
    )


@pytest.mark.parametrize("name", LISTS)
def test_everybody_reads_every_list(
    viewer: User, screen: Callable[[User], Client], name: str
) -> None:
    answer = screen(viewer).get(reverse(f"admin:{name}_changelist"))

    assert answer.status_code == 200


@pytest.fixture
def viewer(person: Callable[..., User], organization: Organization) -> User:
    return person(Role.VIEWER, organization)


def test_nobody_without_a_session_sees_a_page(client: Client, everything: None) -> None:
    answer = client.get(reverse("admin:index"))

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/")


def test_another_organizations_line_is_not_found(
    stranger: User, organization: Organization, screen: Callable[[User], Client]
) -> None:
    line = make_line(organization, date(2026, 10, 5))

    answer = screen(stranger).get(reverse("admin:ingestion_transaction_change", args=[line.pk]))

    assert answer.status_code == 404


def test_an_identifier_that_is_none_is_not_found(
    viewer: User, screen: Callable[[User], Client]
) -> None:
    answer = screen(viewer).get("/admin/audits/card/nada/change/")

    assert answer.status_code == 404


def test_the_month_in_the_address_narrows_the_list_and_is_remembered(
    viewer: User, organization: Organization, screen: Callable[[User], Client]
) -> None:
    make_line(organization, date(2026, 9, 30))
    make_line(organization, date(2026, 10, 1))
    client, address = screen(viewer), reverse("admin:ingestion_transaction_changelist")

    chosen = client.get(address, {"competencia": "2026-10"})
    again = client.get(address)
    all_months = client.get(address, {"competencia": ""})

    counts = [answer.context["cl"].result_count for answer in (chosen, again, all_months)]
    assert counts == [1, 1, 2]


def test_the_company_in_the_address_narrows_the_list(
    person: Callable[..., User],
    organization: Organization,
    other_organization: Organization,
    screen: Callable[[User], Client],
) -> None:
    make_line(organization, date(2026, 10, 1))
    make_line(other_organization, date(2026, 10, 1))
    client = screen(person(Role.VIEWER, organization, other_organization))
    address = reverse("admin:ingestion_transaction_changelist")

    both, one = client.get(address), client.get(address, {"empresa": "empresa-2"})

    assert (both.context["cl"].result_count, one.context["cl"].result_count) == (2, 1)


def test_scripts_may_evaluate_under_the_shell_alone(
    viewer: User, screen: Callable[[User], Client]
) -> None:
    client = screen(viewer)

    assert "'unsafe-eval'" in client.get("/admin/")["Content-Security-Policy"]
    assert "'unsafe-eval'" not in client.get("/healthz")["Content-Security-Policy"]


def test_what_a_page_reads_late_is_still_visible(
    operator: User, organization: Organization, screen: Callable[[User], Client]
) -> None:
    sent = start_delivery(organization, sender=operator, origin=Origin.WEB, title="outubro")
    close_delivery(sent)

    page = screen(operator).get(reverse("admin:ingestion_sourcefile_upload"))

    assert "Envios recentes" in page.content.decode()


def test_sending_is_for_those_who_may(
    viewer: User, operator: User, screen: Callable[[User], Client]
) -> None:
    address = reverse("admin:ingestion_sourcefile_upload")

    assert screen(viewer).get(address).status_code == 403
    assert screen(operator).get(address).status_code == 200


def test_a_list_costs_the_same_however_long_it_is(
    viewer: User,
    organization: Organization,
    screen: Callable[[User], Client],
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for place in range(20):
        make_line(organization, date(2026, 10, 1), str(place))
        SourceFile.objects.create(
            organization=organization,
            uploader=viewer,
            filename=f"{place}.xml",
            size=1,
            sha256=f"{place:064d}",
        )
    client = screen(viewer)

    for name in ("ingestion_transaction", "ingestion_sourcefile"):
        with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
            client.get(reverse(f"admin:{name}_changelist"))


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "10/2026", None])
def test_a_month_that_is_none_is_no_month(text: str | None) -> None:
    assert as_month(text) is None


def test_months_follow_each_other() -> None:
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert previous_month(date(2026, 1, 15)) == date(2025, 12, 1)
    assert spell_month(date(2026, 3, 1)) == "março de 2026"
