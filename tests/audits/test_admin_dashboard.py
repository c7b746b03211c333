"""The first page: what waits for a person, the one button, and parts that fail alone."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Delivery, Origin, Source
from reconciliation.kpis import parts
from reconciliation.kpis.newest import newest_month
from reconciliation.models import Closing, Run
from reconciliation.services import execute_run, start_run
from tests.conftest import make_organization
from tests.data.databases import owner
from tests.data.kpi_rows import make_file, mixed_month
from tests.data.rows import make_doubt, make_transaction

Screen = Callable[[User], Client]
OCTOBER = {"competencia": "2026-10", "empresa": ""}
PARTS = ("numeros", "pendente", "taxa", "idade", "erros")


def page_of(client: Client, **more: str) -> Any:
    return client.get("/admin/", OCTOBER | more)


def run_once(organization: Organization) -> None:
    run, _ = start_run(organization, requested_by=None)
    execute_run(organization.pk, run.pk)


def titles(answer: Any) -> list[str]:
    return [one.title for one in answer.context["parts"]["pendente"].value]


def test_the_newest_month_is_one_with_movements_of_money(organization: Organization) -> None:
    make_transaction(organization, "10.00")
    make_transaction(organization, "10.00", date=date(2026, 12, 1), source="ledger")

    assert newest_month([organization]) == date(2026, 10, 1)


def test_an_empty_month_says_what_to_do(operator: User, screen: Screen) -> None:
    page = screen(operator).get("/admin/").content.decode()

    assert "Ainda não há documentos" in page
    assert "/admin/ingestion/sourcefile/enviar/" in page


def test_the_month_of_each_company_is_told(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    mixed_month(organization, auditor)
    page = page_of(screen(auditor)).content.decode()

    for told in ("R$ 100,40", "50,0%", "33,3%", "05/10/2026", "Aberto"):
        assert told in page, told
    assert "não calculado" not in page.lower()


def test_nothing_of_another_company_is_told(
    organization: Organization, other_organization: Organization, auditor: User, stranger: User,
    screen: Screen,
) -> None:  # fmt: skip
    make_file(organization)
    mixed_month(other_organization, stranger)
    answer = page_of(screen(auditor))

    numbers = answer.context["parts"]["numeros"].value
    assert [row.organization for row in numbers.rows] == [organization]
    assert (numbers.lines, numbers.open_amount, numbers.missing) == (0, 0, 0)
    assert other_organization.name not in answer.content.decode()


def test_what_waits_for_a_person_is_listed(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    make_file(organization)
    make_doubt(organization)
    make_transaction(organization, "-88.00", memo="PIX ENVIADO OFICINA")
    run_once(organization)
    Delivery.objects.create(
        organization=organization,
        origin=Origin.WEB,
        announced=9,
        last_at=timezone.now() - timedelta(hours=1),
    )
    Source.objects.create(organization=organization, kind="folder", name="Pasta NF", attempts=2)
    Run.objects.create(organization=organization, status="failed", finished_at=timezone.now())

    assert titles(page_of(screen(auditor))) == [
        "1 envio precisa de você",
        "Pasta NF não foi lida",
        f"A última conciliação de {organization.name} falhou",
        "1 lançamento com sugestão",
        "1 nota ou XML falta",
    ]


def test_a_run_that_failed_before_a_good_one_is_past(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    make_file(organization)
    Run.objects.create(organization=organization, status="failed", finished_at=timezone.now())
    run_once(organization)

    assert titles(page_of(screen(auditor))) == []


def test_the_button_opens_the_desk_of_the_company_with_most_in_the_open(
    organization: Organization, other_organization: Organization,
    person: Callable[..., User], screen: Screen,
) -> None:  # fmt: skip
    user = person(Role.AUDITOR, organization, other_organization)
    make_file(organization)
    make_transaction(organization, "10.00")
    make_transaction(other_organization, "-20.00")
    main = page_of(screen(user)).context["main"]

    assert main["title"] == "Continuar conciliando"
    assert "/mesa/?" in main["url"]
    assert f"empresa={other_organization.tenant_key}&competencia=2026-10" in main["url"]


def test_the_button_closes_a_month_in_which_nothing_is_open(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    make_file(organization)
    make_transaction(organization, "10.00", status="reconciled")
    main = page_of(screen(auditor)).context["main"]

    assert main["title"] == "Fechar o mês"


def test_a_closed_month_is_told_as_closed(
    organization: Organization, manager: User, screen: Screen
) -> None:
    make_file(organization)
    make_transaction(organization, "10.00", status="reconciled")
    Closing.objects.create(
        organization=organization,
        starts_on=date(2026, 10, 1),
        ends_before=date(2026, 11, 1),
        closed_at=timezone.now(),
        closed_by=manager,
        reason="Conferido",
    )
    answer = page_of(screen(manager))

    assert ">Fechado</span>" in answer.content.decode()
    assert answer.context["main"]["title"] == "Continuar conciliando"


def test_a_page_costs_the_same_whatever_the_companies(
    organization: Organization, other_organization: Organization,
    person: Callable[..., User], django_assert_max_num_queries: Any, screen: Screen,
) -> None:  # fmt: skip
    user = person(Role.AUDITOR, organization, other_organization)
    for number in range(10, 30):
        more = make_organization(f"Empresa {number}", number)
        Membership.objects.create(user=user, organization=more, role=Role.AUDITOR)
        make_transaction(more, "10.00")
    make_file(organization)
    client = screen(user)
    with django_assert_max_num_queries(80):
        assert len(page_of(client).context["parts"]["numeros"].value.rows) == 22


@pytest.fixture
def locked(committed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """Somebody holds the table of files, and a part waits but a moment."""
    monkeypatch.setattr(parts, "MOST_SECONDS", 1)
    with session(EVERY):
        organization = make_organization("Padaria Aurora Ltda", 1)
        user = User.objects.create(email="ana@exemplo.com.br", name="Ana")
        Membership.objects.create(user=user, organization=organization, role=Role.AUDITOR)
        make_file(organization)
        make_transaction(organization, "10.00")
    with owner(str(connection.settings_dict["NAME"])) as held, held.transaction():
        held.execute("LOCK TABLE reconciliation_closing IN ACCESS EXCLUSIVE MODE")
        yield user


def test_a_part_that_fails_leaves_the_others(locked: User, screen: Screen) -> None:
    answer = page_of(screen(locked))
    page = answer.content.decode()
    missing = {name for name, part in answer.context["parts"].items() if part.is_missing}

    assert answer.status_code == 200
    assert missing == {"numeros", "pendente"}  # both count closings, the charts do not
    assert page.count("Não calculado agora.") == 2
    assert 'hx-select="#parte-numeros"' in page
    assert "Continuar conciliando" in page


def test_a_retry_computes_its_part_alone(
    organization: Organization, auditor: User, screen: Screen
) -> None:
    mixed_month(organization, auditor)
    answer = page_of(screen(auditor), parte="idade")

    assert set(answer.context["parts"]) == {"idade"}
    assert 'id="parte-idade"' in answer.content.decode()
    everything = page_of(screen(auditor), parte="nenhuma").context["parts"]
    assert tuple(everything) == PARTS
