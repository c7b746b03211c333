"""Four eyes: decided cards that a second person reads without knowing the first answer."""

from django.db import models
from django.db.models import Q

from audits.models.batches import Batch, Card
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User


class Sample(models.Model):
    """One seeded random draw from the decided cards of a batch: the same seed draws the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="samples", verbose_name="lote")
    seed = models.PositiveBigIntegerField("semente")
    percent = models.DecimalField("percentual", max_digits=5, decimal_places=2)
    population = models.PositiveIntegerField("cartões decididos no sorteio")
    drawn_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="sorteada por"
    )
    created_at = models.DateTimeField("sorteada em", auto_now_add=True)

    class Meta:
        verbose_name = "amostra"
        verbose_name_plural = "amostras"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100), name="sample_percent_in_range"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch} · {self.percent} %"


class SecondReading(models.Model):
    """One drawn card and, once somebody else has read it, whether both say the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    sample = models.ForeignKey(Sample, models.CASCADE, related_name="readings")
    card = models.ForeignKey(Card, models.CASCADE, related_name="second_readings")
    first_author = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="quem decidiu"
    )
    first_values = models.JSONField("primeira leitura", default=dict)
    reader = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="quem releu"
    )
    values = models.JSONField("segunda leitura", default=dict)
    agrees = models.BooleanField("concordam", null=True)
    read_at = models.DateTimeField("relido em", null=True)

    class Meta:
        verbose_name = "segunda leitura"
        verbose_name_plural = "segundas leituras"
        ordering = ["card__line"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "card"], name="second_reading_one_per_card"),
            models.CheckConstraint(
                condition=Q(reader=None, agrees=None, read_at=None)
                | Q(reader__isnull=False, agrees__isnull=False, read_at__isnull=False),
                name="second_reading_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(reader=None) | ~Q(reader=models.F("first_author")),
                name="second_reading_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"Linha {self.card.line}"
