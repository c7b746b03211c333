"""What a bank line waits for, said once: the desk, the figures, the checklist and the watch agree.

Conditions on bank lines. What a run found less probable than the organization's own threshold is
a candidate and no suggestion: the line counts as one without. What a person put together, and
what the machine warns of, is to be decided whatever its points.
"""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from reconciliation.desk.models import Hold
from reconciliation.models import (
    MATCHED,
    Reconciliation,
    ReconciliationQuerySet,
    ReconciliationStatus,
)
from reconciliation.thresholds.options import DEFAULTS

# The points of each row's own company; whoever asks about one company knows them beforehand.
LEAST = Coalesce(F("organization__thresholds__propose_at"), Value(DEFAULTS.propose_at))


def links() -> ReconciliationQuerySet:
    """Everything that links the line of the row outside."""
    return Reconciliation.objects.filter(transaction=OuterRef("pk"))


def suggested(least: Any = LEAST) -> Exists:
    """Whether a line has a suggestion to be decided.

    Args:
        least: the points from which on a candidate is one.
    """
    is_likely = Q(score__gte=least) | Q(performed_by__isnull=False) | ~Q(alert="")
    return Exists(links().filter(is_likely, status=ReconciliationStatus.PARTIAL))


SUGGESTED = suggested()
# A person said that there is no document: nobody waits for one any more.
ANSWERED = Exists(links().by_people().filter(status=ReconciliationStatus.UNMATCHED))
HELD = Exists(Hold.objects.filter(transaction=OuterRef("pk")))
# A warning about it that nobody has answered, also where the line itself is reconciled.
WARNED = Exists(links().exclude(alert="").exclude(MATCHED))
