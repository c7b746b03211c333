"""The review of a batch: one page in which card after card opens in its place."""

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.models import Batch, Card
from audits.screens.review_acts import show
from audits.screens.review_cards import finished, shown
from audits.screens.review_queue import first_of, nearest_lines
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.organizations.access import as_uuids
from conciliacontag.page_calls import author, refusal_of
from conciliacontag.pages import FactAdmin

PLACES = "review_places"  # in the session: batch → the card at which the person paused
MOST_PLACES = 20
LINE = re.compile(r"[0-9]{1,9}")


def desk(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """The page with the card asked for, the one paused at, or the first that waits."""
    card = wanted(request, batch)
    html = finished(request, batch) if card is None else shown(request, author(request), card)
    context = {"title": f"Revisão · {batch.name}", "work": html, "card": card}
    return model_admin.show(request, "pages/review.html", batch, context)


def wanted(request: HttpRequest, batch: Batch) -> Card | None:
    asked = request.GET.get("cartao", "")
    if asked:
        found = cards_of(batch).filter(pk__in=as_uuids(asked)).first()
        if found is None:
            raise Http404("Este cartão não é deste lote.")
        return belonging(found, batch)
    paused = as_uuids(request.session.get(PLACES, {}).get(str(batch.pk), ""))
    place = cards_of(batch).open().filter(pk__in=paused).first() if paused else None
    return belonging(place or first_of(batch), batch)


def cards_of(batch: Batch) -> Any:
    return Card.objects.filter(batch=batch).select_related("transaction")


def belonging(card: Card | None, batch: Batch) -> Card | None:
    if card is not None:
        card.batch = batch
    return card


def at_line(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """The card of a line of the file; without one, which lines near it have a card."""
    asked = request.GET.get("n", "").strip()
    if not LINE.fullmatch(asked):
        return refusal_of(InvalidInput("Escreva o número de uma linha do arquivo, como 12."))
    line = int(asked)
    near, card = nearest_lines(batch, line)
    if card is not None:
        return show(request, batch, card)
    lines = " e ".join(str(number) for number in near)
    hint = f" As mais próximas com cartão: {lines}." if near else ""
    message = f"A linha {line} não tem cartão: nela nada precisou de uma pessoa.{hint}"
    return refusal_of(NotFound(message, code="no_card_there"))


def pause(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """Remember the card and leave: the review goes on there, on whichever computer."""
    asked = as_uuids(request.POST.get("cartao", ""))
    places = dict(request.session.get(PLACES, {}))
    places.pop(str(batch.pk), None)
    kept = dict(list(places.items())[-MOST_PLACES + 1 :])
    request.session[PLACES] = kept | {str(batch.pk): str(one) for one in asked}
    return HttpResponseRedirect(reverse("admin:audits_batch_change", args=[batch.pk]))


ROUTES = (
    ("GET", "revisar", "audits_batch_review", desk),
    ("GET", "linha", "audits_batch_line", at_line),
    ("POST", "pausar", "audits_batch_pause", pause),
)
