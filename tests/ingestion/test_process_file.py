"""From bytes to rows: what was new, known, in conflict, rejected, and where."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from audits.demonstration.statement import BankRow
from conciliacontag.organizations.models import AuditLog, Organization
from ingestion.models import Document, DocumentEvent, FileStatus, SourceFile, Transaction
from ingestion.parsers.model import ParseError
from ingestion.services import processing
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from tests.data.files import archive, cancellation, invoices, statement, xml
from tests.ingestion.conftest import Send

DAY = date(2026, 10, 5)


def counts(file: SourceFile) -> tuple[int, int, int, int, int]:
    return file.read, file.new, file.known, file.informative, file.rejected


def test_an_invoice_becomes_a_document_of_its_file(send: Send) -> None:
    invoice = invoices(1)[0]

    file = send(xml(invoice))

    document = Document.objects.get()
    assert (file.status, file.kind, counts(file)) == (FileStatus.PROCESSED, "nfe", (1, 1, 0, 0, 0))
    assert (document.key, document.total_amount) == (invoice.key, invoice.total)
    assert (document.direction, document.fiscal_status) == ("issued", "authorized")
    assert document.file == file
    assert document.normalized["items"]


def test_reading_twice_changes_nothing(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    process_file(seller.pk, file.pk)

    assert Document.objects.count() == 1
    assert AuditLog.objects.filter(action="file.processed").count() == 1


def test_an_archive_tells_new_known_and_broken_members(send: Send) -> None:
    first, second, third = invoices(3)
    send(xml(first))

    file = send(
        archive(
            {
                "conhecida.xml": xml(first),
                "nova.xml": xml(second),
                "copia.xml": xml(second),
                "quebrada.xml": xml(third)[:400],
            }
        )
    )

    assert counts(file) == (4, 1, 2, 0, 1)
    assert (file.member_count, file.members_read) == (4, 4)
    assert file.status == FileStatus.PROCESSED
    assert {(p.code, p.place) for p in file.problems.all()} == {
        ("nfe_repeated", "conhecida.xml"),
        ("nfe_repeated", "copia.xml"),
        ("xml_malformed", file.problems.get(code="xml_malformed").place),
    }
    assert set(file.members.values_list("filename", "status")) == {
        ("nova.xml", "processed"),
        ("quebrada.xml", "failed"),
    }


def test_the_same_note_in_other_bytes_is_known(send: Send) -> None:
    content = xml(invoices(1)[0])
    send(content)

    file = send(content.replace(b"><", b">\n<"))

    assert counts(file) == (1, 0, 1, 0, 0)
    assert Document.objects.count() == 1


def test_the_same_key_with_another_content_is_a_conflict_and_the_first_stays(send: Send) -> None:
    invoice = invoices(1)[0]
    content = xml(invoice)
    send(content)

    file = send(content.replace(b"<natOp>", b"<natOp>Outra "))

    assert file.problems.get().code == "nfe_conflict"
    assert counts(file) == (1, 0, 0, 0, 1)
    assert file.status == FileStatus.PROCESSED
    assert Document.objects.get().file_id != file.pk


@pytest.mark.parametrize("event_first", [True, False])
def test_a_cancellation_counts_in_any_order(send: Send, event_first: bool) -> None:
    invoice = invoices(1)[0]
    files = [xml(invoice), cancellation(invoice)]
    for content in reversed(files) if event_first else files:
        send(content)

    assert Document.objects.get().fiscal_status == "cancelled"
    assert DocumentEvent.objects.count() == 1
    early = SourceFile.objects.filter(problems__code="nfe_event").count()
    assert early == (1 if event_first else 0)


def test_statement_lines_with_one_fitid_are_all_kept(send: Send) -> None:
    rows = [
        BankRow(DAY, Decimal("-10.00"), "TARIFA", label="igual"),
        BankRow(DAY, Decimal("-20.00"), "TARIFA", label="igual"),
        BankRow(DAY, Decimal("-20.00"), "TARIFA", label="igual"),
    ]

    file = send(statement(rows))

    assert file.kind == "ofx"
    assert Transaction.objects.count() == 3
    assert sum(t.amount for t in Transaction.objects.all()) == Decimal("-50.00")


def test_an_overlapping_statement_adds_only_what_is_new(send: Send) -> None:
    first = BankRow(DAY, Decimal("-10.00"), "TARIFA")
    second = BankRow(DAY + timedelta(days=1), Decimal("99.90"), "PIX RECEBIDO")
    send(statement([first]))

    file = send(statement([first, second]))

    assert (file.new, file.known) == (1, 1)
    assert Transaction.objects.count() == 2


def test_a_broken_file_says_what_to_do(send: Send) -> None:
    file = send(b"<html><body>Sess\xc3\xa3o expirada</body></html>", "nota.xml")

    assert file.status == FileStatus.FAILED
    assert file.error_code == "xml_malformed"
    assert file.error == f"{file.problems.get().message} {file.problems.get().remedy}"


def test_a_note_of_others_is_kept_and_marked(send: Send, other_organization: Organization) -> None:
    send(xml(invoices(1)[0]), "nota.xml", other_organization)

    document = Document.objects.get(organization=other_organization)
    assert document.direction == "other"
    assert not Document.objects.open().exists()


def test_a_held_lease_keeps_others_out(seller: Organization) -> None:
    file, _ = receive_file(seller, uploader=None, filename="a.xml", chunks=[xml(invoices(1)[0])])
    SourceFile.objects.update(locked_until=timezone.now() + timedelta(minutes=1))

    process_file(seller.pk, file.pk)

    assert not Document.objects.exists()


def test_a_refusal_that_comes_after_the_lease_is_not_written(
    seller: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_over(file: SourceFile) -> None:
        SourceFile.objects.update(attempts=2)
        raise ParseError("xml_malformed", "Quebrado.")

    file, _ = receive_file(seller, uploader=None, filename="a.xml", chunks=[b"<a"])
    monkeypatch.setattr(processing, "read_to_the_end", taken_over)

    process_file(seller.pk, file.pk)

    file.refresh_from_db()
    assert (file.status, file.problems.count()) == (FileStatus.PROCESSING, 0)


def test_a_file_that_always_kills_its_worker_is_put_aside(seller: Organization) -> None:
    file, _ = receive_file(seller, uploader=None, filename="a.xml", chunks=[xml(invoices(1)[0])])
    SourceFile.objects.update(attempts=3)

    process_file(seller.pk, file.pk)

    file.refresh_from_db()
    assert (file.status, file.error_code) == (FileStatus.FAILED, "attempts_exhausted")
