"""Artefacts that leave, and the record of a batch that was cleaned up."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from audits.models.batches import Batch
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User


class ExportStatus(models.TextChoices):
    RUNNING = "running", "Em andamento"
    DONE = "done", "Pronta"
    FAILED = "failed", "Falhou"


class Export(models.Model):
    """One revision of a batch's corrected file, with the manifest that proves it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="empresa"
    )
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="exports", verbose_name="lote")
    revision = models.PositiveIntegerField("revisão")
    status = models.CharField(
        "situação", max_length=7, choices=ExportStatus, default=ExportStatus.RUNNING
    )
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="pedida por"
    )
    csv_path = models.CharField("CSV guardado em", max_length=400, blank=True)
    csv_sha256 = models.CharField("SHA-256 do CSV", max_length=64, blank=True)
    csv_size = models.BigIntegerField("tamanho do CSV", null=True)
    manifest_path = models.CharField("manifesto guardado em", max_length=400, blank=True)
    manifest_sha256 = models.CharField("SHA-256 do manifesto", max_length=64, blank=True)
    manifest = models.JSONField("manifesto", default=dict)
    error = models.TextField("erro", blank=True)
    locked_until = models.DateTimeField("reservada até", null=True)
    created_at = models.DateTimeField("pedida em", auto_now_add=True)
    finished_at = models.DateTimeField("pronta em", null=True)

    class Meta:
        verbose_name = "exportação"
        verbose_name_plural = "exportações"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch"],
                condition=Q(status=ExportStatus.RUNNING),
                name="export_one_running_per_batch",
            ),
            models.UniqueConstraint(
                fields=["batch", "revision"],
                condition=Q(status=ExportStatus.DONE),
                name="export_one_artefact_per_revision",
            ),
            models.CheckConstraint(
                condition=~Q(status=ExportStatus.DONE)
                | Q(csv_size__isnull=False, finished_at__isnull=False),
                name="export_done_has_an_artefact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} · revisão {self.revision}"


class ClosingRecords(models.Manager["ClosingRecord"]):
    def get_queryset(self) -> "models.QuerySet[ClosingRecord]":
        # A manifest may have a hundred megabytes, and is asked for alone.
        return super().get_queryset().defer("manifest", "packed_manifest")


class ClosingRecord(models.Model):
    """What remains of a batch: who cleaned it up, when, what was in it, its last manifest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="empresa"
    )
    batch_id = models.UUIDField("lote", unique=True)
    name = models.CharField("nome", max_length=200)
    closed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="quem limpou"
    )
    closed_at = models.DateTimeField("limpo em", auto_now_add=True)
    counts = models.JSONField("quantidades", default=dict)
    removed = models.JSONField("arquivos removidos", default=list)
    # As the export's row had it; that of a large batch is whole in the bytes alone.
    manifest = models.JSONField("último manifesto", default=dict)
    packed_manifest = models.BinaryField("último manifesto, como saiu", default=b"")  # gzip
    manifest_sha256 = models.CharField("SHA-256 do manifesto", max_length=64, blank=True)

    objects = ClosingRecords()

    class Meta:
        verbose_name = "registro de encerramento"
        verbose_name_plural = "registros de encerramento"
        ordering = ["-closed_at"]

    def __str__(self) -> str:
        return self.name


class Removal(models.Model):
    """A stored object that must go. Written with the change, carried out after the commit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    key = models.CharField("objeto", max_length=400, unique=True)
    due_at = models.DateTimeField("a partir de", default=timezone.now)
    created_at = models.DateTimeField("pedida em", auto_now_add=True)

    class Meta:
        verbose_name = "remoção"
        verbose_name_plural = "remoções"

    def __str__(self) -> str:
        return self.key
