"""What the keys of the review ask for: each saves one act and answers with the next card."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from audits.history import card_history, field_history
from audits.models import Batch, Card
from audits.screens.review_answers import note_in, read_answer, version_in
from audits.screens.review_cards import address, finished, shown
from audits.screens.review_images import picture_address, similar_to_missing
from audits.screens.review_queue import next_after, previous_before
from audits.services import (
    alike,
    decide_card,
    note_card,
    reopen_card,
    skip_card,
    undo_decision,
)
from audits.withheld import is_withheld
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import User
from conciliacontag.page_calls import author, read_body, refusal_of
from conciliacontag.pages import FactAdmin
from conciliacontag.presence import touch


@dataclass(frozen=True, slots=True)
class Done:
    """What an act says, the card it leads to, the version that it gave a decided card.

    `is_held`: the page holds the next card already, as it still is.
    """

    told: str
    card: Card | None
    saved: int = 0
    is_held: bool = False


def answer(request: HttpRequest, batch: Batch, act: Callable[[], Done]) -> HttpResponse:
    """Carry out an act in a transaction of its own, then show the card it leads to."""
    try:
        done = act()
    except DomainError as refusal:
        return refusal_of(refusal)
    if done.is_held:
        return JsonResponse({"is_held": True, "told": done.told, "saved": done.saved})
    with atomic():
        return show(request, batch, done.card, told=done.told, saved=done.saved)


def show(
    request: HttpRequest, batch: Batch, card: Card | None, *, told: str = "", **more: Any
) -> HttpResponse:
    """A card as the page's module takes it: its part of the page, its address, what to say."""
    if card is None:
        return JsonResponse({"html": finished(request, batch), "told": told, **more})
    card.batch = batch
    html = shown(request, author(request), card)
    return JsonResponse({"html": html, "address": address(card), "told": told, **more})


def part(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """One card, without its page."""
    overrules = "conflito" in request.GET
    html = shown(request, author(request), card, overrules=overrules)
    return JsonResponse({"html": html, "address": address(card)})


# The decision is committed before the next card is drawn, so that nobody waits for a drawing.
@non_atomic_requests
def save(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """Decide a card. The next one is only drawn when it is not the one that the page holds."""

    def act() -> Done:
        said = read_answer(request)
        decided = decide_card(
            card.pk,
            author=author(request),
            version=said.version,
            verdict=said.verdict,
            document_id=said.document_id,
            installment=said.installment,
            link=said.link,
            corrections=said.corrections,
            note=said.note,
        )
        with atomic():
            told = f"Cartão da linha {card.line} salvo."
            following = next_after(card)
        is_held = following is not None and said.ahead == (str(following.pk), following.version)
        return Done(told, following, decided.version, is_held)

    return answer(request, card.batch, act)


@non_atomic_requests
def skip(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    def act() -> Done:
        note = note_in(read_body(request))
        with atomic():
            ahead = next_after(card)
        skip_card(card.pk, author=author(request), note=note)
        told = f"Cartão da linha {card.line} pulado: volta no fim da fila."
        return Done(told, ahead or card)

    return answer(request, card.batch, act)


@non_atomic_requests
def note(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    def act(user: User, version: int, text: str) -> str:
        note_card(card.pk, author=user, version=version, note=text)
        return "Nota guardada."

    return about_itself(request, card, act)


@non_atomic_requests
def undo(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    def act(user: User, version: int, text: str) -> str:
        undo_decision(card.pk, author=user, version=version, note=text)
        return f"Última decisão da linha {card.line} desfeita."

    return about_itself(request, card, act)


@non_atomic_requests
def reopen(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    def act(user: User, version: int, text: str) -> str:
        reopen_card(card.pk, author=user, version=version, note=text)
        return f"Linha {card.line} reaberta: decida de novo."

    return about_itself(request, card, act)


def about_itself(
    request: HttpRequest, card: Card, work: Callable[[User, int, str], str]
) -> HttpResponse:
    """An act after which the same card is shown again, as it stands now."""

    def act() -> Done:
        said = read_body(request)
        told = work(author(request), version_in(said), note_in(said))
        with atomic():
            return Done(told, Card.objects.select_related("transaction").get(pk=card.pk))

    return answer(request, card.batch, act)


def visit_next(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    return show(request, card.batch, next_after(card))


def visit_previous(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    return show(request, card.batch, previous_before(card))


def beside(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """What a card that has been looked at for a moment can do without until then."""
    following = next_after(card) if card.is_open else None
    return JsonResponse(
        {
            "alike": alike(card).count() if card.is_open else 0,
            "ahead": ahead_of(request, card, following) if following else None,
            "similar": similar_to_missing(card),
            "others": touch(card.pk, author(request)),
        }
    )


def ahead_of(request: HttpRequest, card: Card, following: Card) -> dict[str, Any]:
    """The card that follows as it will be shown, and its image, so that neither is waited for."""
    following.batch = card.batch
    return {
        "card": str(following.pk),
        "version": following.version,
        "html": shown(request, author(request), following, ahead=True),
        "address": address(following),
        "image": picture_address(following),
    }


def history(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """What became of a card, or of one of its fields, in sentences; the newest first."""
    name = request.GET.get("campo", "")
    told = field_history(card.pk, name) if name else card_history(card.pk)
    hidden = is_withheld(author(request), card.pk)
    sentences = [] if hidden else list(reversed(told))
    shown = {"sentences": sentences, "of_field": bool(name), "card": card, "withheld": hidden}
    return render(request, "pages/review_history.html", shown)


ROUTES = (
    ("GET", "parte", "audits_card_part", part),
    ("POST", "salvar", "audits_card_save", save),
    ("POST", "pular", "audits_card_skip", skip),
    ("POST", "anotar", "audits_card_note", note),
    ("POST", "desfazer", "audits_card_undo", undo),
    ("POST", "reabrir", "audits_card_reopen", reopen),
    ("GET", "proximo", "audits_card_next", visit_next),
    ("GET", "anterior", "audits_card_previous", visit_previous),
    ("GET", "ao-lado", "audits_card_beside", beside),
    ("GET", "historico", "audits_card_trail", history),
)
