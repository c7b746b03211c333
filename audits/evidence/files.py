"""Everything a batch keeps in the storage."""

from audits.models import Batch, Evidence


def files_of(batch: Batch) -> list[str]:
    """The keys of all stored objects that are this batch's alone, each once.

    Batches of one run share a package of images: it belongs to the last of them.
    """
    keys = [batch.original_path]
    for paths in batch.exports.order_by("revision", "created_at").values_list(
        "csv_path", "manifest_path"
    ):
        keys += paths
    own = set(Evidence.objects.filter(batch=batch).values_list("storage_path", flat=True))
    others = Evidence.objects.filter(organization=batch.organization_id, storage_path__in=own)
    shared = set(others.exclude(batch=batch).values_list("storage_path", flat=True))
    return list(dict.fromkeys(filter(None, [*keys, *sorted(own - shared)])))
