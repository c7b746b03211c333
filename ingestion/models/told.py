"""Beside documents and movements: statements, numbers given up, mentions, the text of pages."""

from django.db import models
from django.db.models import F, Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.models.files import SourceFile


class Statement(models.Model):
    """One account's statement inside a file: its period and the balances that it declares."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="statements",
        db_index=False,
        verbose_name="empresa",
    )
    file = models.ForeignKey(
        SourceFile,
        models.CASCADE,
        related_name="statements",
        db_index=False,
        verbose_name="arquivo",
    )
    number = models.PositiveIntegerField("ordem no arquivo")
    account = models.CharField("conta", max_length=80, blank=True)
    currency = models.CharField("moeda", max_length=10, blank=True)
    starts_on = models.DateField("de", null=True)
    ends_on = models.DateField("até", null=True)
    opening = models.DecimalField("saldo anterior", max_digits=20, decimal_places=2, null=True)
    balance = models.DecimalField("saldo", max_digits=20, decimal_places=2, null=True)
    balance_on = models.DateField("saldo em", null=True)
    balances = models.JSONField("saldos por dia", default=list)  # [["2026-10-31", "12.34"], …]
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "extrato"
        verbose_name_plural = "extratos"
        ordering = ["-ends_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="statement_told_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "account", "-ends_on"], name="statement_account")
        ]

    def __str__(self) -> str:
        return self.account or "Extrato sem conta"


class Voiding(models.Model):
    """Numbers that an issuer gave up before using them (inutilização)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(
        SourceFile, models.SET_NULL, null=True, related_name="voidings", verbose_name="arquivo"
    )
    natural_key = models.CharField("chave", max_length=120)
    issuer_tax_id = models.CharField("CNPJ/CPF do emitente", max_length=20)
    model = models.CharField("modelo", max_length=2)
    series = models.CharField("série", max_length=20, blank=True)
    year = models.CharField("ano", max_length=4, blank=True)
    first = models.PositiveBigIntegerField("do número")
    last = models.PositiveBigIntegerField("ao número")
    protocol = models.CharField("protocolo", max_length=60, blank=True)
    accepted = models.BooleanField("homologada")
    occurred_at = models.DateTimeField("quando", null=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "inutilização"
        verbose_name_plural = "inutilizações"
        ordering = ["issuer_tax_id", "model", "series", "first"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "natural_key"], name="voiding_arrives_once"
            ),
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="voiding_first_before_last"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}/{self.series}: {self.first} a {self.last}"


class Mention(models.Model):
    """A document that another file tells of; it says what should have arrived."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(
        SourceFile, models.SET_NULL, null=True, related_name="mentions", verbose_name="arquivo"
    )
    told_by = models.CharField("dito por", max_length=20)
    natural_key = models.CharField("chave natural", max_length=120)
    key = models.CharField("chave", max_length=120, blank=True)
    doc_type = models.CharField("tipo", max_length=10, blank=True)
    series = models.CharField("série", max_length=20, blank=True)
    number = models.CharField("número", max_length=60, blank=True)
    issuer_tax_id = models.CharField("CNPJ/CPF do emitente", max_length=60, blank=True)
    issuer_name = models.CharField("emitente", max_length=200, blank=True)
    recipient_tax_id = models.CharField("CNPJ/CPF do destinatário", max_length=60, blank=True)
    issued_on = models.DateField("emissão", null=True)
    total = models.DecimalField("valor", max_digits=20, decimal_places=2, null=True)
    fiscal_status = models.CharField("situação fiscal", max_length=12, blank=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "menção"
        verbose_name_plural = "menções"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "told_by", "natural_key"], name="mention_arrives_once"
            ),
            models.CheckConstraint(
                condition=~Q(natural_key="") & ~Q(told_by=""), name="mention_names_something"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "key"], condition=~Q(key=""), name="mention_key")
        ]

    def __str__(self) -> str:
        return self.key or self.natural_key


class PageText(models.Model):
    """The text of one page of a PDF, for people who search and for cards that show it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(
        SourceFile, models.CASCADE, related_name="pages", db_index=False, verbose_name="arquivo"
    )
    number = models.PositiveIntegerField("página")
    text = models.TextField("texto", blank=True)

    class Meta:
        verbose_name = "página"
        verbose_name_plural = "páginas"
        ordering = ["file", "number"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="pagetext_told_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="pagetext_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"Página {self.number}"
