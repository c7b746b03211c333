"""Places that files are fetched from by themselves, and every item that was dealt with there."""

import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from conciliacontag.secrets import unseal
from ingestion.models.files import SourceFile
from ingestion.sources.model import Access

SHORTEST_INTERVAL = 60  # seconds; the clock looks no more often
MOST_DOUBLED = 4


class SourceKind(models.TextChoices):
    FOLDER = "folder", "Pasta do servidor"
    BUCKET = "bucket", "Bucket S3"
    SFTP = "sftp", "SFTP"
    MAIL = "mail", "E-mail (IMAP)"


class SourceQuerySet(models.QuerySet["Source"]):
    def due(self) -> Self:
        """Switched on, free, and its time has come."""
        return self.free().filter(next_run_at__lte=timezone.now())

    def free(self) -> Self:
        """Switched on, and no living worker holds the lease."""
        held = Q(locked_until__gte=timezone.now())
        return self.filter(~held | Q(locked_until=None), enabled=True)


class Source(models.Model):
    """One place, with what is needed to read it; the secrets rest sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="sources", verbose_name="empresa"
    )
    kind = models.CharField("tipo", max_length=6, choices=SourceKind)
    name = models.CharField("nome", max_length=80)
    settings = models.JSONField("configuração", default=dict)
    secret = models.TextField("segredos cifrados", blank=True)
    token_hash = models.CharField("SHA-256 do token", max_length=64, blank=True)
    enabled = models.BooleanField("ligada", default=True)
    interval = models.PositiveIntegerField("intervalo em segundos", default=300)
    next_run_at = models.DateTimeField("próxima leitura", default=timezone.now)
    last_run_at = models.DateTimeField("última leitura", null=True)
    last_result = models.JSONField("último resultado", default=dict)
    attempts = models.PositiveSmallIntegerField("falhas seguidas", default=0)
    locked_until = models.DateTimeField("reservada até", null=True)
    created_at = models.DateTimeField("criada em", auto_now_add=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = "entrada automática"
        verbose_name_plural = "entradas automáticas"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="source_own_name"),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="source_own_token"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SourceKind.values), name="source_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(interval__gte=SHORTEST_INTERVAL), name="source_patient"
            ),
        ]
        indexes = [
            models.Index(fields=["next_run_at"], condition=Q(enabled=True), name="source_due")
        ]

    def __str__(self) -> str:
        return self.name

    def secrets(self) -> Mapping[str, str]:
        """The secrets in the clear, for the connection alone; never shown."""
        return dict(json.loads(unseal(self.secret))) if self.secret else {}

    def access(self) -> Access:
        return Access(self.organization.tenant_key, self.settings, self.secrets())

    @property
    def pause(self) -> timedelta:
        """How long until the next look: the interval, doubled by each failure after the first."""
        return timedelta(seconds=self.interval * 2 ** min(max(self.attempts - 1, 0), MOST_DOUBLED))


class ItemStatus(models.TextChoices):
    RECEIVED = "received", "Recebido"
    SKIPPED = "skipped", "Deixado"
    FAILED = "failed", "Recusado"


class SourceItem(models.Model):
    """One item of a place, dealt with once: its identity never comes a second time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(
        Source, models.CASCADE, related_name="items", db_index=False, verbose_name="entrada"
    )
    identity = models.CharField("SHA-256 da identidade", max_length=64)
    name = models.CharField("nome", max_length=1024)
    status = models.CharField("situação", max_length=8, choices=ItemStatus)
    file = models.ForeignKey(
        SourceFile, models.SET_NULL, null=True, related_name="+", verbose_name="arquivo"
    )
    message = models.TextField("o que houve", blank=True)
    created_at = models.DateTimeField("quando", auto_now_add=True)

    class Meta:
        verbose_name = "item de entrada"
        verbose_name_plural = "itens de entradas"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "identity"], name="sourceitem_once"),
            models.CheckConstraint(
                condition=Q(status__in=ItemStatus.values), name="sourceitem_known_status"
            ),
        ]
        indexes = [models.Index(fields=["source", "-created_at"], name="sourceitem_newest")]

    def __str__(self) -> str:
        return self.name


def digest(identity: str) -> str:
    """An identity of any length as it is stored; names of the disk may not be text."""
    return sha256(identity.encode(errors="surrogateescape")).hexdigest()
