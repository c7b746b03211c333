"""Where each number leads: the list of what it counts, on the screen and in the API."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from conciliacontag.organizations.models import Organization


def in_reports(
    name: str,
    *args: str,
    organization: Organization | None = None,
    month: date | None = None,
    **more: str,
) -> str:
    """A page of the reports; without a company, about all that the person looks at."""
    chosen = {"empresa": organization.tenant_key if organization else ""}
    chosen |= {"competencia": f"{month:%Y-%m}"} if month else {}
    return f"{reverse(f'admin:{name}', args=args)}?{urlencode(chosen | more)}"


def list_page(
    code: str,
    *,
    organization: Organization | None = None,
    month: date | None = None,
    **more: str,
) -> str:
    """The list of what a measure counts."""
    return in_reports(
        "reconciliation_report_list", code, organization=organization, month=month, **more
    )


def list_address(code: str, organization: Organization, month: date | None) -> str:
    """The same list over HTTP."""
    asked = {"organization_id": str(organization.pk)}
    asked |= {"period": f"{month:%Y-%m}"} if month else {}
    return f"/v1/reports/kpis/{code}?{urlencode(asked)}"
