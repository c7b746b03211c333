"""What stays when a batch is cleaned up: who decided what, and when."""

from django.db import models
from django.db.models import Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User


class Verdict(models.TextChoices):
    ACCEPT = "accept", "Aceitou um documento"
    NO_DOCUMENT = "no_document", "Sem nota"
    CORRECT = "correct", "Corrigiu campos"
    AS_READ = "as_read", "Confirmou como lido"
    NOTE = "note", "Anotou"
    SKIP = "skip", "Pulou"
    REOPEN = "reopen", "Reabriu"
    UNDO = "undo", "Desfez"


class Decision(models.Model):
    """One submit by one person, never changed. It points at cards that may be gone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    batch_id = models.UUIDField("lote")
    card_id = models.UUIDField("cartão")
    line = models.PositiveIntegerField("linha")
    verdict = models.CharField("decisão", max_length=11, choices=Verdict)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="quem")
    # Whom a client's program names as the person at its screen; the author answers for it.
    on_behalf_of = models.CharField("em nome de", max_length=64, blank=True)
    # The decision that this one takes back; never a column of that one, which stays as it was.
    undoes = models.UUIDField("desfaz", null=True)
    # Shared by what one answer said about many cards, and by what took it back from all of them.
    together = models.UUIDField("de uma vez com", null=True)
    status_before = models.CharField("situação antes", max_length=8, blank=True)
    version_seen = models.PositiveIntegerField("versão vista")
    score_seen = models.DecimalField("pontos vistos", max_digits=5, decimal_places=2, null=True)
    before = models.JSONField("antes", default=dict)
    after = models.JSONField("depois", default=dict)
    note = models.CharField("por quê", max_length=512, blank=True)
    at = models.DateTimeField("quando", auto_now_add=True)

    class Meta:
        verbose_name = "decisão"
        verbose_name_plural = "decisões"
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["card_id", "at"]),
            models.Index(fields=["batch_id"]),
            models.Index(
                fields=["together"], condition=Q(together__isnull=False), name="decision_together"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["undoes"], condition=Q(undoes__isnull=False), name="decision_undone_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.UNDO) ^ Q(undoes=None), name="decision_undo_names_which"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} (linha {self.line})"
