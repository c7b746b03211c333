"""A worker that is killed while it reads loses nothing and doubles nothing."""

from pathlib import Path

from django.db.models import F

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, FileStatus, SourceFile
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file, sweep_files
from tests.data.files import archive, invoices, xml
from tests.data.killing import kill_after, start_call

COUNT = 150


def members_read(file: SourceFile) -> int:
    with session(EVERY):
        return SourceFile.objects.values_list("members_read", flat=True).get(pk=file.pk)


def test_a_killed_reading_is_finished_by_the_next_worker(committed: None, tmp_path: Path) -> None:
    notes = invoices(COUNT)
    with session(EVERY):
        organization = Organization.objects.create(
            name="Distribuidora Aurora", cnpj=notes[0].issuer.tax_id, tenant_key="aurora"
        )
    content = archive({f"{note.key}.xml": xml(note) for note in notes})
    file, _ = receive_file(organization, uploader=None, filename="mes.zip", chunks=[content])

    worker = start_call(process_file, organization.pk, file.pk, data=tmp_path)
    assert 0 < kill_after(1, lambda: members_read(file), worker) < COUNT

    process_file(organization.pk, file.pk)
    with session(EVERY):
        assert Document.objects.count() < COUNT, "the lease of the dead must be respected"
        SourceFile.objects.filter(pk=file.pk).update(locked_until=F("created_at"))
    assert sweep_files() == 1
    process_file(organization.pk, file.pk)

    with session(EVERY):
        file.refresh_from_db()
        assert Document.objects.count() == COUNT
        assert file.members.count() == COUNT
    assert (file.status, file.attempts) == (FileStatus.PROCESSED, 2)
    assert (file.read, file.new, file.known) == (COUNT, COUNT, 0)
