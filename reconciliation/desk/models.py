"""What people did to lines at the desk: put aside, entered, and what gave way to decisions."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.desk.answers import Posting


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


class Entry(models.Model):
    """The ledger entry of a bank line that no document explains, as a person wrote it.

    It belongs to the word "sem nota" with the same link, and stands as long as that word does.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="empresa"
    )
    transaction = models.ForeignKey(
        Transaction, models.CASCADE, related_name="+", verbose_name="lançamento"
    )
    link = models.UUIDField("vínculo da decisão", unique=True)
    amount = models.DecimalField("valor", max_digits=20, decimal_places=2)
    debit = models.CharField("débito", max_length=40, blank=True)
    credit = models.CharField("crédito", max_length=40, blank=True)
    history = models.CharField("histórico", max_length=40, blank=True)
    text = models.CharField("texto", max_length=512)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="por")
    written_at = models.DateTimeField("em", auto_now_add=True)

    class Meta:
        verbose_name = "lançamento contábil"
        verbose_name_plural = "lançamentos contábeis"
        ordering = ["-written_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_moves_money"),
            models.CheckConstraint(
                condition=~Q(debit="", credit="") & ~Q(debit=F("credit")),
                name="entry_names_an_account",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-written_at"], name="entry_newest")]

    def __str__(self) -> str:
        return self.posting.told

    @property
    def posting(self) -> Posting:
        return Posting(self.debit, self.credit, self.history, self.text)


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
