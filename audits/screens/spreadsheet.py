"""Correcting a batch by spreadsheet: download, send back, look at what changes, confirm."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.db.transaction import non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from import_export.formats.base_formats import XLSX
from msgspec import convert, to_builtins

from audits.deciding.sheet_cells import LARGEST_FILE
from audits.deciding.sheets import (
    MOST_CARDS,
    CardCorrection,
    Preview,
    apply_sheet,
    preview_sheet,
    write_sheet,
)
from audits.deciding.together import Outcome
from audits.models import Batch, Decision, Verdict
from audits.services import undo_together
from conciliacontag.errors import DomainError, InvalidInput, NotFound
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin, holds

TEMPLATE = "pages/batch_sheet.html"
SALT = "correction sheet"
VALID = 60 * 60  # seconds between the preview and its confirmation
SHOWN_CHANGES, SHOWN_REFUSALS = 1000, 10


def page(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    return show(model_admin, request, batch, {})


def show(
    model_admin: FactAdmin,
    request: HttpRequest,
    batch: Batch,
    found: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    waiting = batch.cards.open().count()
    context = {
        "title": "Corrigir por planilha",
        "waiting": waiting,
        "in_sheet": min(waiting, MOST_CARDS),
        "may_decide": holds(request, batch.organization_id, Act.DECIDE),
        "last": last_together(batch, author(request)),
        **found,
    }
    return model_admin.show(request, TEMPLATE, batch, context, status)


def download(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    content = write_sheet(batch)
    headers = {"Content-Disposition": f'attachment; filename="correcoes-{batch.pk}.xlsx"'}
    return HttpResponse(content, content_type=XLSX.CONTENT_TYPE, headers=headers)


def preview(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """What the sheet would change, cell by cell; the page carries it, signed, to the next step."""
    sent = request.FILES.get("sheet")
    if sent is None:
        return refused(model_admin, request, batch, InvalidInput("Escolha a planilha preenchida."))
    try:
        found = preview_sheet(batch, sent.read(LARGEST_FILE + 1))
    except DomainError as refusal:
        return refused(model_admin, request, batch, refusal)
    return show(model_admin, request, batch, told(found, request, batch))


def refused(
    model_admin: FactAdmin, request: HttpRequest, batch: Batch, refusal: DomainError
) -> HttpResponse:
    return show(model_admin, request, batch, {"refusal": refusal}, refusal.status)


def told(found: Preview, request: HttpRequest, batch: Batch) -> dict[str, Any]:
    return {
        "preview": found,
        "changes": found.changes[:SHOWN_CHANGES],
        "more": max(len(found.changes) - SHOWN_CHANGES, 0),
        "confirmation": sign(found.cards, request, batch) if found.cards else "",
    }


def sign(cards: list[CardCorrection], request: HttpRequest, batch: Batch) -> str:
    said = {"batch": str(batch.pk), "who": str(request.user.pk), "cards": to_builtins(cards)}
    return signing.dumps(said, salt=SALT, compress=True)


def read_confirmation(text: str, request: HttpRequest, batch: Batch) -> list[CardCorrection]:
    """The decisions that the person has looked at.

    Raises:
        InvalidInput: `sheet_expired`: too old, somebody else's, another batch's, or changed.
    """
    try:
        said = signing.loads(text, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        said = {}
    if (said.get("batch"), said.get("who")) != (str(batch.pk), str(request.user.pk)):
        raise InvalidInput(
            "A conferência desta planilha venceu. Nada foi gravado; envie a planilha de novo.",
            code="sheet_expired",
        )
    return convert(said["cards"], list[CardCorrection])


# Cards are decided in portions, each in a transaction of its own: what is decided stays.
@non_atomic_requests
def confirm(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    try:
        cards = read_confirmation(request.POST.get("confirmation", ""), request, batch)
        outcome = apply_sheet(batch.pk, cards, author=author(request))
        say(request, outcome, ("cartão decidido", "cartões decididos"))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("admin:audits_batch_sheet", args=[batch.pk]))


def last_together(batch: Batch, user: User) -> dict[str, Any] | None:
    """What the person last decided about many cards at once and has not taken back, if anything."""
    said = Decision.objects.filter(batch_id=batch.pk, author=user, together__isnull=False)
    last = said.exclude(verdict=Verdict.UNDO).last()
    if last is None:
        return None
    cards = said.filter(together=last.together)
    undone = Decision.objects.filter(undoes__in=cards.values("pk")).count()
    count = cards.count()
    return {"number": last.together, "at": last.at, "cards": count} if undone < count else None


# As above; what was decided otherwise since is told and stays.
@non_atomic_requests
def undo(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    numbers = as_uuids(request.POST.get("together"))
    try:
        if not numbers:
            raise NotFound("Esta correção em conjunto não existe. Recarregue a página.")
        outcome = undo_together(numbers[0], author=author(request))
        say(request, outcome, ("cartão desfeito", "cartões desfeitos"))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(reverse("admin:audits_batch_sheet", args=[batch.pk]))


def say(request: HttpRequest, outcome: Outcome, done: tuple[str, str]) -> None:
    """How many cards the act reached, and the first ones that it did not, with why."""
    if count := len(outcome.decided):
        messages.success(request, f"{count} {done[count > 1]}.")
    for one in outcome.refused[:SHOWN_REFUSALS]:
        messages.warning(request, f"Linha {one.card.line}: {one.message}")
    if (left := len(outcome.refused) - SHOWN_REFUSALS) > 0:
        messages.warning(request, f"E mais {left} linha{'s' if left > 1 else ''} como estavam.")


ROUTES = (
    ("GET", "planilha", "audits_batch_sheet", page),
    ("GET", "baixar-planilha", "audits_batch_sheet_download", download),
    ("POST", "conferir-planilha", "audits_batch_sheet_preview", preview),
    ("POST", "confirmar-planilha", "audits_batch_sheet_confirm", confirm),
    ("POST", "desfazer-conjunto", "audits_batch_sheet_undo", undo),
)
