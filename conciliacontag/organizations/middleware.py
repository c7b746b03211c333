"""Each request of a screen sees the organizations of the person who is logged in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from conciliacontag.database import show
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import User
from conciliacontag.visibility import visible

Handler = Callable[[HttpRequest], HttpResponse]


def visible_organizations(handle: Handler) -> Handler:
    """Set what a request may see, and take it back before the thread serves the next one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        before = visible.get()
        show("")
        try:
            if isinstance(request.user, User):
                look_around(request.user)
            return handle(request)
        finally:
            show(before)

    return middleware
