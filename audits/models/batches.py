"""A batch, its cards, and the answers people give."""

from functools import cached_property
from typing import Self

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from audits.issues import OTHER
from audits.layouts import Layout, bind, read_definition
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.models import Run


class BatchStatus(models.TextChoices):
    PENDING = "pending", "Recebido"
    IN_REVIEW = "in_review", "Em revisão"
    READY = "ready", "Revisado"
    EXPORTED = "exported", "Exportado"


class Batch(models.Model):
    """A table of results of which a person must check some rows. Clean-up removes the row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="batches", verbose_name="empresa"
    )
    run = models.OneToOneField(
        Run, models.PROTECT, null=True, related_name="batch", verbose_name="execução"
    )
    name = models.CharField("nome", max_length=200)
    layout = models.CharField("leiaute", max_length=40)
    layout_version = models.PositiveIntegerField("versão do leiaute", default=1)
    # As it was when the batch was opened, whatever becomes of the layout.
    definition = models.JSONField("definição do leiaute", default=dict)
    header = models.JSONField("cabeçalho do arquivo", default=list)
    filename = models.CharField("arquivo", max_length=255, default="Results.csv")
    rows = models.PositiveIntegerField("linhas do arquivo", default=0)
    # Members of the package of images that are no images, by name.
    left_out = models.JSONField("deixados de fora", default=list)
    status = models.CharField(
        "situação", max_length=9, choices=BatchStatus, default=BatchStatus.PENDING
    )
    original_path = models.CharField("original guardado em", max_length=400)
    original_sha256 = models.CharField("SHA-256 do original", max_length=64)
    original_size = models.BigIntegerField("tamanho do original")
    revision = models.PositiveIntegerField("revisão", default=1)
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="aberto por"
    )
    exported_at = models.DateTimeField("exportado em", null=True)
    exported_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="exportado por"
    )
    created_at = models.DateTimeField("criado em", auto_now_add=True)
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    class Meta:
        verbose_name = "lote"
        verbose_name_plural = "lotes"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=BatchStatus.values), name="batch_known_status"
            ),
            models.CheckConstraint(
                condition=~Q(status=BatchStatus.EXPORTED)
                | Q(exported_at__isnull=False, exported_by__isnull=False),
                name="batch_exported_names_who_and_when",
            ),
            # The same file sent again finds the batch that stands.
            models.UniqueConstraint(
                fields=["organization", "original_sha256", "layout"],
                condition=Q(run__isnull=True),
                name="batch_once_per_file",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-created_at", "-id"], name="batch_newest")]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def bound_layout(self) -> Layout:
        """The fields of this batch's file."""
        return bind(read_definition(self.definition), self.header)


class CardStatus(models.TextChoices):
    PENDING = "pending", "Pendente"
    RESOLVED = "resolved", "Decidido"
    REOPENED = "reopened", "Reaberto"


OPEN = Q(status__in=[CardStatus.PENDING, CardStatus.REOPENED])


class CardQuerySet(models.QuerySet["Card"]):
    def open(self) -> Self:
        """Still waiting for a person."""
        return self.filter(OPEN)

    def in_order(self) -> Self:
        """Worst first, pending before reopened before resolved, then as in the file."""
        return self.order_by("severity", "status", "line")

    def queue(self) -> Self:
        """What waits for a person, in the order of the file; what was skipped comes last."""
        return self.open().order_by(F("skipped_at").asc(nulls_first=True), "line")


class Card(models.Model):
    """One row of a batch with its evidence: the unit a person decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="cards", verbose_name="lote")
    line = models.PositiveIntegerField("linha")
    file_id = models.CharField("identificador", max_length=256)
    transaction = models.ForeignKey(
        Transaction,
        models.PROTECT,
        null=True,
        related_name="cards",
        verbose_name="lançamento",
    )
    issues = models.JSONField("dúvidas", default=list)
    raw_answers = models.JSONField("como foi lido", default=dict)
    candidates = models.JSONField("candidatos", default=list)
    status = models.CharField(
        "situação", max_length=8, choices=CardStatus, default=CardStatus.PENDING
    )
    severity = models.PositiveSmallIntegerField("gravidade", default=OTHER)
    version = models.PositiveIntegerField("versão", default=1)
    skipped_at = models.DateTimeField("pulado em", null=True)
    note = models.CharField("observação", max_length=512, blank=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    objects = CardQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["raw_answers", "candidates", "issues", "severity", "skipped_at"]
    )

    class Meta:
        verbose_name = "cartão"
        verbose_name_plural = "cartões"
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="card_one_per_line"),
            models.CheckConstraint(
                condition=Q(status__in=CardStatus.values), name="card_known_status"
            ),
        ]
        indexes = [models.Index(fields=["batch"], condition=OPEN, name="card_open")]

    def __str__(self) -> str:
        return f"Cartão da linha {self.line}"

    @property
    def is_open(self) -> bool:
        return self.status != CardStatus.RESOLVED

    @property
    def doubts(self) -> list[str]:
        """Its issues as people and clients read them: `q1: AB`, or a sentence."""
        return [issue["text"] for issue in self.issues]


class Response(models.Model):
    """One field of a card: what the machine read, and what a person says instead."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    card = models.ForeignKey(Card, models.CASCADE, related_name="responses", verbose_name="cartão")
    field = models.CharField("campo", max_length=100)
    read_value = models.TextField("lido", null=True, blank=True)  # noqa: DJ001 - null is "blank"
    corrected_value = models.TextField(  # noqa: DJ001 - null is "not corrected"
        "corrigido", null=True, blank=True
    )
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "correção"
        verbose_name_plural = "correções"
        ordering = ["field"]
        constraints = [
            models.UniqueConstraint(fields=["card", "field"], name="response_one_per_field")
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.corrected_value if self.is_corrected else self.read_value}"

    @property
    def is_corrected(self) -> bool:
        return self.corrected_value is not None and self.corrected_value != self.read_value
