"""What a clean-up takes away and what it leaves, told beforehand by the same words it acts by."""

from typing import Any

from django.db.models import Count, Q
from msgspec import Struct

from audits.evidence.files import StoredObject, objects_of, shared_objects
from audits.models import (
    Batch,
    Card,
    Decision,
    Evidence,
    Export,
    ExportStatus,
    Response,
    Sample,
    SecondReading,
)

WORDS = {
    "cards": ("cartão", "cartões"),
    "responses": ("correção", "correções"),
    "images": ("imagem", "imagens"),
    "exports": ("exportação", "exportações"),
    "samples": ("amostra", "amostras"),
    "second_readings": ("segunda leitura", "segundas leituras"),
    "decisions": ("decisão", "decisões"),
    "history": ("linha de histórico", "linhas de histórico"),
    "rows": ("linha do arquivo", "linhas do arquivo"),
    "revisions": ("revisão", "revisões"),
}


class Leaving(Struct, frozen=True):
    """Files and rows that a clean-up of one batch takes, and what stays."""

    files: tuple[StoredObject, ...]
    rows: dict[str, int]  # kind → how many leave
    stays: dict[str, int]  # kind → how many stay
    shared: tuple[StoredObject, ...]  # files that other batches use as well
    manifest_sha256: str  # of the last manifest, whose text goes into the closing record

    @property
    def size(self) -> int:
        """Bytes that leave."""
        return sum(file.size or 0 for file in self.files)


def worded(counts: dict[str, int]) -> list[tuple[int, str]]:
    """What there is of each kind with its word: `(1, "cartão")`, `(2, "imagens")`."""
    return [(count, WORDS[kind][count != 1]) for kind, count in counts.items() if count]


def cleanup_preview(batch: Batch) -> Leaving:
    """What cleaning this batch up would take and leave now; nothing is changed."""
    last = last_export(batch)
    return Leaving(
        files=tuple(objects_of(batch)),
        rows=leaving_rows(batch),
        stays=staying_rows(batch),
        shared=tuple(shared_objects(batch)),
        manifest_sha256=last.manifest_sha256 if last else "",
    )


def last_export(batch: Batch) -> Export | None:
    """The newest finished export."""
    done = Export.objects.filter(batch=batch, status=ExportStatus.DONE)
    return done.order_by("-revision", "-created_at").first()


def leaving_rows(batch: Batch) -> dict[str, int]:
    return {
        "cards": Card.objects.filter(batch=batch).count(),
        "responses": Response.objects.filter(card__batch=batch).count(),
        "images": Evidence.objects.filter(batch=batch).count(),
        "exports": Export.objects.filter(batch=batch).count(),
        "samples": Sample.objects.filter(batch=batch).count(),
        "second_readings": SecondReading.objects.filter(sample__batch=batch).count(),
    }


def staying_rows(batch: Batch) -> dict[str, int]:
    cards = Card.history.filter(batch_id=batch.pk)
    responses = Response.history.filter(card_id__in=cards.values("id"))
    return {
        "decisions": Decision.objects.filter(batch_id=batch.pk).count(),
        "history": cards.count() + responses.count(),
    }


def counts_of(batch: Batch, leaving: Leaving) -> dict[str, Any]:
    """What the closing record tells in numbers."""
    return {
        "rows": batch.rows,
        **leaving.rows,
        **leaving.stays,
        "revisions": batch.revision,
        "sampling": sampling_of(batch),
    }


def sampling_of(batch: Batch) -> list[dict[str, Any]]:
    """Each draw of a second reading: how many cards, how many read again, how many differed."""
    read, differs = Q(readings__agrees__isnull=False), Q(readings__agrees=False)
    drawn = Sample.objects.filter(batch=batch).annotate(
        drawn=Count("readings"),
        read=Count("readings", filter=read),
        disagreed=Count("readings", filter=differs),
    )
    columns = ("seed", "percent", "population", "drawn", "read", "disagreed")
    samples = drawn.order_by("created_at").values(*columns)
    return [{**sample, "percent": str(sample["percent"])} for sample in samples]
