"""The card's own address, which leads to its place in the review of its batch."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from audits.models import Card
from conciliacontag.organizations.models import User


def lead(card: Card) -> HttpResponse:
    """To the page in which card after card opens, with this one open."""
    review = reverse("admin:audits_batch_review", args=[card.batch_id])
    return HttpResponseRedirect(f"{review}?cartao={card.pk}")


def author(request: HttpRequest) -> User:
    """The logged-in person; the admin has let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError(request.user)
    return request.user
