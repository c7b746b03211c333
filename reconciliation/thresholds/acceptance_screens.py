"""The pages of accepting many suggestions at once: seen, then carried out, then taken back."""

from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from conciliacontag.errors import DomainError, NotFound
from conciliacontag.organizations.models import AuditLog
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, attempt, holds
from conciliacontag.scope import spell_month
from ingestion.models import Transaction
from reconciliation.desk.queue import Queue
from reconciliation.desk.together import TAKEN_BACK, undo_together
from reconciliation.screens.desk_queue import address_of
from reconciliation.thresholds.accepting import (
    carry_out_acceptance,
    find_acceptance,
    preview_acceptance,
)
from reconciliation.thresholds.models import Acceptance
from reconciliation.thresholds.progress import progress_of
from reconciliation.thresholds.screens import address, asked_for, page, read_points, save
from reconciliation.thresholds.wording import of_all, points, summary

SHOWN = 100


def look(model_admin: FactAdmin, request: HttpRequest) -> HttpResponse:
    """Show what would be accepted, before anything is."""
    organization, month = asked_for(request)
    try:
        asked = read_points(request.POST.get("points", ""), "points")
        row = preview_acceptance(organization, points=asked, user=author(request), month=month)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(address(organization, month))
    return HttpResponseRedirect(reverse("admin:reconciliation_acceptance", args=[row.pk]))


def acceptance(model_admin: FactAdmin, request: HttpRequest, pk: UUID) -> HttpResponse:
    """What would be accepted, or what was."""
    row = found_acceptance(pk)
    pks = [UUID(line) for line, _ in row.lines[:SHOWN]]
    lines = Transaction.objects.select_related("organization").in_bulk(pks)
    undone_before = list(undoings(row))
    changed = Transaction.objects.select_related("organization").in_bulk(
        [UUID(one["transaction"]) for one in told_lines(row)]
    )
    context = {
        "title": f"Sugestões com {points(row.accept_at)} pontos ou mais",
        "row": row,
        "period": spell_month(row.month) if row.month else "todos os meses",
        "summary": summary(len(row.lines), row.amount, row.left_out),
        "result": summary(row.booked, row.booked_amount, {}),
        "lines": [link_to(lines[one]) for one in pks if one in lines],
        "more": max(len(row.lines) - SHOWN, 0),
        "changed": [
            {**link_to(changed[UUID(one["transaction"])]), "message": one["message"]}
            for one in told_lines(row)
            if UUID(one["transaction"]) in changed
        ],
        "back": address(row.organization, row.month, limite=str(row.accept_at)),
        "may_decide": holds(request, row.organization_id, Act.DECIDE),
        "undone": undone_before,
        "progress": progress_of(row.pk),
        "may_undo": sum(one.diff["count"] for one in undone_before) < row.booked
        and holds(request, row.organization_id, act_of_undoing(request, row)),
        "opts": None,
    }
    return model_admin.show(request, "pages/acceptance.html", row, context)


def progress(model_admin: FactAdmin, request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far an act has come, in a word for the page that waits; nothing when none goes on."""
    found_acceptance(pk)  # another organization's is none
    now = progress_of(pk)
    said = (
        {"done": now.done, "total": now.total, "told": of_all(now.done, now.total)} if now else {}
    )
    return JsonResponse(said, headers={"Cache-Control": "no-store"})


def found_acceptance(pk: UUID) -> Acceptance:
    try:
        return find_acceptance(pk)
    except NotFound as fault:
        raise Http404(fault.message) from fault


def undoings(row: Acceptance) -> "QuerySet[AuditLog]":
    """Who has taken the act back, and when; more than once when lines were left the first time."""
    taken = AuditLog.objects.filter(organization=row.organization, action=TAKEN_BACK)
    return taken.filter(diff__together=str(row.together)).select_related("actor").order_by("at")


def act_of_undoing(request: HttpRequest, row: Acceptance) -> Act:
    return Act.REOPEN_OWN if row.carried_out_by_id == request.user.pk else Act.REOPEN


def told_lines(row: Acceptance) -> list[dict[str, str]]:
    return row.refused["lines"] if row.refused else []


def link_to(line: Transaction) -> dict[str, Any]:
    """The line with its place at the desk."""
    return {"line": line, "address": address_of(Queue(line.organization, line.date.replace(day=1)),
                                                line=line.pk)}  # fmt: skip


def accept(model_admin: FactAdmin, request: HttpRequest, pk: UUID) -> HttpResponse:
    row = found_acceptance(pk)
    attempt(request, lambda: accepted(request, row))
    return HttpResponseRedirect(reverse("admin:reconciliation_acceptance", args=[pk]))


def accepted(request: HttpRequest, row: Acceptance) -> str:
    was_done = row.is_carried_out
    done = carry_out_acceptance(row.pk, user=author(request))
    if was_done and done.carried_out_by:
        return f"Nada foi repetido: {done.carried_out_by.name} já aceitou estas sugestões."
    if not done.booked:
        return "Nada foi conciliado: tudo o que foi visto mudou antes."
    return f"Conciliado: {summary(done.booked, done.booked_amount, {})}."


def undo(model_admin: FactAdmin, request: HttpRequest, pk: UUID) -> HttpResponse:
    row = found_acceptance(pk)
    attempt(request, lambda: undone(request, row))
    return HttpResponseRedirect(reverse("admin:reconciliation_acceptance", args=[pk]))


def undone(request: HttpRequest, row: Acceptance) -> str:
    if row.together is None:
        return "Não havia o que desfazer."
    reached = undo_together(row.together, author=author(request))
    if reached.refused:
        kept = len(reached.refused)
        messages.warning(request, f"{kept} como estava{'m' if kept > 1 else ''}: "
                                  f"{reached.refused[0].message}")  # fmt: skip
    count = len(reached.decided)
    return f"{count} lançamento{'s' if count != 1 else ''} em aberto de novo."


def routes(model_admin: FactAdmin) -> list[Any]:
    """The page and its acts, below the list of conciliations."""
    guard = model_admin.admin_site.admin_view
    shown = (("", "thresholds", page), ("aceite/<uuid:pk>/", "acceptance", acceptance),
             ("aceite/<uuid:pk>/andamento/", "acceptance_progress", progress))  # fmt: skip
    acts = (
        ("guardar/", "thresholds_save", save),
        ("conferir/", "acceptance_look", look),
        ("aceite/<uuid:pk>/aceitar/", "acceptance_accept", accept),
        ("aceite/<uuid:pk>/desfazer/", "acceptance_undo", undo),
    )
    views = [(below, name, bound(model_admin, view)) for below, name, view in shown]
    views += [(below, name, require_POST(bound(model_admin, view))) for below, name, view in acts]
    return [
        path(f"limites/{below}", guard(view), name=f"reconciliation_{name}")
        for below, name, view in views
    ]


def bound(model_admin: FactAdmin, view: Any) -> Any:
    @wraps(view)
    def handle(request: HttpRequest, **named: Any) -> HttpResponse:
        answer: HttpResponse = view(model_admin, request, **named)
        return answer

    return handle
