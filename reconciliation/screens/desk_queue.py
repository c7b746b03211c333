"""The queue beside the desk: what the address asks for, the counts that are links, the rows."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from conciliacontag.organizations.models import Organization
from conciliacontag.scope import COMPANY, MONTH, previous_month, scope_of, spell_month
from ingestion.models import Transaction
from reconciliation.desk.queue import (
    OLDEST,
    ORDERS,
    STATES,
    WAITING,
    Queue,
    newest_month,
    tally,
)

STATE, ORDER = "situacao", "ordem"
ROWS = "pages/desk_rows.html"
MOST_ROWS = 60  # of the queue, fetched at once


def queue_for(request: HttpRequest, organization: Organization) -> Queue:
    """The queue that the address names; the last month that waits where it names none."""
    scope = scope_of(request)
    month = scope.month or newest_month(organization)
    state, order = request.GET.get(STATE, ""), request.GET.get(ORDER, "")
    return Queue(
        organization,
        month or previous_month(timezone.localdate()),
        state if state in STATES else WAITING,
        order if order in ORDERS else OLDEST,
    )


def address_of(queue: Queue, *, line: Any = "", **changed: str) -> str:
    """The desk's own address: company, month, state, order and line are all in it."""
    named = {
        COMPANY: queue.organization.tenant_key,
        MONTH: f"{queue.month:%Y-%m}",
        STATE: queue.state,
        ORDER: queue.order,
        **changed,
    }
    asked = {name: value for name, value in named.items() if value not in (WAITING, OLDEST)}
    if line:
        asked["lancamento"] = str(line)
    return f"{reverse('admin:reconciliation_desk')}?{urlencode(asked)}"


def query_of(queue: Queue) -> str:
    """What goes with every call of the page, so that the server knows the way on."""
    return address_of(queue).partition("?")[2]


def filters(queue: Queue) -> list[dict[str, Any]]:
    """Each state with its count and sum, as a link."""
    told = tally(queue)
    return [
        {
            "name": name,
            "label": label,
            "address": address_of(queue, **{STATE: name}),
            "is_on": name == queue.state,
            **told[name],
        }
        for name, label in STATES.items()
    ]


def orders(queue: Queue) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "address": address_of(queue, **{ORDER: name}),
            "is_on": name == queue.order,
        }
        for name, label in ORDERS.items()
    ]


def drawn_rows(
    request: HttpRequest, queue: Queue, rows: list[Transaction], current: Transaction | None
) -> str:
    shown = [{"line": line, "address": address_of(queue, line=line.pk)} for line in rows]
    context = {"rows": shown, "current": current.pk if current else None}
    return render_to_string(ROWS, context, request)


def month_name(queue: Queue) -> str:
    return spell_month(queue.month)
