"""What is open and what was decided, read once for a page or an answer."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from conciliacontag.organizations.models import Organization
from reconciliation.thresholds.consequences import Consequence, Judged, Offer, bands, ladder
from reconciliation.thresholds.history import judgements
from reconciliation.thresholds.proposals import proposals


@dataclass(frozen=True)
class Figures:
    """The suggestions of a month, or of all time, beside what people said of earlier ones.

    The measured error is always that of all time: of a month alone it would say little.
    """

    organization: Organization
    month: date | None = None

    @cached_property
    def offers(self) -> list[Offer]:
        return [one.offer for one in proposals(self.organization, self.month)]

    @cached_property
    def judged(self) -> list[Judged]:
        return list(judgements(self.organization))

    def places(self) -> list[Consequence]:
        """The consequence of every place of the slider, from the lowest on."""
        return ladder(self.offers, self.judged)

    def bands(self) -> list[Consequence]:
        """By band of points, the surest first."""
        return bands(self.offers, self.judged)
