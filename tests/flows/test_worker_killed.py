"""A worker that is killed while it reads loses nothing and doubles nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from django.db import connection
from django.db.models import F

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, FileStatus, SourceFile
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file, sweep_files
from tests.data.files import archive, invoices, xml

COUNT = 1_200
WORK = """
import sys, uuid, django
django.setup()
from ingestion.services.processing import process_file
process_file(uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2]))
"""


def start_worker(file: SourceFile, data: Path) -> subprocess.Popen[bytes]:
    """A real process that reads the file from the test's own database."""
    address = connection.settings_dict
    url = (
        f"postgresql://{address['USER']}:{quote(address['PASSWORD'])}@/{address['NAME']}"
        f"?host={quote(address['HOST'], safe='')}"
    )
    environment = os.environ | {
        "DATABASE_URL": url,
        "CONCILIACONTAG_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "conciliacontag.settings",
    }
    ids = [str(file.organization_id), str(file.pk)]
    return subprocess.Popen([sys.executable, "-c", WORK, *ids], env=environment)


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

    worker = start_worker(file, tmp_path)
    while not (done := members_read(file)):
        assert worker.poll() is None
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert 0 < done < COUNT

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
