"""The request to a client, for one company and month as they are now."""

from datetime import date

from django.utils import timezone

from conciliacontag.bank_days import bank_days_after
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import spell_month
from reconciliation.watch.lists import watch_month
from reconciliation.watch.request import ClientRequest, client_request

DAYS_TO_ANSWER = 5  # bank days


def month_request(organization: Organization, month: date) -> ClientRequest:
    """What the client is asked for today, and until when."""
    return client_request(
        organization.name,
        spell_month(month),
        watch_month(organization, month),
        answer_by=bank_days_after(timezone.localdate(), DAYS_TO_ANSWER),
    )


def file_name(organization: Organization, month: date, kind: str) -> str:
    return f"pendencias-{organization.tenant_key}-{month:%Y-%m}.{kind}"
