"""Reading again beside people and runs that book: each sees what the other has done."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from time import sleep
from uuid import UUID

from django.db import connection

from conciliacontag.database import EVERY, session
from ingestion.models import Document, MatchStatus, Reprocessing
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from ingestion.services.reprocessing import execute_reprocessing, reprocess_files
from reconciliation.ledger import books
from tests.conftest import make_organization
from tests.data.files import invoices, xml

LONG_ENOUGH = 1.5  # seconds in which the other thread would read the file to its end


def reread(organization_id: UUID, job_id: UUID) -> None:
    """In a thread of its own, which leaves its connection closed."""
    try:
        execute_reprocessing(organization_id, job_id)
    finally:
        connection.close()


def wrongly_read() -> Reprocessing:
    """A note with a wrong amount, and the request to read it again."""
    with session(EVERY):
        seller = make_organization("Padaria Aurora Ltda", 1)
    file, _ = receive_file(seller, uploader=None, filename="a.xml", chunks=[xml(invoices(1)[0])])
    process_file(seller.pk, file.pk)
    with session(EVERY):
        Document.objects.update(total_amount=Decimal("1.00"))
    job, _ = reprocess_files(seller, requested_by=None, files=[file.pk])
    return job


def test_what_is_booked_meanwhile_is_told(committed: None) -> None:
    job = wrongly_read()

    with ThreadPoolExecutor(1) as other:
        with books(job.organization_id):
            done = other.submit(reread, job.organization_id, job.pk)
            sleep(LONG_ENOUGH)
            Document.objects.update(status=MatchStatus.RECONCILED)
        done.result()

    with session(EVERY):
        codes = list(job.rereadings.get().file.problems.values_list("code", flat=True))
        assert "reprocess_changed" in codes
