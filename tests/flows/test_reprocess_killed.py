"""A worker that is killed while it reads files again is followed by one that goes on."""

from pathlib import Path

from django.db.models import F

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Reprocessing, Rereading
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from ingestion.services.reprocessing import (
    execute_reprocessing,
    reprocess_files,
    sweep_reprocessings,
)
from tests.data.files import archive, invoices, xml
from tests.data.killing import kill_after, start_call

COUNT = 150


def read_archive() -> Organization:
    """A month of notes, each of which has lost its issuer's name since it was read."""
    notes = invoices(COUNT)
    with session(EVERY):
        organization = Organization.objects.create(
            name="Distribuidora Aurora", cnpj=notes[0].issuer.tax_id, tenant_key="aurora"
        )
    content = archive({f"{note.key}.xml": xml(note) for note in notes})
    file, _ = receive_file(organization, uploader=None, filename="mes.zip", chunks=[content])
    process_file(organization.pk, file.pk)
    with session(EVERY):
        Document.objects.update(emitter_name="?", parser="nfe/0")
    return organization


def members_read() -> int:
    with session(EVERY):
        return Rereading.objects.get().members_read


def test_a_killed_rereading_is_finished_by_the_next_worker(committed: None, tmp_path: Path) -> None:
    organization = read_archive()
    job, _ = reprocess_files(organization, requested_by=None, parser="nfe/0")
    worker = start_call(execute_reprocessing, organization.pk, job.pk, data=tmp_path)
    assert 0 < kill_after(1, members_read, worker) < COUNT

    execute_reprocessing(organization.pk, job.pk)
    assert members_read() < COUNT, "the lease of the dead must be respected"
    with session(EVERY):
        Reprocessing.objects.update(locked_until=F("created_at"))
    assert sweep_reprocessings() == 1
    execute_reprocessing(organization.pk, job.pk)

    with session(EVERY):
        job.refresh_from_db()
        row = job.rereadings.get()
        assert Document.objects.exclude(emitter_name="?").count() == COUNT
        assert Document.objects.count() == COUNT
        assert row.before == row.after
    assert (job.status, job.attempts, row.changed) == ("completed", 2, {"emitter_name": COUNT})
