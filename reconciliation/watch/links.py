"""Where each list of a month is seen: every count that is shown leads to its rows."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from conciliacontag.organizations.models import Organization


def in_scope(organization: Organization, month: date, name: str, *args: str, **more: str) -> str:
    """A page of the site for one company and month."""
    chosen = {"empresa": organization.tenant_key, "competencia": f"{month:%Y-%m}"} | more
    return f"{reverse(f'admin:{name}', args=args)}?{urlencode(chosen)}"


def list_link(organization: Organization, month: date, code: str, group: str = "") -> str:
    more = {"grupo": group} if group else {}
    return in_scope(organization, month, "reconciliation_watch_list", code, **more)
