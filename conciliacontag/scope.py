"""The company and the month a person is looking at.

The address names them (`?empresa=padaria-aurora&competencia=2026-10`), so a link shows the same
thing to a colleague; the session remembers them from page to page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.http import HttpRequest
from django.utils import timezone

from conciliacontag.organizations.models import Organization, User

COMPANY = "empresa"
MONTH = "competencia"
PARAMETERS = (COMPANY, MONTH)
MONTHS_OFFERED = 24
NAMES = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)


@dataclass(frozen=True)
class Scope:
    """What was chosen; no company means all of the person's, no month means all of time."""

    organizations: Sequence[Organization] = ()
    organization: Organization | None = None
    month: date | None = None

    @cached_property
    def shown(self) -> list[Organization]:
        return [self.organization] if self.organization else list(self.organizations)

    @property
    def is_several(self) -> bool:
        return len(self.shown) > 1

    @property
    def months(self) -> list[tuple[str, str]]:
        """The months the top bar offers, newest first, the chosen one among them."""
        newest = max(timezone.localdate().replace(day=1), self.month or date.min)
        offered = [newest]
        while len(offered) < MONTHS_OFFERED:
            offered.append(previous_month(offered[-1]))
        if self.month and self.month not in offered:
            offered.append(self.month)
        return [(f"{month:%Y-%m}", spell_month(month)) for month in offered]

    @property
    def month_value(self) -> str:
        return f"{self.month:%Y-%m}" if self.month else ""

    @property
    def month_name(self) -> str:
        return spell_month(self.month) if self.month else "todos os meses"


def scope_of(request: HttpRequest) -> Scope:
    """Read the choice once a request: the address first, then what the session remembers."""
    known = getattr(request, "_scope", None)
    if isinstance(known, Scope):
        return known
    user = getattr(request, "user", None)
    scope = choose(request) if isinstance(user, User) else Scope()
    request._scope = scope  # type: ignore[attr-defined]
    return scope


def choose(request: HttpRequest) -> Scope:
    for name in PARAMETERS:
        if name in request.GET and request.session.get(name) != request.GET[name]:
            request.session[name] = request.GET[name]
    organizations = list(Organization.objects.order_by("name"))
    wanted = request.session.get(COMPANY, "")
    found = [row for row in organizations if row.tenant_key == wanted]
    if len(organizations) == 1:
        found = organizations
    return Scope(organizations, found[0] if found else None, as_month(request.session.get(MONTH)))


def as_month(text: str | None) -> date | None:
    """`2026-10` as its first day; anything else is no month."""
    if not text or not re.fullmatch(r"(19|20)\d{2}-(0[1-9]|1[0-2])", text):
        return None
    return date(int(text[:4]), int(text[5:]), 1)


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous_month(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def spell_month(month: date) -> str:
    return f"{NAMES[month.month - 1]} de {month.year}"
