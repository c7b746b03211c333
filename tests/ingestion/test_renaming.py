"""A file that was refused under one name is read when it comes under another."""

import pytest

from conciliacontag.organizations.models import AuditLog, Organization
from ingestion.models import FileStatus, SourceFile, Transaction
from ingestion.services.files import receive_file
from tests.data.files import archive
from tests.data.tables import STATEMENT, as_csv
from tests.ingestion.conftest import Send

TABLE = as_csv(STATEMENT)


def test_the_right_name_has_a_refused_file_read(send: Send) -> None:
    refused = send(TABLE, "extrato.xlsx")
    read = send(TABLE, "extrato.csv")

    assert (refused.status, refused.error_code) == (FileStatus.FAILED, "file_type")
    assert (read.pk, read.filename, read.error_code) == (refused.pk, "extrato.csv", "")
    assert (read.status, read.new, read.rejected) == (FileStatus.PROCESSED, 2, 0)
    assert not read.problems.filter(severity="error").exists()
    assert Transaction.objects.count() == 2


def test_the_trail_says_which_name_it_had(send: Send) -> None:
    send(TABLE, "extrato.xlsx")
    send(TABLE, "extrato.csv")

    entry = AuditLog.objects.get(action="file.renamed")
    assert entry.diff == {
        "filename": "extrato.csv",
        "was": "extrato.xlsx",
        "error_code": "file_type",
    }


def test_the_same_name_again_changes_nothing(send: Send, seller: Organization) -> None:
    refused = send(TABLE, "extrato.xlsx")
    again, created = receive_file(
        seller, uploader=None, filename="pasta/extrato.xlsx", chunks=[TABLE]
    )

    assert (again, created, again.status) == (refused, False, FileStatus.FAILED)
    assert not AuditLog.objects.filter(action="file.renamed").exists()


def test_another_wrong_name_is_refused_for_its_own_reason(send: Send) -> None:
    send(TABLE, "extrato.xlsx")
    again = send(TABLE, "extrato.ods")

    assert (again.status, again.filename, again.rejected) == (FileStatus.FAILED, "extrato.ods", 1)
    assert again.error_code == "file_type"
    assert again.problems.count() == SourceFile.objects.count() == 1


def test_a_file_that_was_read_keeps_its_name(send: Send) -> None:
    send(TABLE, "extrato.csv")
    again = send(TABLE, "extrato.xlsx")

    assert (again.status, again.filename) == (FileStatus.PROCESSED, "extrato.csv")
    assert Transaction.objects.count() == 2


@pytest.mark.parametrize("code", ["file_infected", "file_not_scannable"])
def test_what_the_scanner_refused_stays_refused(send: Send, code: str) -> None:
    file = send(TABLE, "extrato.xlsx")
    SourceFile.objects.update(error_code=code)

    assert send(TABLE, "extrato.csv").status == FileStatus.FAILED
    assert SourceFile.objects.get(pk=file.pk).filename == "extrato.xlsx"


def test_the_refused_file_of_an_archive_stays_with_its_archive(send: Send) -> None:
    send(archive({"extrato.xlsx": TABLE}), "a.zip")
    again = send(TABLE, "extrato.csv")

    assert (again.status, again.container is not None) == (FileStatus.FAILED, True)
