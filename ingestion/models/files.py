"""A file that arrived, its reading as a row of the queue, and the problems it had."""

from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from conciliacontag.antivirus import is_on
from conciliacontag.brazil import clean_text
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User


class FileStatus(models.TextChoices):
    UPLOADED = "uploaded", "Na fila"
    PROCESSING = "processing", "Em leitura"
    PROCESSED = "processed", "Lido"
    FAILED = "failed", "Recusado"


BETWEEN = " · "  # in a problem's place: between the member of an archive and the place inside it
FIRM = BETWEEN[:-1], "\u00a0·"  # the same inside a member's own name: no space, but looks like one
WAITING = Q(status__in=[FileStatus.UPLOADED, FileStatus.PROCESSING])
# Bytes with malware that are still to be removed from the storage.
INFECTED = Q(error_code="file_infected") & ~Q(storage_path="")


class SourceFileQuerySet(models.QuerySet["SourceFile"]):
    def uploads(self) -> Self:
        """What people sent; members of archives are listed on their archive's page."""
        return self.filter(container=None)

    def waiting(self) -> Self:
        return self.filter(WAITING)

    def infected(self) -> Self:
        return self.filter(INFECTED)

    def abandoned(self) -> Self:
        """Waiting, and no living worker holds the lease."""
        return self.waiting().filter(Q(locked_until=None) | Q(locked_until__lt=timezone.now()))


class SourceFile(models.Model):
    """Bytes as they came, once per organization. A member of an archive is a row of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="files", db_index=False, verbose_name="empresa"
    )
    uploader = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="enviado por",
    )
    container = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="members", verbose_name="pacote"
    )
    filename = models.CharField("nome", max_length=1024)
    storage_path = models.CharField("guardado em", max_length=400, blank=True)
    content_type = models.CharField("tipo de conteúdo", max_length=100, blank=True)
    kind = models.CharField("formato", max_length=20, blank=True)
    parser = models.CharField("leitor", max_length=40, blank=True)
    size = models.BigIntegerField("tamanho")
    sha256 = models.CharField("SHA-256", max_length=64)
    status = models.CharField(
        "situação", max_length=10, choices=FileStatus, default=FileStatus.UPLOADED
    )
    error_code = models.CharField("código do erro", max_length=40, blank=True)
    error = models.TextField("erro", blank=True)
    read = models.PositiveIntegerField("lidos", default=0)
    new = models.PositiveIntegerField("novos", default=0)
    known = models.PositiveIntegerField("já conhecidos", default=0)
    informative = models.PositiveIntegerField("informativos", default=0)
    rejected = models.PositiveIntegerField("recusados", default=0)
    member_count = models.PositiveIntegerField("arquivos no pacote", null=True)
    members_read = models.PositiveIntegerField("arquivos já lidos", default=0)
    attempts = models.PositiveSmallIntegerField("tentativas", default=0)
    locked_until = models.DateTimeField("reservado até", null=True)
    scanned_at = models.DateTimeField("verificado em", null=True)
    created_at = models.DateTimeField("recebido em", auto_now_add=True)
    processed_at = models.DateTimeField("lido em", null=True)

    objects = SourceFileQuerySet.as_manager()

    class Meta:
        verbose_name = "arquivo"
        verbose_name_plural = "arquivos recebidos"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sha256"], name="sourcefile_arrives_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=FileStatus.values), name="sourcefile_known_status"
            ),
            models.CheckConstraint(
                condition=(WAITING & Q(processed_at=None)) | (~WAITING & ~Q(processed_at=None)),
                name="sourcefile_read_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(read=F("new") + F("known") + F("informative") + F("rejected")),
                name="sourcefile_counts_add_up",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="sourcefile_newest"),
            models.Index(fields=["locked_until"], condition=WAITING, name="sourcefile_waiting"),
            models.Index(fields=["created_at"], condition=INFECTED, name="sourcefile_infected"),
            models.Index(
                fields=["organization"], condition=Q(rejected__gt=0), name="sourcefile_rejected"
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_archive(self) -> bool:
        return self.kind == "zip"

    @property
    def waits_for_scan(self) -> bool:
        """Whether it may not be read yet: the scanner for malware has not been heard."""
        return is_on() and self.scanned_at is None and self.status == FileStatus.UPLOADED


def place_of(name: str) -> str:
    """How the places of a member begin, told apart from every other member's."""
    return clean_text(name).replace(*FIRM)


class Severity(models.TextChoices):
    ERROR = "error", "Recusado"
    WARNING = "warning", "Atenção"
    INFO = "info", "Informação"


class ProblemQuerySet(models.QuerySet["Problem"]):
    def about(self, file: SourceFile) -> Self:
        """Problems of a file; those of a member are kept with its package."""
        if file.container_id is None:
            return self.filter(file=file)
        return self.filter(file=file.container_id).of_members([file.filename])

    def of_members(self, names: Collection[str]) -> Self:
        """Problems of these members of an archive; `member` is their `place_of`."""
        parts = F("place"), Value(BETWEEN), Value(1)
        named = Func(*parts, function="split_part", output_field=models.TextField())
        return self.annotate(member=named).filter(member__in={place_of(name) for name in names})


class Problem(models.Model):
    """What was wrong, where, and what to do about it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    file = models.ForeignKey(
        SourceFile, models.CASCADE, related_name="problems", verbose_name="arquivo"
    )
    code = models.CharField("código", max_length=40)
    severity = models.CharField("gravidade", max_length=7, choices=Severity)
    place = models.CharField("onde", max_length=1024, blank=True)
    message = models.TextField("o que houve")
    remedy = models.TextField("o que fazer", blank=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = "problema"
        verbose_name_plural = "problemas"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="problem_known_severity"
            )
        ]

    def __str__(self) -> str:
        return self.message
