"""All lists of one company's month, and one of them by its code."""

from datetime import date

from conciliacontag.errors import NotFound
from conciliacontag.organizations.models import Organization
from reconciliation.watch.lines import line_lists
from reconciliation.watch.model import WatchList
from reconciliation.watch.money import money_lists
from reconciliation.watch.papers import paper_lists


def watch_month(organization: Organization, month: date) -> list[WatchList]:
    """Every list, also the empty ones. Nothing is stored: each call looks again.

    Args:
        month: its first day.
    """
    return [
        *line_lists(organization, month),
        *paper_lists(organization, month),
        *money_lists(organization, month),
    ]


def watch_list(organization: Organization, month: date, code: str) -> WatchList:
    """One list.

    Raises:
        NotFound: there is none of that code.
    """
    for one in watch_month(organization, month):
        if one.code == code:
            return one
    raise NotFound("Esta lista não existe. Veja os códigos em /v1/watch.", code="list_unknown")
