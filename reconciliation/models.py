"""Runs of the engine, and what links documents with transactions."""

from typing import Self

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils import timezone

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.desk.models import Entry as Entry
from reconciliation.desk.models import Hold as Hold
from reconciliation.periods.models import Closing as Closing
from reconciliation.rules.models import Rule as Rule
from reconciliation.thresholds.models import Thresholds as Thresholds


class RunStatus(models.TextChoices):
    QUEUED = "queued", "Na fila"
    RUNNING = "running", "Em execução"
    DONE = "done", "Concluída"
    FAILED = "failed", "Falhou"


ACTIVE = Q(status__in=[RunStatus.QUEUED, RunStatus.RUNNING])


class RunQuerySet(models.QuerySet["Run"]):
    def active(self) -> Self:
        return self.filter(ACTIVE)

    def abandoned(self) -> Self:
        """Active, and no living worker holds the lease."""
        return self.active().filter(Q(locked_until=None) | Q(locked_until__lt=timezone.now()))


class Run(models.Model):
    """One pass of the engine over everything an organization still has open."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="runs", verbose_name="empresa"
    )
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="pedida por"
    )
    status = models.CharField("situação", max_length=8, choices=RunStatus, default=RunStatus.QUEUED)
    force = models.BooleanField("refazer o que a máquina decidiu", default=False)
    only_documents = models.JSONField("só estes documentos", default=list)
    documents = models.PositiveIntegerField("documentos", default=0)
    transactions = models.PositiveIntegerField("lançamentos", default=0)
    matched = models.PositiveIntegerField("conciliados", default=0)
    partial = models.PositiveIntegerField("a decidir", default=0)
    unmatched = models.PositiveIntegerField("sem par", default=0)
    written = models.PositiveIntegerField("linhas gravadas ou retiradas", default=0)
    engine = models.CharField("versão do motor", max_length=16, blank=True)
    rules = models.CharField("versão das regras", max_length=64, blank=True)
    # The thresholds it ran with; unknown until it runs.
    accept_at = models.DecimalField(
        "conciliou a partir de", max_digits=5, decimal_places=2, null=True
    )
    propose_at = models.DecimalField(
        "sugeriu a partir de", max_digits=5, decimal_places=2, null=True
    )
    error = models.TextField("erro", blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    locked_until = models.DateTimeField("reservada até", null=True)
    created_at = models.DateTimeField("pedida em", auto_now_add=True)
    finished_at = models.DateTimeField("concluída em", null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = "execução"
        verbose_name_plural = "execuções"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=ACTIVE, name="run_one_active_per_organization"
            ),
            models.CheckConstraint(
                condition=(ACTIVE & Q(finished_at=None)) | (~ACTIVE & ~Q(finished_at=None)),
                name="run_finished_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RunStatus.values), name="run_known_status"
            ),
        ]
        indexes = [models.Index(fields=["locked_until"], condition=ACTIVE, name="run_waiting")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.created_at):%d/%m/%Y %H:%M}"

    @property
    def is_active(self) -> bool:
        return self.status in (RunStatus.QUEUED, RunStatus.RUNNING)


class Learned(models.Model):
    """What the engine has learned of an organization, in its own words."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.OneToOneField(
        Organization, models.PROTECT, related_name="learned", verbose_name="empresa"
    )
    engine = models.CharField("versão do motor", max_length=16)
    rows = models.PositiveIntegerField("linhas de que aprendeu")
    content = models.BinaryField("o que aprendeu")
    learned_at = models.DateTimeField("quando", auto_now=True)

    class Meta:
        verbose_name = "aprendizado"
        verbose_name_plural = "aprendizados"

    def __str__(self) -> str:
        return f"{self.organization}: {self.rows}"


