"""The thresholds that an organization has set for its runs."""

from django.db import models
from django.db.models import F, Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User

# Below this, one booking in five would be expected to be wrong: that is for people to say.
LEAST_ACCEPT, MOST_ACCEPT = 80, 100
LEAST_PROPOSE = 2  # what the engine finds less probable it does not even keep


class Thresholds(models.Model):
    """The points that an organization's runs book and propose from; without a row, the engine's.

    The trail tells who set what before.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.OneToOneField(
        Organization, models.PROTECT, related_name="thresholds", verbose_name="empresa"
    )
    accept_at = models.DecimalField("conciliar a partir de", max_digits=5, decimal_places=2)
    propose_at = models.DecimalField("sugerir a partir de", max_digits=5, decimal_places=2)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="quem definiu")
    set_at = models.DateTimeField("definidos em", auto_now=True)

    class Meta:
        verbose_name = "limites"
        verbose_name_plural = "limites"
        constraints = [
            models.CheckConstraint(
                condition=Q(accept_at__gte=LEAST_ACCEPT, accept_at__lte=MOST_ACCEPT),
                name="thresholds_accept_in_range",
            ),
            models.CheckConstraint(
                condition=Q(propose_at__gte=LEAST_PROPOSE, propose_at__lt=F("accept_at")),
                name="thresholds_propose_below_accept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.accept_at} e {self.propose_at}"
