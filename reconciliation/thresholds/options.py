"""What an organization lets the engine do: the one place where its options are made."""

from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce

from conciliacontag.organizations.models import Organization
from reconciliation.engine import Options
from reconciliation.thresholds.models import Thresholds

DEFAULTS = Options()


def options_of(organization: Organization) -> Options:
    """The organization's thresholds, or the engine's own where nobody has set any."""
    kept = Thresholds.objects.filter(organization=organization).first()
    if kept is None:
        return DEFAULTS
    return Options(accept_at=kept.accept_at, propose_at=kept.propose_at)


def least_proposed(organization: Organization) -> Coalesce:
    """The points from which on a candidate is a suggestion, for conditions on rows."""
    kept = Thresholds.objects.filter(organization=organization.pk).values("propose_at")
    return Coalesce(Subquery(kept[:1]), Value(DEFAULTS.propose_at))
