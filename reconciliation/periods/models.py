"""A month of a company that was closed, and perhaps opened again."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from conciliacontag.scope import spell_month

IN_FORCE = Q(reopened_at=None)


class ClosingQuerySet(models.QuerySet["Closing"]):
    def in_force(self) -> Self:
        """Not opened again: what they cover is locked."""
        return self.filter(IN_FORCE)

    def of(self, organization: Organization, month: date) -> Self:
        return self.filter(organization=organization, starts_on=month)


class Closing(models.Model):
    """One closing of one month. Opening the month again ends it, and closing again makes another.

    While it is in force, triggers refuse what would change the month (see migration
    `closed_periods`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="closings", verbose_name="empresa"
    )
    starts_on = models.DateField("competência")  # first day of the month
    ends_before = models.DateField("até antes de")  # first day of the month after
    closed_at = models.DateTimeField("fechado em")
    closed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="fechado por"
    )
    reason = models.CharField("motivo", max_length=512)
    left_open = models.JSONField(
        "em aberto ao fechar", default=list
    )  # [{"code", "title", "count"}]
    figures = models.JSONField("números ao fechar", default=dict)
    reopened_at = models.DateTimeField("reaberto em", null=True, blank=True)
    reopened_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="reaberto por"
    )
    reopening_reason = models.CharField("motivo da reabertura", max_length=512, blank=True)

    objects = ClosingQuerySet.as_manager()

    class Meta:
        verbose_name = "fechamento"
        verbose_name_plural = "fechamentos"
        ordering = ["-starts_on", "-closed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "starts_on"],
                condition=IN_FORCE,
                name="closing_once_in_force",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__day=1, ends_before__day=1, ends_before__gt=F("starts_on")),
                name="closing_covers_a_month",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="closing_has_a_reason"),
            models.CheckConstraint(
                condition=Q(reopened_at=None, reopened_by=None, reopening_reason="")
                | (~Q(reopened_at=None) & ~Q(reopened_by=None) & ~Q(reopening_reason="")),
                name="closing_reopened_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Fechamento de {spell_month(self.starts_on)}"

    @property
    def is_in_force(self) -> bool:
        return self.reopened_at is None

    @property
    def period(self) -> str:
        """`2026-10`."""
        return f"{self.starts_on:%Y-%m}"
