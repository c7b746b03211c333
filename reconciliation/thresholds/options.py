"""What an organization lets the engine do: the one place where its options are made."""

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
