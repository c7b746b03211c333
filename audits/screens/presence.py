"""What an open card asks every few seconds: who else is looking at it?"""

from django.http import HttpRequest, HttpResponse, JsonResponse

from audits.models import Card
from conciliacontag.page_calls import author
from conciliacontag.pages import FactAdmin
from conciliacontag.presence import touch


def say(model_admin: FactAdmin, request: HttpRequest, card: Card) -> HttpResponse:
    """`{"others": ["Ana"]}`; nothing is stored in the database."""
    return JsonResponse({"others": touch(card.pk, author(request))})


ROUTES = (("POST", "presenca", "audits_card_presence", say),)
