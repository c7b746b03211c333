"""The log of the desk: who decided what, line by line or many at once, and what can be undone."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from conciliacontag.errors import InvalidInput
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.models import AuditLog
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, attempt
from conciliacontag.scope import scope_of
from ingestion.models import Transaction
from reconciliation.desk.deciding import undo_line
from reconciliation.desk.queue import Queue
from reconciliation.desk.standing import WAITS, standing_of
from reconciliation.desk.together import GROUPED, TAKEN_BACK, undo_together
from reconciliation.screens.desk_queue import address_of
from reconciliation.thresholds.taking_back import PART, is_standing

ACTS = {
    "match.confirmed": "conciliou",
    "match.allocated": "conciliou",
    "match.refused": "disse que não tem nota",
    "match.undone": "desfez",
    "match.entered": "criou o lançamento contábil",
    "line.held": "deixou a verificar",
    "line.released": "tirou de a verificar",
    GROUPED: "decidiu de uma vez",
    TAKEN_BACK: "desfez de uma vez",
}
PER_PAGE = 50
MOST_SHOWN = 20


def log(model_admin: FactAdmin, request: HttpRequest) -> HttpResponse:
    """The newest acts; a POST takes one line or one act on many back."""
    if request.method == "POST":
        attempt(request, lambda: take_back(request))
        return HttpResponseRedirect(request.get_full_path())
    entries = acts(request)
    context = {
        "title": "Registro de ações",
        "entries": told(request, entries[:PER_PAGE]),
        "older": entries[PER_PAGE - 1].pk if len(entries) > PER_PAGE else None,
        "opts": None,
    }
    return model_admin.show(request, "pages/desk_log.html", None, context)


def acts(request: HttpRequest) -> list[AuditLog]:
    """The acts of people at the companies shown, the newest first, one more than a page.

    What was accepted together stands there as the one act that it was.
    """
    rows = AuditLog.objects.filter(action__in=ACTS, organization__in=scope_of(request).shown)
    rows = rows.exclude(action__startswith="match.", diff__has_key=PART)
    before = as_uuids(request.GET.get("antes", ""))
    last = AuditLog.objects.filter(pk__in=before).first() if before else None
    if last is not None:
        rows = rows.filter(at__lte=last.at).exclude(pk=last.pk)
    found = rows.select_related("actor", "organization").order_by("-at", "-sequence")
    return list(found[: PER_PAGE + 1])


def told(request: HttpRequest, entries: Iterable[AuditLog]) -> list[dict[str, Any]]:
    """Each act with its lines and whether it can still be taken back."""
    entries = list(entries)
    ids = {pk for entry in entries for pk in shown_of(entry)}
    found = Transaction.objects.filter(pk__in=ids).select_related("organization")
    lines = {str(line.pk): line for line in found}
    newest: set[str] = set()
    rows = []
    for entry in entries:
        shown = [pk for pk in shown_of(entry) if pk in lines]
        own = [as_row(lines[pk], entry, is_newest=pk not in newest) for pk in shown]
        newest.update(lines_of(entry))
        rows.append({"entry": entry, "phrase": ACTS[entry.action], "lines": own,
                     "is_group": entry.action == GROUPED,
                     "more": len(lines_of(entry)) - len(shown_of(entry)),
                     "can_undo": can_undo(entry, own)})  # fmt: skip
    return rows


def shown_of(entry: AuditLog) -> list[str]:
    """The lines of an act that the page names: of thousands accepted together, the first."""
    return lines_of(entry)[:MOST_SHOWN] if PART in entry.diff else lines_of(entry)


def can_undo(entry: AuditLog, shown: list[dict[str, Any]]) -> bool:
    """Whether anything of an act still stands as it left it."""
    if PART in entry.diff and entry.action == GROUPED:
        return is_standing(entry.diff, entry.actor_id)
    return any(row["can_undo"] for row in shown)


def as_row(line: Transaction, entry: AuditLog, *, is_newest: bool) -> dict[str, Any]:
    """A line of an act; only its newest act, here or on a newer page, can be taken back."""
    stands = standing_of(line)
    is_of_act = stands.decided_at is None or stands.decided_at <= entry.at
    return {
        "line": line,
        "version": stands.version,
        "address": address_of(Queue(line.organization, line.date.replace(day=1)), line=line.pk),
        "can_undo": is_newest and is_of_act and (stands.state != WAITS or stands.is_divided),
    }


def lines_of(entry: AuditLog) -> list[str]:
    if entry.action == GROUPED:
        return [str(one["transaction"]) for one in entry.diff["lines"]]
    parts = [entry.diff, *entry.diff.get("allocations", [])]
    return list(dict.fromkeys(str(one["transaction"]) for one in parts if one.get("transaction")))


def take_back(request: HttpRequest) -> str:
    """Undo what a button of the log names; the version that was shown goes with it."""
    together, line = request.POST.get("together", ""), request.POST.get("line", "")
    if together:
        reached = undo_together(first(as_uuids(together)), author=author(request))
        for refused in reached.refused[:3]:
            messages.warning(request, refused.message)
        count = len(reached.decided)
        return f"{count} lançamento{'s' if count != 1 else ''} em aberto de novo."
    version = request.POST.get("version", "")
    undo_line(first(as_uuids(line)), author=author(request), version=version)
    return "Decisão desfeita: o lançamento está em aberto de novo."


def first(found: list[UUID]) -> UUID:
    if not found:
        raise InvalidInput("O registro mudou: recarregue a página.")
    return found[0]
