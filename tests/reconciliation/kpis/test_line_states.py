"""What waits for a person is the same on every screen, whatever thresholds a company has set."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.desk.answers import HOLD, NO_DOCUMENT, Decision
from reconciliation.desk.deciding import decide_line
from reconciliation.desk.queue import ALERTED, BARE, HELD, SUGGESTED, WAITING, Queue, tally
from reconciliation.desk.standing import standing_of
from reconciliation.kpis.companies import company_months
from reconciliation.kpis.figures import within
from reconciliation.kpis.measures import LINES, MEASURES
from reconciliation.kpis.missing import count_missing
from reconciliation.kpis.period import month_of
from reconciliation.models import Reconciliation
from reconciliation.periods.checklist import checklist
from reconciliation.periods.links import item_link
from reconciliation.thresholds.models import Thresholds
from reconciliation.watch.lists import watch_list
from tests.data.requests import get
from tests.data.suggestions import suggested

OCTOBER = date(2026, 10, 1)
Suggest = Callable[..., Transaction]
Screen = Callable[[User], Client]
AT_THE_DESK = {
    "lines_proposed": SUGGESTED, "lines_bare": BARE, "lines_held": HELD, "lines_warned": ALERTED,
}  # fmt: skip


@pytest.fixture
def limited(organization: Organization, manager: User) -> Organization:
    """A company for which what has less than 60 points is no suggestion."""
    Thresholds.objects.create(
        organization=organization, accept_at=95, propose_at=60, set_by=manager
    )
    return organization


@pytest.fixture
def month(limited: Organization, auditor: User) -> Organization:
    """One line at the threshold, two below it, one put aside, one answered, one by a person."""
    for score in ("60", "59.99", "31"):
        suggested(limited, "100.00", score, memo="PIX RECEBIDO")
    held, refused, own = (suggested(limited, "7.00", "90", memo="TED") for _ in range(3))
    for line, verdict in ((held, HOLD), (refused, NO_DOCUMENT)):
        seen = standing_of(line).version
        decide_line(line.pk, author=auditor, version=seen, decision=Decision(verdict))
    Reconciliation.objects.filter(transaction=own).update(score=0, performed_by=auditor)
    return limited


def figure(organization: Organization, code: str) -> int:
    rows = within(LINES, [organization]).filter(LINES.within(month_of(OCTOBER)))
    return MEASURES[code].select(rows).count()


def items(organization: Organization) -> dict[str, int]:
    return {one.code: one.count for one in checklist(organization, OCTOBER)}


def test_desk_figures_and_checklist_count_the_same(month: Organization) -> None:
    desk = {state: told["count"] for state, told in tally(Queue(month, OCTOBER)).items()}
    (row,) = company_months([month], OCTOBER)
    told = items(month)

    assert (desk[SUGGESTED], desk[BARE], desk[HELD]) == (2, 2, 1)
    assert {code: figure(month, code) for code in AT_THE_DESK} == {
        code: desk[state] for code, state in AT_THE_DESK.items()
    }
    assert row.proposed.count == told["proposals"] == desk[SUGGESTED]
    assert told["held"] == desk[HELD]


def test_what_is_open_is_suggested_bare_or_put_aside(month: Organization) -> None:
    parts = ("lines_proposed", "lines_bare", "lines_held")

    assert figure(month, "lines_open") == sum(figure(month, code) for code in parts) == 5
    assert tally(Queue(month, OCTOBER))[WAITING]["count"] == 4


def test_a_line_below_the_threshold_is_one_without_a_note(month: Organization) -> None:
    listed = watch_list(month, OCTOBER, "receipts_without_note")

    assert {row.amount for row in listed.rows} == {Decimal("100.00")}
    assert listed.count == count_missing([month], month_of(OCTOBER))[month.pk] == 2
    assert items(month)["receipts_without_note"] == 2


def test_each_company_has_its_own_threshold(
    month: Organization, other_organization: Organization
) -> None:
    suggested(other_organization, "100.00", "31")
    suggested(other_organization, "100.00", "29.99")
    rows = {row.organization: row for row in company_months([month, other_organization], OCTOBER)}

    assert (rows[month].proposed.count, rows[other_organization].proposed.count) == (2, 1)
    assert count_missing([month, other_organization], month_of(OCTOBER))[month.pk] == 2


@pytest.mark.parametrize("points", ["2", "31", "60.01", "94"])
def test_a_change_of_the_threshold_moves_all_of_them(month: Organization, points: str) -> None:
    Thresholds.objects.update(propose_at=Decimal(points))
    desk = tally(Queue(month, OCTOBER))[SUGGESTED]["count"]

    assert desk == figure(month, "lines_proposed") == items(month)["proposals"]


def test_the_checklist_leads_to_as_many_lines_at_the_desk(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    counted = [one for one in checklist(month, OCTOBER) if one.code in ("proposals", "held")]
    shown = [client.get(item_link(month, OCTOBER, one)).context["total"] for one in counted]

    assert [one["count"] for one in shown] == [one.count for one in counted] == [2, 1]
    assert [one["is_on"] for one in shown] == [True, True]


@pytest.mark.parametrize("code", list(AT_THE_DESK))
def test_the_list_of_a_number_leads_to_the_desk_in_that_state(
    month: Organization, operator: User, screen: Screen, code: str
) -> None:
    client = screen(operator)
    listed = client.get(
        f"/admin/reconciliation/closing/relatorios/{code}/", {"competencia": "2026-10"}
    )
    _, url = listed.context["work"]

    assert listed.context["page"].paginator.count == client.get(url).context["total"]["count"]


def test_the_api_tells_the_rows_of_each(
    month: Organization, operator: User, screen: Screen
) -> None:
    client = screen(operator)
    for code in AT_THE_DESK:
        told = get(client, f"/v1/reports/kpis/{code}", {"period": "2026-10"}).json()
        assert told["count"] == len(told["rows"]) == figure(month, code)
