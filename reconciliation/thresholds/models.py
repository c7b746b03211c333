"""The thresholds that an organization has set, and suggestions accepted many at once."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User

# Below this, one booking in five would be expected to be wrong: that is for people to say.
LEAST_ACCEPT, MOST_ACCEPT = 80, 100
LEAST_UNSEEN = 50  # even odds: a suggestion below is never accepted with others
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


class Acceptance(models.Model):
    """Suggestions of so many points or more, looked at together and then accepted as one act.

    `lines` is what the person saw: each line with the mark of its suggestion. Only what is still
    the same is booked; `together` is the act in the log that takes all of it back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="empresa"
    )
    month = models.DateField("competência", null=True)  # its first day; none: of all time
    accept_at = models.DecimalField("a partir de", max_digits=5, decimal_places=2)
    lines: Any = models.JSONField("lançamentos vistos", default=list)  # [[line, mark], …]
    amount = models.DecimalField("soma", max_digits=20, decimal_places=2)
    left_out: Any = models.JSONField("de fora, por motivo", default=dict)
    left = models.PositiveIntegerField("para outra vez", default=0)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="vista por")
    asked_at = models.DateTimeField("vista em", auto_now_add=True)
    carried_out_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="aceita por"
    )
    carried_out_at = models.DateTimeField("aceita em", null=True)
    booked = models.PositiveIntegerField("conciliados", default=0)
    booked_amount = models.DecimalField(
        "soma conciliada", max_digits=20, decimal_places=2, default=0
    )
    refused: Any = models.JSONField("mudaram depois de vistos", default=list)
    together = models.UUIDField("ato no registro", null=True)

    class Meta:
        verbose_name = "aceite de sugestões"
        verbose_name_plural = "aceites de sugestões"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accept_at__gte=LEAST_UNSEEN, accept_at__lte=MOST_ACCEPT),
                name="acceptance_points_in_range",
            ),
            models.CheckConstraint(
                condition=Q(carried_out_at=None, carried_out_by=None, together=None, booked=0)
                | Q(carried_out_at__isnull=False, carried_out_by__isnull=False),
                name="acceptance_is_somebody_s",
            ),
            models.CheckConstraint(
                condition=Q(booked=0, together=None) | Q(booked__gt=0, together__isnull=False),
                name="acceptance_books_as_one_act",
            ),
        ]

    def __str__(self) -> str:
        return f"Sugestões com {self.accept_at} pontos ou mais"

    @property
    def is_carried_out(self) -> bool:
        return self.carried_out_at is not None
