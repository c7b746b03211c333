"""How this organization's tables are read, remembered by their header."""

from django.db import models
from django.db.models import Q

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.models.transactions import TransactionSource


class TableLayout(models.Model):
    """What a person said once about the columns of a table, for every table with that header."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="table_layouts",
        db_index=False,
        verbose_name="empresa",
    )
    fingerprint = models.CharField("impressão do cabeçalho", max_length=64)
    header = models.JSONField("cabeçalho", default=list)  # cells as they were seen
    source = models.CharField("origem", max_length=6, choices=TransactionSource)
    columns = models.JSONField("colunas")  # {role: column from 0}
    decimal = models.CharField("separador decimal", max_length=1, blank=True)
    day_order = models.CharField("ordem da data", max_length=3, blank=True)
    account = models.CharField("conta", max_length=80, blank=True)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="criado por"
    )
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "leiaute de tabela"
        verbose_name_plural = "leiautes de tabela"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"], name="tablelayout_once_per_header"
            ),
            models.CheckConstraint(
                condition=Q(source__in=TransactionSource.values), name="tablelayout_known_source"
            ),
            models.CheckConstraint(
                condition=Q(decimal__in=["", ",", "."]), name="tablelayout_known_decimal"
            ),
            models.CheckConstraint(
                condition=Q(day_order__in=["", "dmy", "mdy", "ymd"]),
                name="tablelayout_known_day_order",
            ),
            models.CheckConstraint(
                condition=~Q(fingerprint=""), name="tablelayout_has_a_fingerprint"
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(str(cell) for cell in self.header[:4]) or self.fingerprint
