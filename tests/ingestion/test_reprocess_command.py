"""`manage.py reprocess` is the same way as the screen and the API."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from conciliacontag.organizations.models import Organization
from ingestion.models import Document, SourceFile
from ingestion.services.reprocessing import reprocess_files
from tests.data.files import invoices, xml
from tests.ingestion.conftest import Send


def reprocess(**options: Any) -> str:
    output = StringIO()
    call_command("reprocess", organization="aurora", stdout=output, stderr=StringIO(), **options)
    return output.getvalue()


def test_what_changed_is_told(send: Send) -> None:
    file = send(xml(invoices(1)[0]), "nota.xml")
    Document.objects.update(emitter_name="?")

    assert "nota.xml: campos alterados: emitter_name (1)" in reprocess(parser=file.parser)
    assert "campos alterados: nenhum" in reprocess(parser=file.parser)


def test_one_json_document_holds_every_file(send: Send) -> None:
    file = send(xml(invoices(1)[0]))

    said = json.loads(reprocess(file=[file.pk], dry_run=True, json=True))

    assert (said["status"], said["dry_run"]) == ("completed", True)
    assert said["files"][0]["file_id"] == str(file.pk)


def test_another_request_under_way_is_refused(send: Send, seller: Organization) -> None:
    file = send(xml(invoices(1)[0]))
    reprocess_files(seller, requested_by=None, files=[file.pk])

    with pytest.raises(CommandError) as refusal:
        reprocess(file=[file.pk], dry_run=True)

    assert refusal.value.returncode == 4


def test_a_file_that_cannot_be_read_ends_with_three(send: Send) -> None:
    file = send(xml(invoices(1)[0]))
    SourceFile.objects.update(storage_path="nada")

    with pytest.raises(SystemExit) as leave:
        reprocess(file=[file.pk])

    assert leave.value.code == 3


def test_a_request_that_was_given_up_says_so(
    send: Send, seller: Organization, settings: Any
) -> None:
    file = send(xml(invoices(1)[0]))
    job, _ = reprocess_files(seller, requested_by=None, files=[file.pk])
    job.attempts = settings.MOST_ATTEMPTS
    job.save()

    with pytest.raises(CommandError, match="interrompida 3 vezes"):
        reprocess(file=[file.pk])


def test_nothing_to_read_is_an_error(send: Send) -> None:
    with pytest.raises(CommandError, match="Nenhum arquivo desta empresa foi lido por nfe/99"):
        reprocess(parser="nfe/99")
