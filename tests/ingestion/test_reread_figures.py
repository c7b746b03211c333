"""What a new reading changed, in figures: a package is counted as a whole only once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conciliacontag.organizations.models import Organization
from ingestion import reading
from ingestion.models import Document, Rereading, SourceFile
from ingestion.services.reprocessing import execute_reprocessing, reprocess_files
from tests.data.files import archive, invoices, xml
from tests.ingestion.conftest import Send

WHOLE = '"container_id" = '


@pytest.fixture
def package(send: Send, monkeypatch: pytest.MonkeyPatch) -> SourceFile:
    """Six notes, read in three parts; of two the rows were lost."""
    monkeypatch.setattr(reading, "CHUNK_READINGS", 2)
    file = send(archive({f"{place}.xml": xml(one) for place, one in enumerate(invoices(6))}))
    Document.objects.filter(file__filename__in=["0.xml", "5.xml"]).delete()
    return file


def again(organization: Organization, file: SourceFile, *, dry_run: bool) -> Rereading:
    job, _ = reprocess_files(organization, requested_by=None, files=[file.pk], dry_run=dry_run)
    execute_reprocessing(organization.pk, job.pk)
    return job.rereadings.get()


def test_a_package_is_counted_as_a_whole_once(package: SourceFile, seller: Organization) -> None:
    with CaptureQueriesContext(connection) as queries:
        again(seller, package, dry_run=False)

    counts = [query["sql"] for query in queries if "COUNT(*)" in query["sql"]]
    assert len([sql for sql in counts if WHOLE in sql]) == 3  # documents, events, transactions


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_figures_are_those_of_the_whole(
    package: SourceFile, seller: Organization, dry_run: bool
) -> None:
    row = again(seller, package, dry_run=dry_run)

    assert (row.before["documents"], row.after["documents"]) == (4, 6)
    assert (row.before["new"], row.after["new"]) == (6, 6)
    assert Document.objects.count() == (4 if dry_run else 6)
