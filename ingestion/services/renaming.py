"""A refused file that comes again under another name gets that name, and is read by it.

A name never decides what a file is, but it may contradict the content: a text called .xlsx is
refused. Whoever puts the name right and sends it again must not be told of the first refusal.
"""

from django.db.transaction import on_commit

from conciliacontag.celery import ring
from conciliacontag.database import session
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
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
        facts = {"filename": name, "was": held.filename, "error_code": held.error_code}
        for field, value in {**UNREAD, "filename": name}.items():
            setattr(held, field, value)
        held.problems.all().delete()
        held.save()
        record(held.organization, "file.renamed", held, actor=sender, diff=facts)
        ids = str(held.organization_id), str(held.pk)
        on_commit(lambda: ring("ingestion.process_file", *ids))
    return held


def is_refused(file: SourceFile) -> bool:
    return (
        file.status == FileStatus.FAILED
        and file.container_id is None
        and not file.is_archive
        and bool(file.storage_path)
        and file.error_code not in UNSAFE
    )