class Remembered(models.Model):
    """What of an organization was open after a run, as the columns the next one compares.

    A copy of what the documents say: without it everything is read again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.OneToOneField(
        Organization, models.PROTECT, related_name="remembered", verbose_name="empresa"
    )
    reader = models.CharField("versão da leitura", max_length=16)
    documents = models.PositiveIntegerField("documentos em aberto")
    lines = models.PositiveIntegerField("lançamentos em aberto")
    content = models.BinaryField("o que dizem")
    # Booked since the content was written: each is read again.
    moved = models.JSONField("documentos a ler de novo", default=list)
    remembered_at = models.DateTimeField("quando", auto_now=True)

    class Meta:
        verbose_name = "lembrança"
        verbose_name_plural = "lembranças"

    def __str__(self) -> str:
        return f"{self.organization}: {self.documents}"


class ReconciliationStatus(models.TextChoices):
    MATCHED = "matched", "Conciliada"
    PARTIAL = "partial", "A decidir"
    UNMATCHED = "unmatched", "Sem par"


MATCHED = Q(status=ReconciliationStatus.MATCHED)


class DifferenceKind(models.TextChoices):
    """What keeps a payment and what it pays apart."""

    INTEREST = "interest", "Multa e juros"
    DISCOUNT = "discount", "Desconto"
    FEE = "fee", "Tarifa"
    WITHHELD = "withheld", "Imposto retido"
    CARD = "card", "Taxa do cartão"
    CENTS = "cents", "Centavos"
    UNEXPLAINED = "unexplained", "Sem explicação"


class Alert(models.TextChoices):
    """What happened to something that was already booked, and that a person has to look at."""

    DOCUMENT_CANCELLED = "document_cancelled", "Nota cancelada depois de conciliada"


class ReconciliationQuerySet(models.QuerySet["Reconciliation"]):
    def matched(self) -> Self:
        return self.filter(MATCHED)

    def by_machine(self) -> Self:
        """What a run decided and no person has confirmed or refused."""
        return self.filter(performed_by=None)

    def by_people(self) -> Self:
        """What a person decided; no run touches it."""
        return self.exclude(performed_by=None)


class Reconciliation(models.Model):
    """An allocation: how much of a transaction goes to a document (or one instalment of it).

    matched: booked. partial: a proposal for a person. unmatched: a transaction (or a document)
    for which nothing was found, with the reason; a person's "sem nota" is one as well.

    A payment for many notes, or many payments for one, is several rows with one `link`, which are
    decided and taken back together. `difference` is what the payment brings beyond the amount
    (late: positive) or lacks (tax withheld: negative). One with a name settles its side without
    money; an unexplained one leaves it open. The database refuses a booking that would give more
    than a transaction moved, or settle more than a document's total.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="reconciliations",
        db_index=False,
        verbose_name="empresa",
    )
    run = models.ForeignKey(
        Run, models.SET_NULL, null=True, related_name="reconciliations", verbose_name="execução"
    )
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        related_name="reconciliations",
        verbose_name="documento",
    )
    installment = models.CharField("parcela", max_length=60, blank=True)
    transaction = models.ForeignKey(
        Transaction,
        models.PROTECT,
        null=True,
        related_name="reconciliations",
        verbose_name="lançamento",
    )
    link = models.UUIDField("vínculo", default=new_id, db_default=RandomUUID())
    status = models.CharField("situação", max_length=9, choices=ReconciliationStatus)
    amount = models.DecimalField("valor", max_digits=20, decimal_places=2)
    difference = models.DecimalField("diferença", max_digits=20, decimal_places=2, default=0)
    difference_kind = models.CharField(
        "motivo da diferença", max_length=11, choices=DifferenceKind, blank=True
    )
    alert = models.CharField("alerta", max_length=20, choices=Alert, blank=True)
    score = models.DecimalField("pontos", max_digits=5, decimal_places=2)
    reason = models.TextField("por quê")
    evidence = models.JSONField("evidências", default=list)
    content_hash = models.CharField("hash do conteúdo", max_length=32, blank=True, editable=False)
    performed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="decidida por",
    )
    decided_at = models.DateTimeField("decidida em", null=True)
    created_at = models.DateTimeField("criada em", auto_now_add=True)

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        verbose_name = "conciliação"
        verbose_name_plural = "conciliações"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ReconciliationStatus.values),
                name="reconciliation_known_status",
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=100), name="reconciliation_score_in_range"
            ),
            models.CheckConstraint(
                condition=Q(status=ReconciliationStatus.UNMATCHED)
                | Q(document__isnull=False, transaction__isnull=False),
                name="reconciliation_links_both_sides",
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False) | Q(transaction__isnull=False),
                name="reconciliation_is_about_something",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="reconciliation_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(difference_kind__in=["", *DifferenceKind.values])
                & (
                    Q(difference=0, difference_kind="")
                    | (~Q(difference=0) & ~Q(difference_kind=""))
                ),
                name="reconciliation_difference_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(alert__in=["", *Alert.values]), name="reconciliation_known_alert"
            ),
            models.UniqueConstraint(
                fields=["transaction", "document", "installment"],
                condition=MATCHED,
                name="reconciliation_books_a_pair_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "status", "-created_at"], name="reconciliation_newest"
            ),
            models.Index(fields=["link"], name="reconciliation_link"),
            # What a machine says by the hundred thousand is in neither.
            models.Index(
                fields=["performed_by"],
                condition=~Q(performed_by=None),
                name="reconciliation_by_people",
            ),
            models.Index(
                fields=["organization"], condition=~Q(alert=""), name="reconciliation_alerted"
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def is_open(self) -> bool:
        return self.status != ReconciliationStatus.MATCHED
