"""The desk: one page a company and month, in which line after line opens in its place."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.db.transaction import atomic
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import path
from django.utils import timezone

from conciliacontag.errors import NotFound
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.models import Organization
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author, refusal_of
from conciliacontag.pages import FactAdmin, holds
from conciliacontag.scope import scope_of
from ingestion.models import Transaction
from reconciliation.desk.queue import (
    ALERTED,
    BOOKED,
    HELD,
    REFUSED,
    WAITING,
    Queue,
    newest_month,
    tally,
)
from reconciliation.desk.standing import find_line
from reconciliation.periods.models import Closing
from reconciliation.screens import desk_acts, desk_log
from reconciliation.screens.desk_lines import shown
from reconciliation.screens.desk_queue import (
    MOST_ROWS,
    address_of,
    drawn_rows,
    filters,
    month_name,
    orders,
    query_of,
    queue_for,
)

BEFORE = 5  # rows shown above the line in hand
SIDES = ("depois", "antes", "em")
UNFINISHED = (WAITING, HELD, ALERTED)


def desk(model_admin: FactAdmin, request: HttpRequest) -> HttpResponse:
    """The page with the line asked for or the first that waits; of several companies, which."""
    organization = scope_of(request).organization
    if organization is None:
        return companies(model_admin, request)
    queue = queue_for(request, organization)
    line = wanted(request, queue)
    around = rows_around(queue, line)
    states = filters(queue)
    context = {
        "title": f"Mesa · {month_name(queue)}",
        "uses_month": True,
        "month_required": True,
        "shown_month": f"{queue.month:%Y-%m}",
        "queue": queue,
        "query": query_of(queue),
        "since": str(int(timezone.now().timestamp())),
        "states": states,
        "orders": orders(queue),
        "rows": drawn_rows(request, queue, around.rows, line),
        "has_more": around.has_more,
        "has_earlier": around.has_earlier,
        "line": line,
        "work": shown(request, author(request), queue, line)[0] if line else "",
        "total": next(one for one in states if one["is_on"]),
        "done": sum(one["count"] for one in states if one["name"] in (BOOKED, REFUSED)),
        "month": month_name(queue),
        "is_closed": Closing.objects.in_force().of(organization, queue.month).exists(),
        "is_all_done": not any(o["count"] for o in states if o["name"] in UNFINISHED),
        "may_decide": holds(request, organization.pk, Act.DECIDE),
        "opts": None,
    }
    return model_admin.show(request, "pages/desk.html", None, context)


def wanted(request: HttpRequest, queue: Queue) -> Transaction | None:
    """The line that the address names, in whichever state; otherwise the first of the queue."""
    asked = request.GET.get("lancamento", "")
    if not asked:
        return queue.rows().select_related("organization").first()
    mine = Transaction.objects.money().filter(organization=queue.organization)
    found = mine.select_related("organization").filter(pk__in=as_uuids(asked)).first()
    if found is None:
        raise Http404("Este lançamento não é desta empresa.")
    return found


@dataclass(frozen=True, slots=True)
class Around:
    """Some rows of the queue, and whether there are others on either side."""

    rows: list[Transaction] = field(default_factory=list)
    has_earlier: bool = False
    has_more: bool = False


def rows_around(queue: Queue, line: Transaction | None) -> Around:
    """The line with a few rows before it and those that follow, however long the queue is."""
    if line is None:
        return Around()
    before = list(queue.before(line)[: BEFORE + 1])
    after = list(queue.after(line)[: MOST_ROWS + 1])
    shown = [*before[:BEFORE][::-1], line, *after[:MOST_ROWS]]
    return Around(shown, len(before) > BEFORE, len(after) > MOST_ROWS)


def companies(model_admin: FactAdmin, request: HttpRequest) -> HttpResponse:
    """Which company to begin with: each with its last month that waits, the fullest first."""
    rows = [company(request, row) for row in scope_of(request).shown]
    context = {
        "title": "Mesa de conciliação",
        "companies": sorted(rows, key=lambda row: -row["count"]),
        "opts": None,
    }
    return model_admin.show(request, "pages/desk_companies.html", None, context)


def company(request: HttpRequest, organization: Organization) -> dict[str, Any]:
    month = scope_of(request).month or newest_month(organization)
    if month is None:
        return {"organization": organization, "count": 0}
    queue = Queue(organization, month)
    told = tally(queue)[WAITING]
    return {
        "organization": organization,
        "month": month_name(queue),
        "address": address_of(queue),
        **told,
    }


def more_rows(model_admin: FactAdmin, request: HttpRequest) -> HttpResponse:
    """Rows of the queue: those that follow one, come before it, or lie around it."""
    asked = request.GET
    side = next((one for one in SIDES if one in asked), SIDES[0])
    line = find_line_of(request, asked.get(side, ""))
    queue = queue_for(request, line.organization)
    if side == "em":
        around = rows_around(queue, line)
        html = drawn_rows(request, queue, around.rows, line)
        more = {"has_more": around.has_more, "has_earlier": around.has_earlier}
        return JsonResponse({"html": html, **more})
    rows = queue.after(line) if side == "depois" else queue.before(line)
    found = list(rows[: MOST_ROWS + 1])
    shown = found[:MOST_ROWS] if side == "depois" else found[:MOST_ROWS][::-1]
    html = drawn_rows(request, queue, shown, None)
    return JsonResponse({"html": html, "has_more": len(found) > MOST_ROWS})


def counts(model_admin: FactAdmin, request: HttpRequest) -> HttpResponse:
    """The counts of the filters as they are now, and how many lines came since the page opened."""
    organization = scope_of(request).organization
    if organization is None:
        return refusal_of(NotFound())
    queue = queue_for(request, organization)
    told = tally(queue)
    since = request.GET.get("desde", "")
    fresh = 0
    if since.isdigit() and len(since) < 11:
        moment = datetime.fromtimestamp(int(since), UTC)
        fresh = queue.rows().filter(created_at__gt=moment).count()
    return JsonResponse({"counts": {state: told[state]["count"] for state in told}, "fresh": fresh})


def find_line_of(request: HttpRequest, asked: str) -> Transaction:
    found = as_uuids(asked)
    if not found:
        raise Http404("Lançamento não encontrado.")
    try:
        return find_line(found[0])
    except NotFound as fault:
        raise Http404(fault.message) from fault


def act(method: str, view: desk_acts.Act) -> Any:
    """A view that gets the queue of the address and the line, or answers 404."""

    @wraps(view)
    def handle(request: HttpRequest, pk: Any) -> HttpResponse:
        if request.method != method:
            return HttpResponseNotAllowed([method])
        with atomic():
            line = find_line_of(request, str(pk))
            queue = queue_for(request, line.organization)
        return view(request, queue, line)

    return handle


def routes(model_admin: FactAdmin) -> list[Any]:
    """The desk and its calls, below the list of conciliations."""
    site = model_admin.admin_site
    pages = [
        ("mesa/", "reconciliation_desk", desk),
        ("mesa/linhas/", "reconciliation_desk_rows", more_rows),
        ("mesa/contagens/", "reconciliation_desk_counts", counts),
        ("mesa/registro/", "reconciliation_desk_log", desk_log.log),
    ]
    return [
        path(address, site.admin_view(bound(model_admin, view)), name=name)
        for address, name, view in pages
    ] + [
        path(
            f"mesa/<uuid:pk>/{word}/",
            site.admin_view(act(method, view)),
            name=f"reconciliation_desk_{name}",
        )
        for method, word, name, view in desk_acts.ROUTES
    ]


def bound(model_admin: FactAdmin, view: Any) -> Any:
    @wraps(view)
    def handle(request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = view(model_admin, request)
        return answer

    return handle
