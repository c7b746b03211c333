"""The scanned sheets beside a card: where each is shown, and how a missing one is sent."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse

from audits.evidence.images import find_evidence, images_of, names_alike, names_of
from audits.evidence.pictures import picture_of
from audits.evidence.sending import add_image
from audits.models import Card
from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.page_calls import author, refusal_of
from conciliacontag.pages import FactAdmin
from ingestion.originals import SANDBOX, guarded

TITLES = ("Original", "Marcada")


@dataclass(frozen=True, slots=True)
class Picture:
    """One image that a card names."""

    title: str
    name: str
    which: str
    is_there: bool
    address: str
    regions: str = ""  # JSON, field → left, top, width, height in fractions; "" when unknown


def pictures_of(card: Card) -> list[Picture]:
    """The images a card names, each once, in the order of the layout's columns."""
    named = images_of(card)
    titles = TITLES if len(named) <= len(TITLES) else [one.which for one in named]
    return [
        Picture(
            title, one.name, one.which, one.is_there, image_address(card, qual=one.which),
            regions_on(card, one.name),
        )
        for title, one in zip(titles, named, strict=False)
    ]  # fmt: skip


def regions_on(card: Card, name: str) -> str:
    """Where the card's fields lie on the image of this name."""
    layout = card.batch.bound_layout
    measured = layout.definition.regions_on
    if not layout.regions or (measured and names_of(card).get(measured) != name):
        return ""
    return json.dumps(layout.regions)


def picture_address(card: Card) -> str:
    """Where the first image of a card is, "" when there is none."""
    return next((one.address for one in pictures_of(card) if one.is_there), "")


def similar_to_missing(card: Card) -> dict[str, list[list[str]]]:
    """For each image that is missing: names in the package that may be meant, and their address."""
    return {
        one.which: [[name, image_address(card, nome=name)] for name in alike]
        for one in images_of(card)
        if not one.is_there and (alike := names_alike(card.batch_id, one.name))
    }


def image_address(card: Card, **asked: str) -> str:
    return f"{reverse('admin:audits_card_image', args=[card.pk])}?{urlencode(asked)}"


# What is unpacked and drawn here takes its time without a transaction.
@non_atomic_requests
def show_image(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponseBase:
    """A picture as a browser shows it, harmless whatever it holds."""
    try:
        with atomic():
            evidence = find_evidence(
                card, which=request.GET.get("qual", ""), name=request.GET.get("nome", "")
            )
        content, kind = picture_of(evidence)
    except DomainError as refusal:
        return refusal_of(refusal)
    return guarded(HttpResponse(content, content_type=kind), SANDBOX)


# What arrives is examined before a transaction begins.
@non_atomic_requests
def send_image(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    file = request.FILES.get("image")
    try:
        if not isinstance(file, UploadedFile):
            raise InvalidInput("Escolha a imagem deste cartão para enviar.", code="required")
        add_image(
            card.pk,
            sent_by=author(request),
            chunks=file.chunks(),
            which=request.POST.get("which", ""),
        )
    except DomainError as refusal:
        return refusal_of(refusal)
    return JsonResponse({"told": "Imagem guardada."})


ROUTES = (
    ("GET", "imagem", "audits_card_image", show_image),
    ("POST", "enviar-imagem", "audits_card_add_image", send_image),
)
