"""Whether storage and rows say the same: nothing left over, nothing lost, nothing changed."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db.models import Model, Value
from django.utils import timezone
from msgspec import Struct

from audits.models import (
    Batch,
    Card,
    Evidence,
    Export,
    ExportStatus,
    Removal,
    Response,
    Sample,
    SecondReading,
)
from conciliacontag.database import EVERY, lookup, session
from conciliacontag.storage import is_stored, sha256_of, storage, stored_keys
from ingestion.models import Document, SourceFile, Transaction

CHUNK = 500
# Bytes are stored before their row is committed: what is younger may be on its way.
YOUNG = timedelta(hours=1)
STRAY, MISSING, CHANGED = "stray", "missing", "changed"
WORDS = {
    STRAY: "está guardado, e nenhum registro o nomeia",
    MISSING: "é nomeado por um registro, e não está guardado",
    CHANGED: "não tem mais o SHA-256 com que foi guardado",
}
# Every field that names a stored object; who is asked for a key looks in all of them.
NAMING: tuple[tuple[type[Model], str], ...] = (
    (SourceFile, "storage_path"),
    (Batch, "original_path"),
    (Evidence, "storage_path"),
    (Export, "csv_path"),
    (Export, "manifest_path"),
    (Removal, "key"),
)
# Rows that come with files and leave with them; the trail, people and settings are none of them.
WORKING: tuple[type[Model], ...] = (
    SourceFile,
    Document,
    Transaction,
    Batch,
    Card,
    Response,
    Evidence,
    Export,
    Sample,
    SecondReading,
    Removal,
)


class Finding(Struct, frozen=True):
    """One stored object about which storage and rows differ."""

    what: str
    key: str

    def __str__(self) -> str:
        return f"{self.key}: {WORDS[self.what]}."


def check_storage(*, hashes: bool = True) -> Iterator[Finding]:
    """Everything that storage and rows say differently; with `hashes` all bytes are read again."""
    yield from strays()
    for key, sha256 in expected():
        if not is_stored(key):
            yield Finding(MISSING, key)
        elif hashes and sha256 and sha256_of(key) != sha256:
            yield Finding(CHANGED, key)


def strays() -> Iterator[Finding]:
    """Stored objects, not just arriving, that no row names."""
    keys = stored_keys()
    while chunk := list(islice(keys, CHUNK)):
        with session(EVERY):
            named = set().union(*(lookup(model, field, chunk) for model, field in NAMING))
        yield from (Finding(STRAY, key) for key in chunk if key not in named and not is_young(key))


def is_young(key: str) -> bool:
    try:
        return storage().get_modified_time(key) > timezone.now() - YOUNG
    except FileNotFoundError:
        return True


def expected() -> Iterator[tuple[str, str]]:
    """Each object that has to be there, with its SHA-256 where that is known."""
    done = Export.objects.filter(status=ExportStatus.DONE)
    sources = (
        SourceFile.objects.exclude(storage_path="").values_list("storage_path", "sha256"),
        Batch.objects.values_list("original_path", "original_sha256"),
        done.values_list("csv_path", "csv_sha256"),
        done.values_list("manifest_path", "manifest_sha256"),
        Evidence.objects.order_by().values_list("storage_path", Value("")).distinct(),
    )
    for rows in sources:
        with session(EVERY):
            pairs = list(rows)
        yield from pairs


def left_over() -> dict[str, int]:
    """What keeps the system from its initial state: rows and files, by their names; empty is good.

    The trail, people, companies and settings stay on purpose and do not count.
    """
    with session(EVERY):
        rows = {
            str(model._meta.verbose_name_plural): model._default_manager.count()
            for model in WORKING
        }
    arriving = Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*")
    files = {
        "arquivos guardados": sum(1 for _ in stored_keys()),
        "arquivos de passagem": sum(path.is_file() for path in arriving),
    }
    return {name: count for name, count in (rows | files).items() if count}
