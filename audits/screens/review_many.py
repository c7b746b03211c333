"""One answer for many cards, and taking it back from all of them: told first, then carried out."""

from typing import Any

from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse

from audits.models import Card
from audits.screens.review_acts import show
from audits.screens.review_answers import read_answer
from audits.screens.review_queue import next_after
from audits.services import Outcome, decide_alike, undo_together
from conciliacontag.errors import DomainError
from conciliacontag.organizations.access import as_uuids
from conciliacontag.page_calls import author, malformed, read_body, refusal_of
from conciliacontag.pages import FactAdmin

MOST_LINES = 12  # named in a message


@non_atomic_requests
def save_alike(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """The same answer for all cards alike; `dry_run` only tells what would become of them."""
    try:
        said, body = read_answer(request), read_body(request)
        dry_run = body.get("dry_run") is True
        outcome = decide_alike(
            card.pk,
            author=author(request),
            version=said.version,
            verdict=said.verdict,
            corrections=said.corrections,
            note=said.note,
            dry_run=dry_run,
        )
    except DomainError as refusal:
        return refusal_of(refusal)
    if dry_run:
        return JsonResponse(preview(outcome))
    with atomic():
        more = {"saved": outcome.decided[0].version, "together": outcome.together}
        told = told_of(outcome, "salvos")
        return show(request, card.batch, next_after(card), told=told, **more)


@non_atomic_requests
def undo_alike(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """What one answer said about many cards, taken back from all; `dry_run` only tells of which."""
    try:
        said = read_body(request)
        number = next(iter(as_uuids(str(said.get("together")))), None)
        if number is None:
            raise malformed()
        dry_run = said.get("dry_run") is True
        outcome = undo_together(number, author=author(request), dry_run=dry_run)
    except DomainError as refusal:
        return refusal_of(refusal)
    if dry_run:
        return JsonResponse(preview(outcome))
    with atomic():
        again = Card.objects.select_related("transaction").get(pk=card.pk)
        return show(request, card.batch, again, told=told_of(outcome, "desfeitos"))


def preview(outcome: Outcome) -> dict[str, Any]:
    return {
        "decided": len(outcome.decided),
        "lines": [card.line for card in outcome.decided],
        "refused": [{"line": one.card.line, "message": one.message} for one in outcome.refused],
        "left": outcome.left,
    }


def told_of(outcome: Outcome, done: str) -> str:
    """`23 cartões salvos. Como estavam: linhas 4, 9.`"""
    count = len(outcome.decided)
    said = [f"{count} cartões {done}." if count != 1 else f"1 cartão {done[:-1]}."]
    if kept := [str(one.card.line) for one in outcome.refused]:
        more = f" e mais {len(kept) - MOST_LINES}" if len(kept) > MOST_LINES else ""
        stayed = "Ficaram como estavam: linhas" if len(kept) > 1 else "Ficou como estava: linha"
        said.append(f"{stayed} {', '.join(kept[:MOST_LINES])}{more}.")
    if outcome.left:
        said.append(f"Restam {outcome.left} iguais.")
    return " ".join(said)


ROUTES = (
    ("POST", "salvar-iguais", "audits_card_save_alike", save_alike),
    ("POST", "desfazer-iguais", "audits_card_undo_alike", undo_alike),
)
