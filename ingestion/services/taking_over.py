"""Bytes that were refused before and can be read now: by a newer reader, another layout or name.

Told that they had come before, nothing of them would ever be kept. A member of a package moves with
its row to the package it was read in, whose name for it is the right one; what a person had sent by
itself is read again by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils import timezone

from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization
from ingestion.models import FileStatus, SourceFile
from ingestion.models.files import WAITING, SourceFileQuerySet
from ingestion.parsers.names import stored_name
from ingestion.services.choosing import UNSAFE
from ingestion.services.renaming import start_anew

OWN = ("id", "organization_id", "sha256", "size", "created_at")  # what a row keeps when it moves


@dataclass(frozen=True, slots=True)
class Earlier:
    """A refused row, and the package that has to be told when it leaves."""

    row: SourceFile
    package: SourceFile | None

    @property
    def is_upload(self) -> bool:
        return self.row.container_id is None


def refused_before(organization: Organization, hashes: Sequence[str]) -> SourceFileQuerySet:
    """Rows with these bytes of which nothing was kept; what the scanner kept out stays out."""
    rows = SourceFile.objects.filter(organization=organization, status=FileStatus.FAILED)
    return rows.filter(sha256__in=hashes).exclude(kind="zip").exclude(error_code__in=UNSAFE)


def hold_refused(file: SourceFile, hashes: Sequence[str]) -> dict[str, Earlier]:
    """Those rows by hash, locked after their packages, as whoever reads a package again does.

    A package that is still being read keeps its numbers in its worker and is left alone.
    """
    if not hashes:
        return {}
    rows = refused_before(file.organization, hashes).order_by("pk")
    packages = SourceFile.objects.filter(pk__in=rows.order_by().values("container"))
    others = packages.exclude(WAITING).exclude(pk=file.pk).order_by("pk")
    held = {row.pk: row for row in others.select_for_update(of=("self",))}
    locked = list(rows.select_for_update(of=("self",)))
    return {row.sha256: Earlier(row, held.get(row.container_id or row.pk)) for row in locked}


def take_over(row: SourceFile, file: SourceFile, values: Mapping[str, Any]) -> None:
    """Make a refused row the one of what was read now, within the transaction."""
    facts = {"filename": values["filename"], "was": row.filename, "error_code": row.error_code}
    moved = {name: value for name, value in values.items() if name not in OWN}
    SourceFile.objects.filter(pk=row.pk).update(**moved)
    record(file.organization, "file.taken_over", row, actor=None, diff=facts)


def leave_package(row: SourceFile, package: SourceFile) -> None:
    """The package a row was refused in counts it as known, read elsewhere, from now on."""
    count = min(row.rejected, package.rejected)
    package.rejected, package.known = package.rejected - count, package.known + count
    package.problems.of_members([row.filename]).delete()
    package.save(update_fields=["rejected", "known"])
    if package.status == FileStatus.FAILED and package.members_read == package.member_count:
        settle_archive(package)


def read_alone(row: SourceFile, name: str) -> None:
    """Let what a person sent wait to be read again, by the name its bytes were read by."""
    start_anew(row, None, filename=stored_name(PurePosixPath(name).name) or row.filename)


def settle_archive(file: SourceFile) -> None:
    """The state of an archive follows from its counts, as after a first reading."""
    if not file.is_archive:
        return
    nothing = 0 < file.read == file.rejected
    first = file.problems.filter(severity="error").first() if nothing else None
    file.status = FileStatus.FAILED if first else FileStatus.PROCESSED
    file.error_code = first.code if first else ""
    file.error = f"{first.message} {first.remedy}".strip() if first else ""
    file.processed_at = timezone.now()
    file.save()
