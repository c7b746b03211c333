"""The page of a second reading, and the part of the batch's page that draws and tells."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.agreement import compare
from audits.blind_cards import BlindCard, BlindField, blind_card
from audits.layouts import UNMARKED
from audits.models import Batch, Card, SecondReading, Verdict
from audits.sampling import (
    MOST_SEEDS,
    agreement_of,
    counted_samples,
    draw_sample,
    next_reading,
    undrawn,
    waiting_for,
)
from audits.screens.cards import author
from audits.screens.review_images import pictures_of
from audits.screens.review_match import ACCEPT, FOLLOWS, as_choice
from audits.second_readings import Answer, read_again, shown
from conciliacontag.errors import DomainError
from conciliacontag.organizations.access import as_uuids
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import FactAdmin, attempt, holds

FIELD = "campo-"
AS_READ = "="  # chosen where a field is as the machine read it
USUAL_PERCENT = 5
SHOWN_DIFFERENCES = 50
WORDS = {UNMARKED: "Em branco", "MULTI": "Anulada"}


def batch_part(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """What the batch's page tells of its draws."""
    may_draw = holds(request, batch.organization_id, Act.DECIDE)
    waiting = waiting_for(batch, author(request)).count() if may_draw else 0
    part = {
        "found": agreement_of(batch),
        "draws": counted_samples(batch),
        "differences": differences(batch),
        "may_draw": may_draw,
        "undrawn": undrawn(batch).count(),
        "waiting": waiting,
        "percent": USUAL_PERCENT,
        # Sent with the form, so that a double click draws once.
        "seed": secrets.randbelow(MOST_SEEDS),
    }
    return {"sample": part}


def differences(batch: Batch) -> list[dict[str, Any]]:
    rows = SecondReading.objects.filter(sample__batch=batch, agrees=False)
    found = rows.select_related("card", "first_author", "reader").order_by("card__line")
    label = batch.bound_layout.label
    return [
        {
            "reading": row,
            "fields": [
                (label(one.field), shown(one.first), shown(one.second))
                for one in compare(row.first_values, row.values)
            ],
        }
        for row in found[:SHOWN_DIFFERENCES]
    ]


