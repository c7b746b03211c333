"""What may stand behind the "?" of an API address: what the description of the call names.

A name that nobody knows would be passed over in silence, and the answer would be about something
else than what was asked: another company's filter, a `dry_run` that was none. It is refused, for
every call of every app alike, before anything is done. The description itself says what is known,
so a parameter that a view reads and does not describe is found by its first test.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.settings import spectacular_settings
from rest_framework.views import APIView

from conciliacontag.api.envelope import answer
from conciliacontag.errors import InvalidInput

Handler = Callable[[HttpRequest], HttpResponse]
Generator: Any = SchemaGenerator  # the library has no types
Registry: Any = ComponentRegistry
ALIKE = 0.5  # from 0 to 1: how much of a misspelt name has to be right
LONGEST_NAME, MOST_NAMED = 60, 20


def only_known_parameters(handle: Handler) -> Handler:
    """Refuse a call whose address has parameters that its description does not name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return handle(request)

    def process_view(
        request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.GET:
            return None
        known = known_parameters(view, "GET" if request.method == "HEAD" else str(request.method))
        unknown = [] if known is None else [name for name in request.GET if name not in known]
        return answer(request, refused(unknown, known or ())) if unknown else None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


@lru_cache(maxsize=1024)  # methods are whatever a caller writes
def known_parameters(view: Any, method: str) -> tuple[str, ...] | None:
    """The names that the description of a call gives to its query, in alphabetical order.

    Returns:
        None for what is no call of the API, and for a method that the view does not have.
    """
    kind = getattr(view, "cls", None)
    is_ours = isinstance(kind, type) and issubclass(kind, APIView) and kind.schema is not None
    if not is_ours or not hasattr(kind, method.lower()):
        return None
    generator = Generator()  # it keeps alive what the view knows of its description
    made = generator.create_view(view, method)
    made.request = spectacular_settings.GET_MOCK_REQUEST(method, "/", made, None)
    with GENERATOR_STATS.silence():
        described = made.schema.get_operation("/", "/", "", method, Registry())
    if described is None:
        return None
    listed = described.get("parameters", [])
    return tuple(sorted(one["name"] for one in listed if one["in"] == "query"))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; "" when none looks like it."""
    folded, names = name.casefold(), sorted(known)
    begun = [one for one in names if one.startswith(folded) or folded.startswith(one)]
    alike = begun if folded else []
    return next(iter(alike or get_close_matches(folded, names, n=1, cutoff=ALIKE)), "")


def refused(unknown: Iterable[str], known: Iterable[str]) -> InvalidInput:
    """What is told of names that are not known."""
    names = sorted(known)
    said = [name[:LONGEST_NAME] for name in list(unknown)[:MOST_NAMED]]
    meant = {name: found for name in said if (found := nearest(name, names))}
    there = f"Os que existem: {', '.join(names)}." if names else "Esta chamada não tem nenhum."
    fields = {
        name: [{"code": "unknown_parameter", "message": f"{told(name, meant)} {there}"}]
        for name in said
    }
    message = f"{' '.join(told(name, meant) for name in said)} {there} Corrija o endereço e repita."
    details = {"fields": fields, "known": names, "nearest": meant}
    return InvalidInput(message, code="unknown_parameter", details=details)


def told(name: str, meant: dict[str, str]) -> str:
    guess = f" Será “{meant[name]}”?" if name in meant else ""
    return f"O parâmetro “{name}” não existe neste endereço.{guess}"
