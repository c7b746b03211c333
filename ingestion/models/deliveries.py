"""One sending of files by whatever way, and what became of each file of it."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization, User
from ingestion.models.files import WAITING, SourceFile
from ingestion.models.sources import Source

STALLED_AFTER = timedelta(minutes=2)  # nothing arrived for so long: nobody is sending any more
OPEN = Q(closed_at=None)


class Origin(models.TextChoices):
    WEB = "web", "Tela"
    API = "api", "API"
    FOLDER = "folder", "Pasta"
    BUCKET = "bucket", "Bucket"
    SFTP = "sftp", "SFTP"
    MAIL = "mail", "E-mail"
    COMMAND = "command", "Comando"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def open(self) -> Self:
        """More files may still come."""
        return self.filter(OPEN)

    def stalled(self) -> Self:
        return self.open().filter(last_at__lte=timezone.now() - STALLED_AFTER)

    def running(self) -> Self:
        """Files are coming, or some that came are still to be read."""
        arriving = OPEN & Q(last_at__gt=timezone.now() - STALLED_AFTER)
        return self.filter(arriving | Q(pk__in=unread()))

    def needing(self) -> Self:
        """Nothing moves any more, and a person has to look: stopped half-way, refused, failed."""
        stopped = OPEN & Q(last_at__lte=timezone.now() - STALLED_AFTER)
        troubled = Q(pk__in=refused()) | Q(pk__in=rejected())
        waiting = self.filter(stopped | troubled, dismissed_at=None)
        return waiting.exclude(pk__in=self.model.objects.running().values("pk"))

    def finished(self) -> Self:
        ended = self.exclude(pk__in=self.model.objects.running().values("pk"))
        return ended.exclude(pk__in=self.model.objects.needing().values("pk"))


class Delivery(models.Model):
    """Files that somebody sends together. It is held here, so a closed tab loses nothing of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="deliveries",
        db_index=False,
        verbose_name="empresa",
    )
    sender = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="enviado por",
    )
    source = models.ForeignKey(
        Source, models.SET_NULL, null=True, related_name="+", verbose_name="entrada"
    )
    origin = models.CharField("origem", max_length=7, choices=Origin)
    title = models.CharField("título", max_length=200, blank=True)
    announced = models.PositiveIntegerField("arquivos anunciados", null=True)
    announced_bytes = models.PositiveBigIntegerField("bytes anunciados", null=True)
    created_at = models.DateTimeField("começou em", auto_now_add=True)
    last_at = models.DateTimeField("último arquivo em", default=timezone.now)
    closed_at = models.DateTimeField("encerrado em", null=True)
    dismissed_at = models.DateTimeField("dado por resolvido em", null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "envio"
        verbose_name_plural = "trabalhos"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values), name="delivery_known_origin"
            ),
            models.UniqueConstraint(
                fields=["source"], condition=OPEN, name="delivery_one_open_per_source"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at=None) | Q(closed_at__isnull=False),
                name="delivery_dismissed_is_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="delivery_newest"),
            models.Index(fields=["organization", "last_at"], condition=OPEN, name="delivery_open"),
        ]

    def __str__(self) -> str:
        return self.title or f"Envio de {timezone.localtime(self.created_at):%d/%m/%Y %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_stalled(self) -> bool:
        return self.is_open and self.last_at <= timezone.now() - STALLED_AFTER


class Outcome(models.TextChoices):
    RECEIVED = "received", "Recebido"
    KNOWN = "known", "Já existia"
    REFUSED = "refused", "Recusado"
    WAITING = "waiting", "A reenviar"


class DeliveryItem(models.Model):
    """One file of a delivery. A slice that is sent again finds its rows and adds none.

    `waiting` is a file that could not be kept for a reason of ours, and has to be sent again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, related_name="items", db_index=False, verbose_name="envio"
    )
    file = models.ForeignKey(
        SourceFile, models.SET_NULL, null=True, related_name="+", verbose_name="arquivo"
    )
    filename = models.CharField("nome", max_length=1024)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)  # empty: not all bytes came
    size = models.PositiveBigIntegerField("tamanho", default=0)
    outcome = models.CharField("resultado", max_length=8, choices=Outcome)
    code = models.CharField("código", max_length=40, blank=True)
    message = models.TextField("o que houve", blank=True)
    created_at = models.DateTimeField("quando", auto_now_add=True)

    class Meta:
        verbose_name = "arquivo do envio"
        verbose_name_plural = "arquivos do envio"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "sha256", "filename"], name="deliveryitem_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="deliveryitem_known_outcome"
            ),
        ]
        indexes = [
            models.Index(fields=["delivery", "id"], name="deliveryitem_in_order"),
            models.Index(
                fields=["delivery"],
                condition=Q(outcome__in=[Outcome.REFUSED, Outcome.WAITING]),
                name="deliveryitem_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.filename


def unread() -> "models.QuerySet[DeliveryItem, object]":
    """Deliveries of which a file that came is still to be read."""
    files = SourceFile.objects.filter(WAITING)
    return received().filter(file__in=files).values("delivery")


def refused() -> "models.QuerySet[DeliveryItem, object]":
    kept_out = [Outcome.REFUSED, Outcome.WAITING]
    return DeliveryItem.objects.filter(outcome__in=kept_out).values("delivery")


def rejected() -> "models.QuerySet[DeliveryItem, object]":
    """Deliveries of which a file could not be read whole."""
    return received().filter(file__rejected__gt=0).values("delivery")


def received() -> "models.QuerySet[DeliveryItem]":
    return DeliveryItem.objects.filter(outcome=Outcome.RECEIVED)