def draw(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    def work() -> str:
        seed = request.POST.get("seed", "")
        sample, created = draw_sample(
            batch.pk,
            percent=request.POST.get("percent", ""),
            seed=int(seed) if seed.isascii() and seed.isdigit() else None,
            user=author(request),
        )
        count = sample.readings.count()
        if not created:
            return "Este sorteio já estava feito; nada mudou."
        return f"{count} de {sample.population} cartões sorteados. Outra pessoa faz a releitura."

    attempt(request, work)
    return HttpResponseRedirect(reverse("admin:audits_batch_change", args=[batch.pk]))


def desk(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """The next card that this person may read again, or that there is none."""
    return page(model_admin, request, batch)


def page(
    model_admin: FactAdmin, request: HttpRequest, batch: Batch, wrong: str = ""
) -> HttpResponse:
    user = author(request)
    may_read = holds(request, batch.organization_id, Act.DECIDE)
    reading = next_reading(batch.pk, user) if may_read else None
    context: dict[str, Any] = {
        "title": f"Segunda leitura · {batch.name}",
        "found": agreement_of(batch),
        "waiting": waiting_for(batch, user).count() if may_read else 0,
        "reading": reading,
        "may_read": may_read,
        "wrong": wrong,
    }
    if reading is not None:
        is_same = request.POST.get("leitura") == str(reading.pk)
        context |= card_context(reading.card, request.POST if wrong and is_same else {})
    status = 422 if wrong else 200
    return model_admin.show(request, "pages/second_reading.html", batch, context, status)


def card_context(card: Card, said: Mapping[str, str]) -> dict[str, Any]:
    """The card as the machine left it: what a person has said of it is never asked for here."""
    blind = blind_card(card)
    is_match = card.transaction_id is not None
    places = enumerate(card.candidates, 1)
    return {
        "blind": blind,
        "card": card,
        "is_match": is_match,
        "choices": [as_choice(card, place, row) for place, row in places] if is_match else [],
        "asked": [as_input(one, said) for one in asked_of(blind, is_match)],
        "others": [] if is_match else [as_input(one, said) for one in blind.others],
        "pictures": [] if is_match else pictures_of(card),
        "chosen": said.get("choice", ""),
        "note": said.get("note", ""),
    }


def asked_of(blind: BlindCard, is_match: bool) -> list[BlindField]:
    """A conciliation asks for the accounts; the document is chosen among the candidates."""
    if not is_match:
        return blind.asked
    return [one for one in blind.fields if one.name not in FOLLOWS]


def as_input(field: BlindField, said: Mapping[str, str]) -> dict[str, Any]:
    name = f"{FIELD}{field.name}"
    kept = f"Como foi lido: {field.read or 'em branco'}"
    options = [(value, WORDS.get(value, value)) for value in field.values]
    return {
        "field": field,
        "name": name,
        "options": [(AS_READ, kept), *options] if options else [],
        "value": said.get(name, "" if field.values and field.is_asked else first_shown(field)),
    }


def first_shown(field: BlindField) -> str:
    return AS_READ if field.values else field.read


def answer(model_admin: FactAdmin, request: HttpRequest, batch: Batch) -> HttpResponse:
    """Keep one second reading and open the next; what is refused is shown as it was filled."""
    named = as_uuids(request.POST.get("leitura", ""))
    rows = SecondReading.objects.filter(pk__in=named, sample__batch=batch)
    reading = rows.select_related("card").first()
    if reading is None:
        messages.error(request, "Esta segunda leitura já não existe neste lote.")
        return back(batch)
    reading.card.batch = batch
    try:
        done = read_again(reading.pk, said_in(request.POST, reading.card), user=author(request))
    except DomainError as refusal:
        if refusal.status == 400:
            return page(model_admin, request, batch, refused(refusal))
        messages.error(request, refusal.message)
        return back(batch)
    line = done.card.line
    if done.agrees:
        messages.success(request, f"Linha {line}: as duas leituras concordam.")
    else:
        messages.warning(request, f"Linha {line}: as leituras diferem. O cartão foi reaberto.")
    return back(batch)


def back(batch: Batch) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:audits_batch_second_reading", args=[batch.pk]))


def refused(refusal: DomainError) -> str:
    fields: Mapping[str, Any] = refusal.details.get("fields", {})
    told = [str(problem["message"]) for problems in fields.values() for problem in problems]
    return " ".join(told) or refusal.message


def said_in(posted: Mapping[str, str], card: Card) -> Answer:
    """What the form says; a field that is as it was read is left out."""
    blind, note = blind_card(card), posted.get("note", "").strip()
    given = {one.name: value_of(one, posted) for one in blind.fields}
    values = {name: value for name, value in given.items() if value is not None}
    choice = posted.get("choice", "")
    if card.batch.run_id is None:
        verdict = Verdict.CORRECT if values else Verdict.AS_READ
        return Answer(verdict, values, note=note)
    said, _, document = choice.partition("|")
    document, _, installment = document.partition("|")
    if said == Verdict.CORRECT:
        return Answer(Verdict.CORRECT, values, note=note)
    accounts = {name: value for name, value in values.items() if name not in FOLLOWS}
    if said == ACCEPT:
        return Answer(Verdict.ACCEPT, accounts, first_of(document), installment, note)
    # Nothing chosen: a conciliation refuses it in its own words.
    verdict = Verdict.NO_DOCUMENT if said == Verdict.NO_DOCUMENT else Verdict.AS_READ
    return Answer(verdict, accounts, note=note)


def first_of(text: str) -> UUID | None:
    return next(iter(as_uuids(text)), None)


def value_of(field: BlindField, posted: Mapping[str, str]) -> str | None:
    value = posted.get(f"{FIELD}{field.name}")
    if value is None or value in (AS_READ, field.read):
        return None
    return value or field.blank


ROUTES = (
    ("GET", "segunda-leitura", "audits_batch_second_reading", desk),
    ("POST", "reler", "audits_batch_read_again", answer),
    ("POST", "sortear", "audits_batch_draw", draw),
)
