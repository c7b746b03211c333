"""A refused file that comes again for a good reason is read once more, from nothing.

A name never decides what a file is, but it may contradict the content: a text called .xlsx is
refused. Whoever puts the name right and sends it again must not be told of the first refusal, nor
whoever sends again what the scanner for malware kept out once and now finds clean.
"""

from typing import Any

from django.db.transaction import on_commit

from conciliacontag.celery import ring
from conciliacontag.database import session
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.storage import remove
from ingestion.models import FileStatus, SourceFile
from ingestion.services.choosing import UNSAFE

COUNTS = ("read", "new", "known", "informative", "rejected")
UNREAD = {
    **dict.fromkeys((*COUNTS, "members_read", "attempts"), 0),
    **dict.fromkeys(("error_code", "error", "parser"), ""),
    "member_count": None,
    "processed_at": None,
    "status": FileStatus.UPLOADED,
}


def read_by_new_name(file: SourceFile, name: str, *, sender: User | None) -> SourceFile:
    """The file, waiting to be read by this name if it was refused under another one.

    Nothing of a refused file was kept, so it starts from nothing. Files of an archive belong to
    their archive, and what the scanner for malware refused stays refused.
    """
    if not is_refused(file) or file.filename == name:
        return file
    with session([file.organization_id]):
        rows = SourceFile.objects.select_for_update(of=("self",)).select_related("organization")
        held: SourceFile = rows.get(pk=file.pk)
        if not is_refused(held) or held.filename == name:
            return held
        start_anew(held, sender, filename=name)
    return held


def is_cleared(first: SourceFile, sent: SourceFile) -> bool:
    """Whether the scanner kept a file out that it now, sent again, finds clean."""
    kept_out = first.status == FileStatus.FAILED and first.error_code in UNSAFE
    return kept_out and sent.scanned_at is not None


def read_as_clean(first: SourceFile, sent: SourceFile) -> SourceFile:
    """The file, waiting to be read from the bytes that were sent now, unless it waits already."""
    with session([first.organization_id]):
        rows = SourceFile.objects.select_for_update(of=("self",)).select_related("organization")
        held: SourceFile = rows.get(pk=first.pk)
        if not is_cleared(held, sent):
            return held
        if before := held.storage_path:
            on_commit(lambda: remove(before))
        values = {name: getattr(sent, name) for name in ("filename", "storage_path", "scanned_at")}
        start_anew(held, sent.uploader, **values)
    return held


def start_anew(held: SourceFile, sender: User | None, **values: Any) -> None:
    """Let a locked file wait to be read as if it had just come, within the transaction."""
    facts = {"filename": values["filename"], "was": held.filename, "error_code": held.error_code}
    record(held.organization, "file.renamed", held, actor=sender, diff=facts)
    for field, value in {**UNREAD, **values}.items():
        setattr(held, field, value)
    held.problems.all().delete()
    held.save()
    ids = str(held.organization_id), str(held.pk)
    on_commit(lambda: ring("ingestion.process_file", *ids))


def is_refused(file: SourceFile) -> bool:
    return (
        file.status == FileStatus.FAILED
        and file.container_id is None
        and not file.is_archive
        and bool(file.storage_path)
        and file.error_code not in UNSAFE
    )
