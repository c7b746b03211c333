"""The search index as tables: one row for each thing that can be found, one for each of its words.

Row-level security lets only leakproof comparisons use an index, and neither full-text matching
nor comparing `numeric` is one. So amounts are kept as text, and the lexemes of PostgreSQL's
Portuguese dictionary as rows of their own under a b-tree, instead of a `tsvector` under GIN.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from conciliacontag.organizations.models import Organization

BYTEWISE = "C"  # prefixes are ranges only where text is ordered by its bytes


class Kind(models.TextChoices):
    DOCUMENT = "document", "Documentos"
    TRANSACTION = "transaction", "Lançamentos"
    FILE = "file", "Arquivos"
    PAGE = "page", "Páginas de PDF"


class SearchEntry(models.Model):
    """What can be found of one row; the row itself says its present state."""

    id = models.UUIDField(primary_key=True, editable=False)  # of the row that is found
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("tipo", max_length=11, choices=Kind)
    title = models.CharField("título", max_length=300)
    day = models.DateField("dia")
    amount = models.CharField("valor", max_length=21, blank=True, db_collation=BYTEWISE)
    key = models.CharField("chave", max_length=120, blank=True, db_collation=BYTEWISE)
    number = models.CharField("número", max_length=60, blank=True, db_collation=BYTEWISE)
    emitter = models.CharField("emitente", max_length=60, blank=True, db_collation=BYTEWISE)
    receiver = models.CharField("destinatário", max_length=60, blank=True, db_collation=BYTEWISE)
    words = ArrayField(models.TextField(), default=list, verbose_name="palavras")

    class Meta:
        verbose_name = "entrada da busca"
        verbose_name_plural = "entradas da busca"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="searchentry_known_kind")
        ]
        indexes = [
            models.Index(fields=["organization", "day", "id"], name="searchentry_day"),
            *(
                models.Index(
                    fields=["organization", column, "day", "id"],
                    condition=~Q(**{column: ""}),
                    name=f"searchentry_{column}",
                )
                for column in ("amount", "key", "number", "emitter", "receiver")
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """One lexeme of an entry, newest entries last, so that reading backwards finds them first."""

    pk = models.CompositePrimaryKey("organization", "word", "day", "entry_id")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    word = models.CharField("palavra", max_length=60, db_collation=BYTEWISE)
    day = models.DateField("dia")
    entry_id = models.UUIDField("entrada")

    class Meta:
        verbose_name = "palavra da busca"
        verbose_name_plural = "palavras da busca"

    def __str__(self) -> str:
        return self.word
