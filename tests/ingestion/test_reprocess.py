"""Reading again: rows are found and updated, nothing is doubled, what people decided stays."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from audits.demonstration.statement import BankRow
from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.models import AuditLog, Organization
from ingestion.models import Document, JobStatus, Reprocessing, Rereading, SourceFile, Transaction
from ingestion.services.reprocessing import (
    execute_reprocessing,
    reprocess_files,
    sweep_reprocessings,
)
from tests.data.files import archive, cancellation, invoices, statement, xml
from tests.data.rows import make_document
from tests.ingestion.conftest import Send

ROWS = [
    BankRow(date(2026, 10, 5), Decimal("-10.00"), "TARIFA"),
    BankRow(date(2026, 10, 6), Decimal("99.90"), "PIX RECEBIDO"),
]


def again(organization: Organization, **asked: Any) -> Rereading:
    """Ask for a new reading and carry it out; what it did to the first upload."""
    job, created = reprocess_files(organization, requested_by=None, **asked)
    assert created
    execute_reprocessing(organization.pk, job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED, list(job.rereadings.values("error"))
    assert job.done == job.total
    return job.rereadings.all()[0]


def test_an_unchanged_reading_changes_nothing(send: Send, seller: Organization) -> None:
    first, second = invoices(2)
    file = send(archive({"a.xml": xml(first), "b.xml": xml(second), "c.xml": xml(first)[:300]}))
    known = list(Document.objects.order_by("pk").values())

    row = again(seller, files=[file.pk])

    assert row.before == row.after
    assert (row.changed, row.missing) == ({}, 0)
    assert list(Document.objects.order_by("pk").values()) == known


def test_bytes_that_a_package_holds_twice_are_read_again_by_their_own_name(
    send: Send, seller: Organization
) -> None:
    table = "Data;Histórico;Valor\n05/10/2026;TARIFA;-10,00\n06/10/2026;PIX;99,90\n".encode()
    file = send(archive({"a.csv": table, "b.xlsx": table}), "mês.zip")
    known = list(Transaction.objects.order_by("pk").values())

    row = again(seller, files=[file.pk])

    assert (row.before, row.changed, row.missing) == (row.after, {}, 0)
    assert list(Transaction.objects.order_by("pk").values()) == known


def test_reading_again_twice_changes_nothing(send: Send, seller: Organization) -> None:
    file = send(statement(ROWS))
    counts = (file.read, file.new, file.known)

    for _ in range(2):
        assert again(seller, files=[file.pk]).changed == {}

    file.refresh_from_db()
    assert (file.read, file.new, file.known) == counts
    assert Transaction.objects.count() == 2


def test_what_was_read_wrongly_is_put_right_in_place(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    right = Document.objects.get()
    wrong = {"total_amount": Decimal("1.00"), "emitter_name": "?", "parser": "nfe/0"}
    Document.objects.update(**wrong, status="reconciled")

    row = again(seller, parser="nfe/0")

    document = Document.objects.get()
    assert (document.pk, document.status) == (right.pk, "reconciled")
    assert (document.total_amount, document.parser) == (right.total_amount, right.parser)
    assert row.changed == {"total_amount": 1, "emitter_name": 1}
    assert file.problems.get().code == "reprocess_changed"


def test_a_changed_memo_updates_its_line(send: Send, seller: Organization) -> None:
    file = send(statement(ROWS))
    line = Transaction.objects.get(memo="TARIFA")
    Transaction.objects.filter(pk=line.pk).update(memo="?", natural_key="x", status="unmatched")

    row = again(seller, files=[file.pk])

    line.refresh_from_db()
    assert Transaction.objects.count() == 2
    assert (line.memo, line.status, row.changed) == ("TARIFA", "unmatched", {"memo": 1})


def test_lines_that_exchange_their_keys_do_not_meet(send: Send, seller: Organization) -> None:
    file = send(statement(ROWS))
    first, second = Transaction.objects.order_by("date")
    for line, key in ((first, "x"), (second, first.natural_key), (first, second.natural_key)):
        Transaction.objects.filter(pk=line.pk).update(natural_key=key, memo="?")

    again(seller, files=[file.pk])

    assert Transaction.objects.count() == 2
    assert set(Transaction.objects.values_list("memo", flat=True)) == {"TARIFA", "PIX RECEBIDO"}


def test_a_note_whose_key_is_worded_anew_stays_one(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    document = Document.objects.get()
    Document.objects.update(key="prefeitura|1")

    row = again(seller, files=[file.pk])

    assert Document.objects.get().pk == document.pk
    assert (Document.objects.get().key, row.changed) == (document.key, {"key": 1})


def test_what_does_not_come_back_stays_and_is_told(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    make_document(seller, file=file, number="777")

    row = again(seller, files=[file.pk])

    problem = file.problems.get()
    assert (problem.code, row.missing, Document.objects.count()) == ("reprocess_missing", 1, 2)
    assert "777" in problem.message


def test_a_note_that_was_cancelled_stays_so(send: Send, seller: Organization) -> None:
    invoice = invoices(1)[0]
    file = send(xml(invoice))
    send(cancellation(invoice))

    row = again(seller, files=[file.pk])

    assert Document.objects.get().fiscal_status == "cancelled"
    assert row.changed == {}


def test_comparing_only_changes_nothing(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    Document.objects.update(emitter_name="?")

    row = again(seller, files=[file.pk], dry_run=True)

    assert row.changed == {"emitter_name": 1}
    assert Document.objects.get().emitter_name == "?"
    assert not AuditLog.objects.filter(action="file.reread").exists()


def test_a_refused_file_can_be_read_after_all(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    Document.objects.all().delete()
    SourceFile.objects.update(status="failed", error_code="x", error="x", new=0, rejected=1)

    row = again(seller, files=[file.pk])

    file.refresh_from_db()
    assert (file.status, file.error, file.new, file.rejected) == ("processed", "", 1, 0)
    assert (row.before["documents"], row.after["documents"]) == (0, 1)


def test_a_member_is_read_through_its_archive(send: Send, seller: Organization) -> None:
    first, second = invoices(2)
    file = send(archive({"a.xml": xml(first), "b.xml": xml(second)}))
    Document.objects.update(emitter_name="?")
    member = file.members.get(filename="b.xml")

    row = again(seller, files=[member.pk])

    assert (row.file, row.only, row.changed) == (file, [str(member.pk)], {"emitter_name": 1})
    assert Document.objects.get(file=member).emitter_name != "?"
    assert Document.objects.exclude(file=member).get().emitter_name == "?"


def test_an_archive_that_was_refused_whole_is_read(send: Send, seller: Organization) -> None:
    content = archive({"a.xml": xml(invoices(1)[0])})
    file = send(content)
    file.members.all().delete()
    Document.objects.all().delete()
    refused = {"status": "failed", "error_code": "x", "error": "x", "read": 1, "new": 0}
    SourceFile.objects.update(**refused, rejected=1, members_read=0, member_count=None)

    again(seller, files=[file.pk])

    file.refresh_from_db()
    assert (file.status, file.read, file.new, file.rejected) == ("processed", 1, 1, 0)
    assert file.members.get().status == "processed"


def test_the_same_request_under_way_is_the_first_one(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    job, _ = reprocess_files(seller, requested_by=None, files=[file.pk])

    same, created = reprocess_files(seller, requested_by=None, files=[file.pk])

    assert (same, created) == (job, False)
    with pytest.raises(Conflict):
        reprocess_files(seller, requested_by=None, files=[file.pk], dry_run=True)


def test_work_that_is_done_is_not_done_again(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    again(seller, files=[file.pk])

    execute_reprocessing(seller.pk, Reprocessing.objects.get().pk)

    assert AuditLog.objects.filter(action="file.reread").count() == 1
    assert sweep_reprocessings() == 0


def test_bytes_that_are_gone_are_told(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    SourceFile.objects.update(storage_path="nada/aqui")
    job, _ = reprocess_files(seller, requested_by=None, files=[file.pk])

    execute_reprocessing(seller.pk, job.pk)

    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED_WITH_ERRORS
    assert job.rereadings.get().error_code == "bytes_missing"


def test_what_cannot_be_asked_is_refused(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    for asked in ({}, {"files": [file.pk], "parser": "nfe/1"}, {"parser": "nfe/99"}):
        with pytest.raises(InvalidInput):
            reprocess_files(seller, requested_by=None, **asked)
    with pytest.raises(InvalidInput):
        reprocess_files(seller, requested_by=None, files=[file.pk], use="nfe")
    with pytest.raises(NotFound):
        reprocess_files(seller, requested_by=None, files=[seller.pk])
