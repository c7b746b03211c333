"""Where each line of the checklist is resolved."""

from datetime import date

from conciliacontag.organizations.models import Organization
from conciliacontag.scope import previous_month
from reconciliation.desk.queue import HELD, SUGGESTED
from reconciliation.periods.checklist import Item
from reconciliation.screens.desk_queue import STATE
from reconciliation.watch.links import in_scope, list_link

PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "files_waiting": ("ingestion_delivery_jobs", {}),
    "files_reread": ("ingestion_sourcefile_changelist", {}),
    "run_active": ("reconciliation_run_changelist", {}),
    "files_failed": ("ingestion_sourcefile_changelist", {"status__exact": "failed"}),
    "proposals": ("reconciliation_desk", {STATE: SUGGESTED}),
    "held": ("reconciliation_desk", {STATE: HELD}),
}


def item_link(organization: Organization, month: date, item: Item) -> str:
    """The page whose list the item counts."""
    if item.code == "earlier_month":
        return in_scope(organization, previous_month(month), "reconciliation_month")
    if item.code in PAGES:
        name, more = PAGES[item.code]
        return in_scope(organization, month, name, **more)
    return list_link(organization, month, item.code)
