"""What a person looks at beside the fields of a card: the scanned sheets of a batch."""

from django.db import models

from audits.models.batches import Batch
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization


class Evidence(models.Model):
    """One image of a batch, known by the last segment of its name.

    It rests inside the archive it came in (`member`), or in an object of its own when a person
    sent it later. Two of one name would leave open which sheet is whose.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="evidence", verbose_name="lote")
    name = models.CharField("nome", max_length=256)
    storage_path = models.CharField("guardada em", max_length=400)
    member = models.CharField("nome no pacote", max_length=1024, blank=True)
    # Of the package, these bytes alone are read; without it, the whole of it is searched.
    place = models.JSONField("lugar no pacote", null=True)
    size = models.BigIntegerField("tamanho")
    created_at = models.DateTimeField("chegou em", auto_now_add=True)

    class Meta:
        verbose_name = "imagem"
        verbose_name_plural = "imagens"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "name"], name="evidence_one_per_name")
        ]

    def __str__(self) -> str:
        return self.name
