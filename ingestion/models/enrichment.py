"""What is done with a file after it was read, and what is learned and remembered on the way."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from conciliacontag.brazil import format_tax_id
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.cfop import CHOICES
from ingestion.models.documents import Document
from ingestion.models.files import SourceFile

OPEN = Q(finished_at=None)


class EnrichmentQuerySet(models.QuerySet["Enrichment"]):
    def open(self) -> Self:
        return self.filter(OPEN)

    def abandoned(self) -> Self:
        """Still to do, and no living worker holds the lease."""
        return self.open().filter(Q(locked_until=None) | Q(locked_until__lt=timezone.now()))


class Enrichment(models.Model):
    """The work that waits after a file was read, as a row of the queue: one for each upload."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    file = models.OneToOneField(SourceFile, models.CASCADE, related_name="enrichment")
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    locked_until = models.DateTimeField("reservado até", null=True)
    error = models.TextField("erro", blank=True)
    created_at = models.DateTimeField("pedido em", auto_now_add=True)
    finished_at = models.DateTimeField("terminado em", null=True)

    objects = EnrichmentQuerySet.as_manager()

    class Meta:
        verbose_name = "enriquecimento"
        verbose_name_plural = "enriquecimentos"
        indexes = [models.Index(fields=["locked_until"], condition=OPEN, name="enrichment_waiting")]

    def __str__(self) -> str:
        return str(self.file_id)


class ForwardingStatus(models.TextChoices):
    PENDING = "pending", "A encaminhar"
    SENT = "sent", "Encaminhado"
    REFUSED = "refused", "Recusado"


class Forwarding(models.Model):
    """The part of a file that belongs to another company of its sender, on its way there.

    The row is written before anything is sent, so a sending that is cut short goes on; `sha256`
    is that of the bytes that arrive there, and tells them apart from what people upload.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(
        SourceFile,
        models.CASCADE,
        related_name="forwardings",
        db_index=False,
        verbose_name="arquivo",
    )
    target = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="encaminhado a"
    )
    members = models.JSONField("arquivos")  # identifiers of the rows that hold the notes
    notes = models.PositiveIntegerField("notas")
    status = models.CharField("situação", max_length=7, choices=ForwardingStatus, default="pending")
    sha256 = models.CharField("SHA-256 do que foi entregue", max_length=64, blank=True)
    received_id = models.UUIDField("arquivo na outra empresa", null=True)
    error = models.TextField("erro", blank=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "encaminhamento"
        verbose_name_plural = "encaminhamentos"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["file", "target"], name="forwarding_once_per_company"),
            models.CheckConstraint(
                condition=Q(status__in=ForwardingStatus.values), name="forwarding_known_status"
            ),
            models.CheckConstraint(
                condition=~Q(status="sent") | (Q(received_id__isnull=False) & ~Q(sha256="")),
                name="forwarding_sent_has_arrived",
            ),
        ]
        indexes = [
            models.Index(
                fields=["target", "sha256"], condition=~Q(sha256=""), name="forwarding_arrival"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notes} → {self.target_id}"


class AccountOwner(models.Model):
    """A bank account whose statements were read before, by bank, branch and number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    account = models.CharField("conta", max_length=80)  # as `accounts.account_key` writes it
    file = models.ForeignKey(
        SourceFile, models.SET_NULL, null=True, related_name="+", verbose_name="primeiro extrato"
    )
    created_at = models.DateTimeField("conhecida desde", auto_now_add=True)

    class Meta:
        verbose_name = "conta conhecida"
        verbose_name_plural = "contas conhecidas"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "organization"], name="accountowner_learned_once"
            ),
            models.CheckConstraint(condition=~Q(account=""), name="accountowner_names_an_account"),
        ]

    def __str__(self) -> str:
        return self.account


class Operation(models.TextChoices):
    CONSUMPTION = "consumption", "Uso e consumo"
    RESALE = "resale", "Revenda"
    FIXED_ASSET = "fixed_asset", "Ativo imobilizado"
    SERVICE = "service", "Serviço"


class Accounts(models.Model):
    """How a purchase is booked: kind of operation, CFOP of entry, both accounts, history code."""

    operation = models.CharField("tipo de operação", max_length=12, choices=Operation, blank=True)
    cfop = models.CharField(
        "CFOP de entrada",
        max_length=4,
        blank=True,
        choices=[(code, f"{code[0]}.{code[1:]}") for code in CHOICES],
    )
    debit = models.CharField("conta débito", max_length=13, blank=True)
    credit = models.CharField("conta crédito", max_length=13, blank=True)
    history_code = models.CharField("código do histórico", max_length=9, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__in=["", *Operation.values]),
                name="%(class)s_known_operation",
            ),
            models.CheckConstraint(
                condition=Q(cfop__in=["", *CHOICES]), name="%(class)s_known_cfop"
            ),
            models.CheckConstraint(
                condition=Q(debit__regex=r"^\d*$", credit__regex=r"^\d*$")
                & Q(history_code__regex=r"^\d*$"),
                name="%(class)s_accounts_are_digits",
            ),
        ]


class SupplierPreference(Accounts):
    """How the notes of one supplier are booked; it never says a date or a description."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name="empresa"
    )
    supplier = models.CharField("CNPJ/CPF do fornecedor", max_length=14)
    updated_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="por"
    )
    created_at = models.DateTimeField("criada em", auto_now_add=True)
    updated_at = models.DateTimeField("alterada em", auto_now=True)

    class Meta(Accounts.Meta):
        verbose_name = "preferência de fornecedor"
        verbose_name_plural = "preferências de fornecedores"
        ordering = ["supplier"]
        constraints = [
            *Accounts.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "supplier"], name="supplierpreference_one_per_supplier"
            ),
            models.CheckConstraint(
                condition=~Q(operation="", cfop="", debit="", credit="", history_code=""),
                name="supplierpreference_says_something",
            ),
        ]

    def __str__(self) -> str:
        return format_tax_id(self.supplier)


class DocumentBooking(Accounts):
    """How one document is to be booked: as a person said, or else its supplier's preference."""

    document = models.OneToOneField(
        Document, models.CASCADE, primary_key=True, related_name="booking", verbose_name="documento"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_index=False, verbose_name="empresa"
    )
    preference = models.ForeignKey(
        SupplierPreference,
        models.SET_NULL,
        null=True,
        related_name="bookings",
        verbose_name="preferência",
    )
    # Who said it of this very document, which no preference changes any more.
    said_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="dita por"
    )
    applied_at = models.DateTimeField("aplicada em")

    class Meta(Accounts.Meta):
        verbose_name = "contabilização"
        verbose_name_plural = "contabilizações"

    def __str__(self) -> str:
        return str(self.document_id)
