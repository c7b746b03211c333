"""Rules of an organization, their versions, their trials, and where they held."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Transaction
from reconciliation.rules.grammar import LONGEST_CODE, LONGEST_FLAG, LONGEST_NAME, Decide


class RuleQuerySet(models.QuerySet["Rule"]):
    def kept(self) -> Self:
        """Not forgotten, in the order in which they are asked."""
        return self.filter(forgotten_at=None).order_by("position", "id")

    def enabled(self) -> Self:
        return self.kept().exclude(enabled=None).select_related("enabled")


class Rule(models.Model):
    """A rule of one organization; what it says is in its versions.

    The database lets only a version be enabled that a finished simulation has tried.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="rules", verbose_name="empresa"
    )
    name = models.CharField("nome", max_length=LONGEST_NAME)
    position = models.PositiveIntegerField("ordem")
    enabled = models.ForeignKey(
        "RuleVersion", models.PROTECT, null=True, related_name="+", verbose_name="versão ligada"
    )
    enabled_at = models.DateTimeField("ligada em", null=True)
    forgotten_at = models.DateTimeField("esquecida em", null=True)
    trouble = models.TextField("por que não teve efeito", blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="escrita por"
    )
    created_at = models.DateTimeField("criada em", auto_now_add=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = "regra"
        verbose_name_plural = "regras"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=Q(forgotten_at=None),
                name="rule_name_once_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(enabled=None) | Q(forgotten_at=None),
                name="rule_forgotten_is_not_enabled",
            ),
            models.CheckConstraint(
                condition=Q(enabled=None, enabled_at=None)
                | Q(enabled__isnull=False, enabled_at__isnull=False),
                name="rule_enabled_has_a_date",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="rule_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_enabled(self) -> bool:
        return self.enabled_id is not None


class RuleVersion(models.Model):
    """What a rule said from one day on; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name="empresa"
    )
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions", verbose_name="regra")
    number = models.PositiveIntegerField("versão")
    definition: Any = models.JSONField("definição")
    note = models.CharField("por que mudou", max_length=512, blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="escrita por"
    )
    created_at = models.DateTimeField("escrita em", auto_now_add=True)

    class Meta:
        verbose_name = "versão de regra"
        verbose_name_plural = "versões de regras"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="ruleversion_number_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="ruleversion_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"versão {self.number}"


class SimulationStatus(models.TextChoices):
    QUEUED = "queued", "Na fila"
    RUNNING = "running", "Em execução"
    DONE = "done", "Concluída"
    FAILED = "failed", "Falhou"


ACTIVE = Q(status__in=[SimulationStatus.QUEUED, SimulationStatus.RUNNING])


class RuleSimulationQuerySet(models.QuerySet["RuleSimulation"]):
    def active(self) -> Self:
        return self.filter(ACTIVE)

    def done(self) -> Self:
        return self.filter(status=SimulationStatus.DONE)

    def abandoned(self) -> Self:
        """Active, and no living worker holds the lease."""
        return self.active().filter(Q(locked_until=None) | Q(locked_until__lt=timezone.now()))


class RuleSimulation(models.Model):
    """What one version of a rule would change on past months; it changes nothing itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="empresa"
    )
    version = models.ForeignKey(
        RuleVersion, models.PROTECT, related_name="simulations", verbose_name="versão"
    )
    starts_on = models.DateField("de")
    ends_on = models.DateField("até")
    status = models.CharField(
        "situação", max_length=8, choices=SimulationStatus, default=SimulationStatus.QUEUED
    )
    done = models.PositiveSmallIntegerField("feito, em por cento", default=0)
    beside: Any = models.JSONField("versões ligadas", default=list)
    counts: Any = models.JSONField("contagem", default=dict)
    sample: Any = models.JSONField("amostra", default=list)
    conflicts: Any = models.JSONField("conflitos", default=list)
    error = models.TextField("erro", blank=True)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    locked_until = models.DateTimeField("reservada até", null=True)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="pedida por"
    )
    created_at = models.DateTimeField("pedida em", auto_now_add=True)
    finished_at = models.DateTimeField("concluída em", null=True)

    objects = RuleSimulationQuerySet.as_manager()

    class Meta:
        verbose_name = "simulação de regra"
        verbose_name_plural = "simulações de regras"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=ACTIVE, name="rulesimulation_one_active"
            ),
            models.CheckConstraint(
                condition=(ACTIVE & Q(finished_at=None)) | (~ACTIVE & ~Q(finished_at=None)),
                name="rulesimulation_finished_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(status__in=SimulationStatus.values),
                name="rulesimulation_known_status",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="rulesimulation_days_in_order"
            ),
            models.CheckConstraint(condition=Q(done__lte=100), name="rulesimulation_percent"),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.created_at):%d/%m/%Y %H:%M}"

    @property
    def is_active(self) -> bool:
        return self.status in (SimulationStatus.QUEUED, SimulationStatus.RUNNING)


class RuleHit(models.Model):
    """A line, or a line and a document, for which a rule held in a run: once, however often."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name="empresa"
    )
    rule = models.ForeignKey(
        Rule, models.PROTECT, related_name="hits", db_index=False, verbose_name="regra"
    )
    version = models.ForeignKey(
        RuleVersion, models.PROTECT, related_name="+", db_index=False, verbose_name="versão"
    )
    run = models.ForeignKey(
        "reconciliation.Run", models.SET_NULL, null=True, related_name="+", verbose_name="execução"
    )
    transaction = models.ForeignKey(
        Transaction, models.CASCADE, related_name="rule_hits", verbose_name="lançamento"
    )
    document = models.ForeignKey(
        Document, models.CASCADE, null=True, related_name="rule_hits", verbose_name="documento"
    )
    decide = models.CharField("decisão", max_length=7, choices=[(one, one) for one in Decide])
    points = models.SmallIntegerField("pontos", default=0)
    debit = models.CharField("débito", max_length=LONGEST_CODE, blank=True)
    credit = models.CharField("crédito", max_length=LONGEST_CODE, blank=True)
    history = models.CharField("histórico", max_length=LONGEST_CODE, blank=True)
    flag = models.CharField("divergência", max_length=LONGEST_FLAG, blank=True)
    first_at = models.DateTimeField("primeira vez", default=timezone.now)
    last_at = models.DateTimeField("última vez", default=timezone.now)

    class Meta:
        verbose_name = "efeito de regra"
        verbose_name_plural = "efeitos de regras"
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "transaction", "document"],
                nulls_distinct=False,
                name="rulehit_once_per_pair",
            ),
            models.CheckConstraint(
                condition=Q(decide__in=["", *Decide]), name="rulehit_known_decision"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "rule", "-first_at"], name="rulehit_newest")
        ]

    def __str__(self) -> str:
        return str(self.rule)


class ForgottenSuggestion(models.Model):
    """A rule that the organization does not want to be offered again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name="empresa"
    )
    fingerprint = models.CharField("o que sugeria", max_length=64)
    forgotten_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="esquecida por"
    )
    forgotten_at = models.DateTimeField("esquecida em", auto_now_add=True)

    class Meta:
        verbose_name = "sugestão esquecida"
        verbose_name_plural = "sugestões esquecidas"
        ordering = ["-forgotten_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"], name="forgottensuggestion_once"
            )
        ]
