"""The dossier of one export: every file that proves it, in a folder or in a ZIP that streams."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils import timezone

from audits.exports.package import CORRECTED, MANIFEST, original_name
from audits.manifest_check import SUMS
from audits.models import Export, ExportStatus
from audits.verifier import README, VERIFIER, readme, verifier
from conciliacontag.errors import NotFound
from conciliacontag.storage import chunks, is_stored, open_stored

EARLIER = "revisoes/results_manifest.{revision}.json"
LARGE = 1 << 30  # a ZIP tells beforehand which of its members may pass four gigabytes
FAST = 1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a dossier, known before a byte of it is read."""

    name: str
    sha256: str
    size: int
    blocks: Callable[[], Iterator[bytes]]


def dossier(export: Export) -> list[Member]:
    """The files of a finished export: the original, what it became, and what proves it.

    Raises:
        NotFound: `artefact_missing`: one of them is no longer stored.
    """
    batch = export.batch
    name = original_name(batch)
    members = [
        stored(name, batch.original_path, batch.original_sha256, batch.original_size),
        stored(CORRECTED, export.csv_path, export.csv_sha256, export.csv_size or 0),
        stored(MANIFEST, export.manifest_path, export.manifest_sha256),
        *earlier(export),
        written(VERIFIER, verifier()),
        written(README, told(export, name)),
    ]
    sums = "".join(f"{member.sha256}  {member.name}\n" for member in members)
    return [*members, written(SUMS, sums.encode())]


def earlier(export: Export) -> Iterator[Member]:
    """The manifests of all revisions before, first to last."""
    before = Export.objects.filter(
        batch=export.batch_id, status=ExportStatus.DONE, revision__lt=export.revision
    )
    for one in before.order_by("revision"):
        name = EARLIER.format(revision=one.revision)
        yield stored(name, one.manifest_path, one.manifest_sha256)


def told(export: Export, original: str) -> bytes:
    return readme(
        name=export.batch.name,
        organization=export.batch.organization.name,
        revision=export.revision,
        original=original,
        corrected=CORRECTED,
        manifest=MANIFEST,
    )


def stored(name: str, key: str, digest: str, size: int = 0) -> Member:
    if not is_stored(key):
        raise NotFound(
            f"O arquivo {name} desta exportação não está mais guardado. "
            "Recupere-o da cópia de segurança.",
            code="artefact_missing",
        )

    def blocks() -> Iterator[bytes]:
        with open_stored(key) as file:
            yield from chunks(file)

    return Member(name, digest, size, blocks)


def written(name: str, content: bytes) -> Member:
    return Member(name, sha256(content).hexdigest(), len(content), lambda: iter([content]))


def write_folder(members: Iterable[Member], folder: Path) -> None:
    """Copy a dossier into a folder.

    Raises:
        OSError: the folder cannot be written, or a stored file is gone.
    """
    for member in members:
        path = folder / member.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.writelines(member.blocks())


class Sink:
    """What `ZipFile` writes into: it cannot be sought in, so the ZIP is made to be streamed."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def write(self, content: bytes) -> int:
        self.held.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing waits: what was written is taken at once."""

    def taken(self) -> bytes:
        content = b"".join(self.held)
        self.held.clear()
        return content


def stream_zip(members: Iterable[Member], *, at: datetime) -> Iterator[bytes]:
    """The members as a ZIP, block by block; none of them has to fit into memory.

    Args:
        at: the moment that all members bear, so that the same dossier has the same bytes.
    """
    sink = Sink()
    moment = timezone.localtime(at).timetuple()
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=FAST) as archive:  # type: ignore[call-overload]
        for member in members:
            info = ZipInfo(member.name, moment[:6])
            info.external_attr = 0o644 << 16
            info.compress_type = ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=member.size > LARGE) as target:
                for block in member.blocks():
                    target.write(block)
                    yield sink.taken()
    yield sink.taken()
