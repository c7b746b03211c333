"""Ledger entries that stand, because the word "sem nota" that each belongs to stands."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from conciliacontag.organizations.models import Organization
from reconciliation.desk.models import Entry
from reconciliation.models import Reconciliation, ReconciliationStatus


def standing_entries(organization: Organization) -> "QuerySet[Entry]":
    """Entries whose decision has neither been taken back nor given way to another."""
    said = Reconciliation.objects.by_people().filter(
        transaction=OuterRef("transaction"),
        link=OuterRef("link"),
        status=ReconciliationStatus.UNMATCHED,
    )
    return Entry.objects.filter(Exists(said), organization=organization)


def entries_between(organization: Organization, first: date, last: date) -> "QuerySet[Entry]":
    """Entries of the bank lines of some days, both of them included."""
    return standing_entries(organization).filter(transaction__date__range=(first, last))
