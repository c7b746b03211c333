"""What people did to lines at the desk: put aside, and what gave way to their decisions."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction


class Hold(models.Model):
    """A bank line that somebody wants to look into before it is decided: at most once a line."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="empresa"
    )
    transaction = models.OneToOneField(
        Transaction, models.CASCADE, related_name="hold", verbose_name="lançamento"
    )
    reason = models.CharField("motivo", max_length=512, blank=True)
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="por")
    held_at = models.DateTimeField("em", auto_now_add=True)

    class Meta:
        verbose_name = "lançamento a verificar"
        verbose_name_plural = "lançamentos a verificar"
        ordering = ["-held_at", "-id"]

    def __str__(self) -> str:
        return self.reason or "A verificar"


class Displaced(models.Model):
    """A row that gave way to a person's decision, kept so that undoing it brings the row back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="empresa"
    )
    transaction = models.ForeignKey(
        Transaction, models.CASCADE, related_name="+", verbose_name="lançamento"
    )
    link = models.UUIDField("vínculo da decisão", db_index=True)
    row = models.JSONField("conciliação como era", encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField("em", auto_now_add=True)

    class Meta:
        verbose_name = "proposta que deu lugar a uma decisão"
        verbose_name_plural = "propostas que deram lugar a decisões"
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.row.get("reason", ""))
