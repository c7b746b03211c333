"""What a page shows when nobody has chosen a month, or when nothing has come yet."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Max, Q
from django.utils import timezone

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, SourceFile, Transaction


def newest_month(organizations: Iterable[Organization]) -> date:
    """The newest month with a note or with money that moved; this month without any."""
    theirs = Q(organization__in=list(organizations))
    days = (
        Transaction.objects.money().filter(theirs).aggregate(day=Max("date"))["day"],
        Document.objects.filter(theirs).aggregate(day=Max("issue_date"))["day"],
    )
    known = [day for day in days if day]
    return max(known, default=timezone.localdate()).replace(day=1)


def has_anything(organizations: Iterable[Organization]) -> bool:
    return SourceFile.objects.filter(organization__in=list(organizations)).exists()
