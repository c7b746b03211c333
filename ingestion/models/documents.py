"""Fiscal documents in canonical form, and what happened to them."""

from typing import Self

from django.db import models
from django.db.models import Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.models.files import SourceFile
from ingestion.words import DOCUMENT_KINDS


class MatchStatus(models.TextChoices):
    """Shared by documents and transactions."""

    PENDING = "pending", "Pendente"
    RECONCILED = "reconciled", "Conciliado"
    UNMATCHED = "unmatched", "Sem par"


class FiscalStatus(models.TextChoices):
    AUTHORIZED = "authorized", "Autorizada"
    CANCELLED = "cancelled", "Cancelada"
    DENIED = "denied", "Denegada"
    UNAUTHORIZED = "unauthorized", "Sem autorização"


class Direction(models.TextChoices):
    ISSUED = "issued", "Emitida pela empresa"
    RECEIVED = "received", "Recebida pela empresa"
    OTHER = "other", "De terceiros"


# A document that waits for money: valid, of the real world, and the organization's own.
PAYABLE = (
    ~Q(fiscal_status__in=[FiscalStatus.CANCELLED, FiscalStatus.DENIED])
    & Q(environment="1")
    & Q(purpose="1")
    & ~Q(direction=Direction.OTHER)
)


class DocumentQuerySet(models.QuerySet["Document"]):
    def open(self) -> Self:
        """Still waiting for money."""
        return self.filter(PAYABLE).exclude(status=MatchStatus.RECONCILED)


class Document(models.Model):
    """One fiscal document, once per organization by its natural key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="documents",
        db_index=False,
        verbose_name="empresa",
    )
    file = models.ForeignKey(
        SourceFile, models.SET_NULL, null=True, related_name="documents", verbose_name="arquivo"
    )
    doc_type = models.CharField("tipo", max_length=10)
    key = models.CharField("chave", max_length=120)
    series = models.CharField("série", max_length=20, blank=True)
    number = models.CharField("número", max_length=60)
    emitter_cnpj = models.CharField("CNPJ/CPF do emitente", max_length=60, blank=True)
    emitter_name = models.CharField("emitente", max_length=200, blank=True)
    receiver_cnpj = models.CharField("CNPJ/CPF do destinatário", max_length=60, blank=True)
    receiver_name = models.CharField("destinatário", max_length=200, blank=True)
    total_amount = models.DecimalField("valor", max_digits=20, decimal_places=2)
    net_amount = models.DecimalField("valor líquido", max_digits=20, decimal_places=2, null=True)
    withheld_amount = models.DecimalField("retido", max_digits=20, decimal_places=2, default=0)
    issue_date = models.DateField("emissão")
    competence_on = models.DateField("competência", null=True)
    direction = models.CharField("sentido", max_length=8, choices=Direction)
    fiscal_status = models.CharField("situação fiscal", max_length=12, choices=FiscalStatus)
    environment = models.CharField("ambiente", max_length=1)
    purpose = models.CharField("finalidade", max_length=1)
    normalized = models.JSONField("conteúdo")
    # Derived by the database, so that what is open is read without opening any content.
    # [{name, due_on, cents, our_number, txid}]: the declared instalments when they add up to
    # the total, otherwise the whole, nameless, when issued; codes where one is told for each.
    payables = models.GeneratedField(
        verbose_name="parcelas",
        expression=models.Func(
            "normalized", "total_amount", "issue_date", function="ingestion_payables"
        ),
        output_field=models.JSONField(),
        db_persist=True,
    )
    # boleto, pix, ted, card or cash; empty when not told, or when several are. Source of the codes:
    # table of tPag (Nota Técnica 2020.006 and Informe Técnico 2026.001).
    means = models.GeneratedField(
        verbose_name="meio de pagamento",
        expression=models.Func("normalized", function="ingestion_means"),
        output_field=models.CharField(max_length=6),
        db_persist=True,
    )
    content_hash = models.CharField("hash do conteúdo", max_length=64)
    parser = models.CharField("leitor", max_length=20)
    status = models.CharField(
        "conciliação", max_length=10, choices=MatchStatus, default=MatchStatus.PENDING
    )
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "documento"
        verbose_name_plural = "documentos"
        ordering = ["-issue_date", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="document_arrives_once"),
            models.CheckConstraint(
                condition=Q(status__in=MatchStatus.values), name="document_known_status"
            ),
            models.CheckConstraint(
                condition=Q(fiscal_status__in=FiscalStatus.values),
                name="document_known_fiscal_status",
            ),
            models.CheckConstraint(
                condition=Q(total_amount__gte=0), name="document_amount_not_negative"
            ),
            models.CheckConstraint(
                condition=(Q(net_amount=None) | Q(net_amount__gte=0)) & Q(withheld_amount__gte=0),
                name="document_net_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-issue_date", "-id"], name="document_newest"),
            models.Index(
                fields=["organization", "total_amount"],
                condition=~Q(status=MatchStatus.RECONCILED),
                name="document_open_by_amount",
            ),
            models.Index(
                fields=["organization"],
                condition=Q(fiscal_status__in=[FiscalStatus.CANCELLED, FiscalStatus.DENIED]),
                name="document_invalid",
            ),
        ]

    def __str__(self) -> str:
        return f"{DOCUMENT_KINDS.get(self.doc_type, self.doc_type.upper())} {self.number}"

    @property
    def is_open(self) -> bool:
        return self.status != MatchStatus.RECONCILED

    @property
    def party_name(self) -> str:
        """The other side: who pays what the organization issued, who is paid otherwise."""
        issued = self.direction == Direction.ISSUED
        return self.receiver_name if issued else self.emitter_name


class DocumentEvent(models.Model):
    """Cancellation, correction, manifestation … kept also before its document arrives."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(
        SourceFile, models.SET_NULL, null=True, related_name="events", verbose_name="arquivo"
    )
    document_key = models.CharField("chave do documento", max_length=120)
    event_type = models.CharField("evento", max_length=20)
    sequence = models.PositiveSmallIntegerField("sequência")
    protocol = models.CharField("protocolo", max_length=60, blank=True)
    natural_key = models.CharField("chave do evento", max_length=240)
    occurred_at = models.DateTimeField("quando", null=True)
    author = models.CharField("autor", max_length=60, blank=True)
    description = models.CharField("descrição", max_length=200, blank=True)
    text = models.TextField("texto", blank=True)
    extra = models.JSONField("outros dados", default=dict)
    accepted = models.BooleanField("registrado")
    status_code = models.CharField("cStat", max_length=10, blank=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "evento"
        verbose_name_plural = "eventos"
        ordering = ["occurred_at", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "natural_key"], name="documentevent_arrives_once"
            )
        ]
        indexes = [models.Index(fields=["organization", "document_key"])]

    def __str__(self) -> str:
        return f"{self.event_type} · {self.description}"
