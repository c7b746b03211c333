"""How long an organization keeps batches that have left."""

from django.db import models
from django.db.models import Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User


class Retention(models.Model):
    """Exported batches of the organization are cleaned up this long after their last export."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.OneToOneField(
        Organization, models.PROTECT, related_name="retention", verbose_name="empresa"
    )
    days = models.PositiveIntegerField("dias depois da exportação")
    changed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="quem definiu"
    )
    changed_at = models.DateTimeField("definido em", auto_now=True)

    class Meta:
        verbose_name = "prazo de guarda"
        verbose_name_plural = "prazos de guarda"
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1), name="retention_at_least_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.days} dias"
