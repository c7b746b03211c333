"""The card's own address, which leads to its place in the review of its batch."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.models import Card


def lead(card: Card) -> HttpResponse:
    """To the page in which card after card opens, with this one open."""
    review = reverse("admin:audits_batch_review", args=[card.batch_id])
    return HttpResponseRedirect(f"{review}?cartao={card.pk}")
