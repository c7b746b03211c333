"""The site's addresses, and some whose views fail in ways that have to be answered well."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from rest_framework.request import Request
from rest_framework.views import APIView

from conciliacontag import urls
from conciliacontag.errors import Conflict


def divide(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(1 // 0))


def refuse(request: HttpRequest) -> HttpResponse:
    raise Conflict("O lote está fechado.", code="batch_closed", details={"batch": "1"})


def forbid(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def read_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("name", ""))


class InvalidModel(APIView):
    permission_classes = ()

    def get(self, request: Request) -> HttpResponse:
        raise ValidationError({"cnpj": ValidationError("O CNPJ não confere.", code="cnpj_dv")})


urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/divide", divide),
    path("v1/refuse", refuse),
    path("v1/invalid", InvalidModel.as_view()),
    path("divide", divide),
    path("refuse", refuse),
    path("forbid", forbid),
    path("form", read_form),
    path("", include(urls.urlpatterns)),
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
