"""Everything a batch keeps in the storage."""

from collections.abc import Iterator

from django.db.models import QuerySet
from msgspec import Struct

from audits.models import Batch, Evidence, ExportStatus
from conciliacontag.storage import size_of

ORIGINAL, CORRECTED, MANIFEST, IMAGES = "original", "corrected", "manifest", "images"


class StoredObject(Struct, frozen=True):
    """One stored file of a batch: what it is, how people call it, how many bytes it has."""

    key: str
    kind: str
    name: str
    size: int | None = None  # bytes; None when they are gone
    revision: int | None = None  # of the export that wrote it


def files_of(batch: Batch) -> list[str]:
    """The keys of all stored objects that are this batch's alone, each once.

    Batches of one run share a package of images: it belongs to the last of them. An export that
    failed may have left files behind, which count as well.
    """
    paths = batch.exports.order_by("revision", "created_at").values_list(
        "csv_path", "manifest_path"
    )
    keys = [batch.original_path, *(key for pair in paths for key in pair)]
    return list(
        dict.fromkeys(filter(None, [*keys, *sorted(image_keys(batch) - shared_keys(batch))]))
    )


def objects_of(batch: Batch) -> list[StoredObject]:
    """The stored files that are this batch's alone, in the order they came to be."""
    original = StoredObject(batch.original_path, ORIGINAL, batch.filename, batch.original_size)
    return [original, *own_images_of(batch), *artefacts_of(batch)]


def artefacts_of(batch: Batch) -> Iterator[StoredObject]:
    """What finished exports wrote, oldest revision first."""
    done = batch.exports.filter(status=ExportStatus.DONE).order_by("revision")
    columns = ("revision", "csv_path", "csv_size", "manifest_path")
    for revision, csv, size, manifest in done.values_list(*columns):
        yield StoredObject(csv, CORRECTED, named(csv), size, revision)
        yield StoredObject(manifest, MANIFEST, named(manifest), size_of(manifest), revision)


def own_images_of(batch: Batch) -> Iterator[StoredObject]:
    """Packages of images, and images that came one by one, which no other batch shows."""
    rows = evidence(batch).exclude(storage_path__in=shared_keys(batch)).order_by("storage_path")
    single = rows.filter(member="").values_list("storage_path", "name", "size")
    for key in rows.exclude(member="").values_list("storage_path", flat=True).distinct():
        yield StoredObject(key, IMAGES, named(key), size_of(key))
    for key, name, size in single.iterator():
        yield StoredObject(key, IMAGES, name, size)


def shared_objects(batch: Batch) -> list[StoredObject]:
    """Packages of images that other batches of the company show as well: they stay."""
    return [
        StoredObject(key, IMAGES, named(key), size_of(key)) for key in sorted(shared_keys(batch))
    ]


def image_keys(batch: Batch) -> set[str]:
    return set(evidence(batch).values_list("storage_path", flat=True))


def shared_keys(batch: Batch) -> set[str]:
    others = Evidence.objects.filter(
        organization=batch.organization_id, storage_path__in=image_keys(batch)
    )
    return set(others.exclude(batch=batch).values_list("storage_path", flat=True))


def evidence(batch: Batch) -> "QuerySet[Evidence]":
    return Evidence.objects.filter(batch=batch)


def named(key: str) -> str:
    """The file name that a key ends with, behind its number."""
    return key.rpartition("/")[2].partition("_")[2]
