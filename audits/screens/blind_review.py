"""The second reading in the review's own shell: card after card, each as the machine left it.

What a person has said of a card is not asked for here, so it can be in nothing that is sent.
"""

from typing import Any
from uuid import UUID

from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse

from audits.models import Batch, SecondReading
from audits.sampling import (
    agreement_of,
    place_among,
    reading_after,
    reading_before,
    reading_of,
    waiting_for,
)
from audits.screens.review_answers import read_answer
from audits.screens.review_cards import work_on
from audits.screens.review_images import picture_address
from audits.second_readings import Answer, read_again
from conciliacontag.errors import DomainError
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.roles import Act
from conciliacontag.page_calls import author, refusal_of
from conciliacontag.pages import FactAdmin, holds
from conciliacontag.presence import touch

PAGE = "pages/second_reading.html"
CARD, DONE = "pages/second_reading_card.html", "pages/second_reading_done.html"
# The card is no longer this person's to read; the next one is.
PASSED_BY = ("already_read", "card_not_resolved", "own_answer")


def desk(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """The page with the card asked for, or the first that this person may read again."""
    waiting, asked = waiting_for(batch, author(request)), as_uuids(request.GET.get("cartao", ""))
    reading = (waiting.filter(card__in=asked).first() if asked else None) or waiting.first()
    title = f"Segunda leitura · {batch.name}"
    context = {"title": title, "work": drawn(request, batch, reading), "reading": reading}
    return model_admin.show(request, PAGE, batch, context)


def drawn(request: HttpRequest, batch: Batch, reading: SecondReading | None) -> str:
    """The part of the page that is one card, or what stands there when none waits."""
    if reading is None:
        may_read = holds(request, batch.organization_id, Act.DECIDE)
        told = {"batch": batch, "found": agreement_of(batch), "may_read": may_read}
        return render_to_string(DONE, told, request)
    card = reading.card
    card.batch = batch
    others = waiting_for(batch, author(request)).exclude(pk=reading.pk)
    place, found = place_among(reading), agreement_of(batch)
    shown: dict[str, Any] = {
        "reading": reading,
        "card": card,
        "is_match": card.transaction_id is not None,
        "is_blind": True,
        "may_decide": True,
        "place": place,
        "found": found,
        "has_others": others.exists(),
        **work_on(card, is_blind=True),
    }
    return render_to_string(CARD, shown, request)


def show(
    request: HttpRequest, batch: Batch, reading: SecondReading | None, told: str = ""
) -> HttpResponse:
    """A card as the page's module takes it: its part of the page, its address, what to say."""
    answer = {"html": drawn(request, batch, reading), "told": told}
    return JsonResponse(answer | ({"address": address(reading)} if reading else {}))


def address(reading: SecondReading) -> str:
    page = reverse("admin:audits_batch_second_reading", args=[reading.card.batch_id])
    return f"{page}?cartao={reading.card_id}"


# The answer is committed before the next card is drawn.
@non_atomic_requests
def save(
    model_admin: FactAdmin, request: HttpRequest, batch: Batch, reading_id: UUID
) -> HttpResponse:
    """Keep one second answer, say what came of it, and show the next card."""
    user = author(request)
    try:
        with atomic():
            reading = reading_of(batch, reading_id)
        told = outcome_of(read_again(reading_id, answer_in(request), user=user))
    except DomainError as refusal:
        if refusal.code not in PASSED_BY:
            return refusal_of(refusal)
        told = refusal.message
    with atomic():
        return show(request, batch, reading_after(reading, user), told)


def answer_in(request: HttpRequest) -> Answer:
    said = read_answer(request)
    chosen = said.document_id, said.installment
    return Answer(said.verdict, said.corrections, *chosen, said.note, said.link)


def outcome_of(reading: SecondReading) -> str:
    line = reading.card.line
    if reading.agrees:
        return f"Linha {line}: as duas leituras concordam."
    return f"Linha {line}: as leituras diferem. O cartão foi reaberto."


def visit_next(
    model_admin: FactAdmin, request: HttpRequest, batch: Batch, reading_id: UUID
) -> HttpResponse:
    return visit(request, batch, reading_id, reading_after)


def visit_previous(
    model_admin: FactAdmin, request: HttpRequest, batch: Batch, reading_id: UUID
) -> HttpResponse:
    return visit(request, batch, reading_id, reading_before)


def visit(request: HttpRequest, batch: Batch, reading_id: UUID, step: Any) -> HttpResponse:
    try:
        reading = reading_of(batch, reading_id)
    except DomainError as refusal:
        return refusal_of(refusal)
    return show(request, batch, step(reading, author(request)))


def beside(
    model_admin: FactAdmin, request: HttpRequest, batch: Batch, reading_id: UUID
) -> HttpResponse:
    """The image of the card that follows, and who else is reading this one."""
    try:
        reading = reading_of(batch, reading_id)
    except DomainError as refusal:
        return refusal_of(refusal)
    user = author(request)
    following = reading_after(reading, user)
    if following is not None:
        following.card.batch = batch
    ahead = {"html": "", "image": picture_address(following.card)} if following else None
    others = touch(reading_id, user)
    return JsonResponse({"alike": 0, "ahead": ahead, "similar": {}, "others": others})


def presence(
    model_admin: FactAdmin, request: HttpRequest, batch: Batch, reading_id: UUID
) -> HttpResponse:
    return JsonResponse({"others": touch(reading_id, author(request))})


ONE = "leitura/<uuid:reading_id>"
ROUTES = (
    ("GET", "segunda-leitura", "audits_batch_second_reading", desk),
    ("POST", f"{ONE}/salvar", "audits_reading_save", save),
    ("GET", f"{ONE}/proximo", "audits_reading_next", visit_next),
    ("GET", f"{ONE}/anterior", "audits_reading_previous", visit_previous),
    ("GET", f"{ONE}/ao-lado", "audits_reading_beside", beside),
    ("POST", f"{ONE}/presenca", "audits_reading_presence", presence),
)
