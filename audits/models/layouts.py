"""Versions of layouts that an organization made its own."""

from django.db import models
from django.db.models import Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User


class LayoutVersion(models.Model):
    """One version of a layout, written once; batches keep a copy of the one they were opened with.

    Version 1 of a shipped layout is the shipped one, so an organization's own begin with 2.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="layouts", verbose_name="empresa"
    )
    key = models.SlugField("chave", max_length=40)
    version = models.PositiveIntegerField("versão")
    name = models.CharField("nome", max_length=120)
    definition = models.JSONField("definição")
    note = models.CharField("o que mudou", max_length=512, blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="quem gravou"
    )
    created_at = models.DateTimeField("gravado em", auto_now_add=True)

    class Meta:
        verbose_name = "versão de leiaute"
        verbose_name_plural = "leiautes"
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key", "version"], name="layout_version_written_once"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="layout_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (versão {self.version})"
