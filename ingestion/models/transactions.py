"""Bank lines, boletos that were paid, and entries of the ledger."""

from typing import Self

from django.db import models
from django.db.models import Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.models.documents import MatchStatus
from ingestion.models.files import SourceFile


class TransactionSource(models.TextChoices):
    BANK = "bank", "Banco"
    BOLETO = "boleto", "Boleto"
    LEDGER = "ledger", "Razão"


class TransactionQuerySet(models.QuerySet["Transaction"]):
    def money(self) -> Self:
        """What moved money: a ledger entry tells of a movement and is none itself."""
        return self.exclude(source=TransactionSource.LEDGER)

    def open(self) -> Self:
        """Still waiting for a document."""
        return self.money().exclude(status=MatchStatus.RECONCILED)


class Transaction(models.Model):
    """One line of a statement, once per organization by its natural key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="transactions",
        db_index=False,
        verbose_name="empresa",
    )
    file = models.ForeignKey(
        SourceFile,
        models.SET_NULL,
        null=True,
        related_name="transactions",
        verbose_name="arquivo",
    )
    source = models.CharField(
        "origem", max_length=6, choices=TransactionSource, default=TransactionSource.BANK
    )
    external_id = models.CharField("identificador do banco", max_length=255, blank=True)
    account = models.CharField("conta", max_length=80, blank=True)
    date = models.DateField("data")
    amount = models.DecimalField("valor", max_digits=20, decimal_places=2)
    memo = models.TextField("histórico", blank=True)
    payee = models.TextField("favorecido", blank=True)
    kind = models.CharField("tipo", max_length=20, blank=True)
    check_number = models.CharField("documento", max_length=100, blank=True)
    natural_key = models.CharField("chave natural", max_length=64)
    metadata = models.JSONField("outros dados", default=dict)
    parser = models.CharField("leitor", max_length=20)
    status = models.CharField(
        "conciliação", max_length=10, choices=MatchStatus, default=MatchStatus.PENDING
    )
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    objects = TransactionQuerySet.as_manager()

    class Meta:
        verbose_name = "lançamento"
        verbose_name_plural = "lançamentos"
        ordering = ["-date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "natural_key"], name="transaction_arrives_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MatchStatus.values), name="transaction_known_status"
            ),
            models.CheckConstraint(
                condition=Q(source__in=TransactionSource.values), name="transaction_known_source"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-date", "-id"], name="transaction_newest"),
            models.Index(
                fields=["organization", "amount"],
                condition=~Q(status=MatchStatus.RECONCILED),
                name="transaction_open_by_amount",
            ),
            models.Index(
                fields=["organization", "source", "-date"],
                condition=~Q(source=TransactionSource.BANK),
                name="transaction_other_sources",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} · {self.memo or self.payee}"

    @property
    def is_open(self) -> bool:
        return self.status != MatchStatus.RECONCILED
