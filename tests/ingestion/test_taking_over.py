"""Bytes that were refused in one package and can be read in another are kept after all."""

from collections.abc import Callable
from pathlib import Path

from conciliacontag.organizations.models import AuditLog, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import FileStatus, SourceFile, Transaction
from ingestion.services.mapping import Said, map_file
from ingestion.services.previewing import Preview
from ingestion.services.processing import process_file
from tests.data.files import archive, invoices, xml
from tests.data.tables import STATEMENT, as_csv
from tests.ingestion.conftest import Send

TABLE = as_csv(STATEMENT)
UNKNOWN = as_csv((("Quando", "O que", "Quanto"), ("01/08/2026", "ALUGUEL", "-900,00")))
SAID = Said(source="bank", columns={"date": 0, "memo": 1, "amount": 2}, account="237/1/2")


def counts(file: SourceFile) -> tuple[int, int, int, int]:
    file.refresh_from_db()
    return file.read, file.new, file.known, file.rejected


def test_a_member_refused_for_its_name_is_read_by_the_right_one(send: Send) -> None:
    first = send(archive({"extrato.xlsx": TABLE}), "errado.zip")
    row = first.members.get()
    second = send(archive({"extrato.csv": TABLE}), "certo.zip")

    taken = second.members.get()
    assert (taken.pk, taken.filename, taken.status) == (row.pk, "extrato.csv", "processed")
    assert counts(second) == (2, 2, 0, 0)
    assert counts(taken) == (2, 2, 0, 0)
    assert set(Transaction.objects.values_list("file", flat=True)) == {row.pk}


def test_the_package_it_was_refused_in_is_settled(send: Send) -> None:
    first = send(archive({"extrato.xlsx": TABLE}), "errado.zip")
    assert first.status == FileStatus.FAILED
    send(archive({"extrato.csv": TABLE}), "certo.zip")

    assert counts(first) == (1, 0, 1, 0)
    assert (first.status, first.error_code, first.error) == (FileStatus.PROCESSED, "", "")
    problem = first.problems.get()
    assert (problem.severity, problem.place) == ("info", "extrato.xlsx")
    assert "certo.zip" in problem.message
    assert AuditLog.objects.filter(action="file.taken_over").count() == 1


def test_a_layout_declared_meanwhile_reads_what_was_refused(
    send: Send, seller: Organization, person: Callable[..., User]
) -> None:
    other = as_csv((("Quando", "O que", "Quanto"), ("02/08/2026", "LUZ", "-80,00")))
    send(archive({"agosto.csv": UNKNOWN}), "a.zip")
    map_file(send(other, "outra.csv"), user=person(Role.OPERATOR, seller), said=SAID)
    file = send(archive({"pasta/agosto.csv": UNKNOWN}), "b.zip")

    assert counts(file) == (1, 1, 0, 0)
    assert Transaction.objects.get(memo="ALUGUEL").file == file.members.get()


def test_under_two_names_in_one_package_the_readable_one_counts(send: Send) -> None:
    file = send(archive({"a.xlsx": TABLE, "b.csv": TABLE}), "mês.zip")

    assert counts(file) == (3, 2, 0, 1)
    assert file.members.get().filename == "b.csv"
    assert set(Transaction.objects.values_list("file", flat=True)) == {file.members.get().pk}


def test_an_upload_that_was_refused_is_read_again_by_itself(
    send: Send, seller: Organization
) -> None:
    upload = send(TABLE, "extrato.xlsx")
    file = send(archive({"pasta/extrato.csv": TABLE, "a.xml": xml(invoices(1)[0])}), "mês.zip")

    assert counts(file) == (3, 1, 2, 0)
    upload.refresh_from_db()
    assert (upload.status, upload.filename) == (FileStatus.UPLOADED, "extrato.csv")
    process_file(seller.pk, upload.pk)
    assert counts(upload) == (2, 2, 0, 0)
    assert set(Transaction.objects.values_list("file", flat=True)) == {upload.pk}


def test_what_is_refused_again_keeps_its_row_and_its_reason(send: Send) -> None:
    first = send(archive({"extrato.xlsx": TABLE}), "errado.zip")
    second = send(archive({"outro.xlsx": TABLE}), "de novo.zip")

    assert (counts(first), counts(second)) == ((1, 0, 0, 1), (1, 0, 0, 1))
    assert first.members.get().filename == "extrato.xlsx"
    assert not second.members.exists()
    assert second.problems.get(severity="error")


def test_looking_only_counts_as_reading_would(
    send: Send, seller: Organization, tmp_path: Path
) -> None:
    send(archive({"extrato.xlsx": TABLE}), "errado.zip")
    (tmp_path / "certo.zip").write_bytes(archive({"extrato.csv": TABLE}))

    lines = list(Preview(seller).lines(tmp_path / "certo.zip"))

    assert [line["counts"]["new"] for line in lines] == [2, 2]


def test_another_company_refused_is_no_matter_of_ours(
    send: Send, other_organization: Organization
) -> None:
    theirs = send(archive({"extrato.xlsx": TABLE}), "errado.zip", other_organization)
    send(archive({"extrato.csv": TABLE}), "certo.zip")

    assert counts(theirs) == (1, 0, 0, 1)
    assert theirs.members.get().status == FileStatus.FAILED
