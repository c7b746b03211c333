"""The scanned sheets beside a card: where each is shown, and how a missing one is sent."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.db.transaction import atomic, non_atomic_requests
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from audits.evidence.images import find_evidence, images_of, names_of, picture_of
from audits.evidence.sending import add_image
from audits.models import Card
from audits.screens.cards import author
from audits.screens.review_answers import refusal_of
from conciliacontag.errors import DomainError, InvalidInput
from conciliacontag.pages import FactAdmin
from ingestion.originals import SANDBOX, guarded

TITLES = ("Original", "Marcada")
# Long enough to be there when the next card opens; what a name stands for never changes.
CACHED = "private, max-age=600"


@dataclass(frozen=True, slots=True)
class Picture:
    """One image that a card names, and what may be shown in its place while it is missing."""

    title: str
    name: str
    which: str
    is_there: bool
    address: str
    alike: list[tuple[str, str]]


def pictures_of(card: Card) -> list[Picture]:
    found = images_of(card)
    titles = TITLES if len(found) <= len(TITLES) else [one.which for one in found]
    return [
        Picture(
            title,
            one.name,
            one.which,
            one.is_there,
            image_address(card, qual=one.which),
            [(name, image_address(card, nome=name)) for name in one.alike],
        )
        for title, one in zip(titles, found, strict=False)
    ]


def picture_address(card: Card) -> str:
    """Where the first image of a card is, "" for one that names none."""
    which = next(iter(names_of(card)), "")
    return image_address(card, qual=which) if which else ""


def image_address(card: Card, **asked: str) -> str:
    return f"{reverse('admin:audits_card_image', args=[card.pk])}?{urlencode(asked)}"


# What is unpacked and drawn here takes its time without a transaction.
@non_atomic_requests
def show_image(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """A picture as a browser shows it, harmless whatever it holds."""
    try:
        with atomic():
            evidence = find_evidence(
                card, which=request.GET.get("qual", ""), name=request.GET.get("nome", "")
            )
        content, kind = picture_of(evidence)
    except DomainError as refusal:
        return refusal_of(refusal)
    answer = guarded(HttpResponse(content, content_type=kind), SANDBOX)
    answer.headers["Cache-Control"] = CACHED
    return answer  # type: ignore[return-value]


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
