"""What the engine has learned of an organization, kept from one run to the next.

Held fixed, it makes what a run says of a line depend on that line and what competes with it alone:
a new statement moves nothing else. It is learned again, from all the rows of the last two years,
when the engine has changed or the rows have become a fifth more, and by every run with `force`.
"""

from datetime import timedelta

from django.utils import timezone

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Transaction
from reconciliation.engine import Known, from_bytes, learn, to_bytes
from reconciliation.models import Learned, Reconciliation, Run
from reconciliation.open_rows import all_documents, all_transactions
from reconciliation.versions import ENGINE

GROWTH = 1.2
REMEMBERED = timedelta(days=730)


def known_of(run: Run) -> Known | None:
    """What is known of the run's organization; None when it has to be learned anew."""
    if run.force:
        return None
    kept = Learned.objects.filter(organization=run.organization_id, engine=ENGINE).first()
    if kept is None or count_rows(run.organization) > kept.rows * GROWTH:
        return None
    return from_bytes(bytes(kept.content))


def learn_anew(run: Run) -> Known | None:
    """What the rows of two years teach; None when the run's own rows are all there is."""
    organization = run.organization
    booked = Reconciliation.objects.filter(organization=organization).matched()
    if run.force or not booked.exists():
        return None
    since = timezone.localdate() - REMEMBERED
    known = learn(all_documents(organization, since), list(all_transactions(organization, since)))
    if known is not None:
        keep(organization, known)
    return known


def keep(organization: Organization, known: Known) -> None:
    Learned.objects.update_or_create(
        organization=organization,
        defaults={
            "engine": ENGINE,
            "rows": count_rows(organization),
            "content": to_bytes(known),
        },
    )


def count_rows(organization: Organization) -> int:
    """Of both tables, as an index alone can count them."""
    documents = Document.objects.filter(organization=organization).count()
    return documents + Transaction.objects.filter(organization=organization).count()
