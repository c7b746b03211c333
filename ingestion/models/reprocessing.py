"""Reading again what was read before, as a job with a row for each file."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.models.files import SourceFile


class JobStatus(models.TextChoices):
    PENDING = "pending", "Na fila"
    PROCESSING = "processing", "Em andamento"
    COMPLETED = "completed", "Concluída"
    COMPLETED_WITH_ERRORS = "completed_with_errors", "Concluída com erros"
    FAILED = "failed", "Falhou"


ACTIVE = Q(status__in=[JobStatus.PENDING, JobStatus.PROCESSING])


class ReprocessingQuerySet(models.QuerySet["Reprocessing"]):
    def active(self) -> Self:
        return self.filter(ACTIVE)

    def abandoned(self) -> Self:
        """Active, and no living worker holds the lease."""
        return self.active().filter(Q(locked_until=None) | Q(locked_until__lt=timezone.now()))


class Reprocessing(models.Model):
    """One request to read files again with today's readers, or with the version it names."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="reprocessings", verbose_name="empresa"
    )
    requested_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="pedida por",
    )
    status = models.CharField("situação", max_length=21, choices=JobStatus, default="pending")
    parser = models.CharField("lidos por", max_length=40, blank=True)
    use = models.CharField("ler com", max_length=40, blank=True)
    dry_run = models.BooleanField("só comparar", default=False)
    total = models.PositiveIntegerField("arquivos", default=0)
    done = models.PositiveIntegerField("arquivos lidos", default=0)
    error = models.TextField("erro", blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    locked_until = models.DateTimeField("reservada até", null=True)
    created_at = models.DateTimeField("pedida em", auto_now_add=True)
    finished_at = models.DateTimeField("concluída em", null=True)

    objects = ReprocessingQuerySet.as_manager()

    class Meta:
        verbose_name = "releitura"
        verbose_name_plural = "releituras"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=ACTIVE,
                name="reprocessing_one_active_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(status__in=JobStatus.values), name="reprocessing_known_status"
            ),
            models.CheckConstraint(
                condition=(ACTIVE & Q(finished_at=None)) | (~ACTIVE & ~Q(finished_at=None)),
                name="reprocessing_finished_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=F("total")), name="reprocessing_done_within_total"
            ),
        ]
        indexes = [
            models.Index(fields=["locked_until"], condition=ACTIVE, name="reprocessing_waiting")
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.created_at):%d/%m/%Y %H:%M}"

    @property
    def is_active(self) -> bool:
        return self.status in (JobStatus.PENDING, JobStatus.PROCESSING)


class Rereading(models.Model):
    """One stored upload of a reprocessing: how far it was read again and what that changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    reprocessing = models.ForeignKey(
        Reprocessing,
        models.CASCADE,
        related_name="rereadings",
        db_index=False,
        verbose_name="releitura",
    )
    file = models.ForeignKey(
        SourceFile, models.CASCADE, related_name="rereadings", verbose_name="arquivo"
    )
    only = models.JSONField("só estes do pacote", null=True)  # ids of members; null: everything
    members_read = models.PositiveIntegerField("arquivos já lidos", default=0)
    before = models.JSONField("antes", default=dict)
    after = models.JSONField("depois", default=dict)
    changed = models.JSONField("campos alterados", default=dict)  # {field: how many rows}
    missing = models.PositiveIntegerField("não voltaram", default=0)
    error_code = models.CharField("código do erro", max_length=40, blank=True)
    error = models.TextField("erro", blank=True)
    finished_at = models.DateTimeField("lido em", null=True)

    class Meta:
        verbose_name = "arquivo relido"
        verbose_name_plural = "arquivos relidos"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reprocessing", "file"], name="rereading_once_per_file"
            ),
        ]

    def __str__(self) -> str:
        return str(self.file_id)
