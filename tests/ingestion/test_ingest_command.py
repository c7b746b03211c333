"""`manage.py ingest`: the same way in, with a line for each file."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from conciliacontag.organizations.models import Organization
from conciliacontag.storage import remove
from ingestion.models import Delivery, Document, FileStatus, Origin
from ingestion.services.files import receive_file
from tests.data.files import archive, invoices, xml


def ingest(path: Path, organization: str, **options: bool) -> list[str]:
    output = StringIO()
    call_command("ingest", str(path), organization=organization, stdout=output, **options)
    return output.getvalue().splitlines()


def test_a_folder_is_read_file_by_file(seller: Organization, tmp_path: Path) -> None:
    first, second, third = invoices(3)
    (tmp_path / "um.xml").write_bytes(xml(first))
    (tmp_path / "mais.zip").write_bytes(archive({"a.xml": xml(second), "b.xml": xml(third)}))

    lines = [json.loads(line) for line in ingest(tmp_path, "aurora", jsonl=True)]

    assert [line.get("member", "") for line in lines] == ["a.xml", "b.xml", "", ""]
    assert [line["counts"]["new"] for line in lines] == [1, 1, 2, 1]
    assert {line["status"] for line in lines} == {"accepted"}
    assert lines[0]["documents"][0]["key"] == second.key
    assert Document.objects.count() == 3


def test_a_second_time_says_so(seller: Organization, tmp_path: Path) -> None:
    path = tmp_path / "um.xml"
    path.write_bytes(xml(invoices(1)[0]))
    ingest(path, "aurora")

    (line,) = ingest(path, "aurora")

    assert line.startswith("✓")
    assert "já tinha sido enviado" in line


def test_a_cnpj_with_mask_names_the_company(seller: Organization, tmp_path: Path) -> None:
    path = tmp_path / "um.xml"
    path.write_bytes(xml(invoices(1)[0]))
    cnpj = seller.cnpj
    masked = f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}"

    assert len(ingest(path, masked)) == 1


def test_broken_files_are_told_and_end_with_three(seller: Organization, tmp_path: Path) -> None:
    path = tmp_path / "ruim.xml"
    path.write_bytes(b"<nfeProc>")

    with pytest.raises(SystemExit) as leave:
        ingest(path, "aurora")

    assert leave.value.code == 3


@pytest.mark.parametrize(("path", "company"), [("nada", "aurora"), (".", "ninguem")])
def test_what_does_not_exist_is_an_error(
    path: str, company: str, seller: Organization, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=r"não existe|Não há empresa"):
        ingest(tmp_path / path, company)


def test_a_run_is_one_delivery(seller: Organization, tmp_path: Path) -> None:
    (tmp_path / "outubro").mkdir()
    for number, note in enumerate(invoices(2)):
        (tmp_path / "outubro" / f"{number}.xml").write_bytes(xml(note))

    ingest(tmp_path, "aurora")

    delivery = Delivery.objects.get()
    assert (delivery.origin, delivery.announced, delivery.is_open) == (Origin.COMMAND, 2, False)
    assert [item.filename for item in delivery.items.all()] == ["outubro/0.xml", "outubro/1.xml"]


@pytest.mark.timeout(60)
def test_a_reading_that_is_always_interrupted_ends(seller: Organization, tmp_path: Path) -> None:
    path = tmp_path / "um.xml"
    path.write_bytes(b"<a/>")
    file, _ = receive_file(seller, uploader=None, filename="um.xml", chunks=[b"<a/>"])
    remove(file.storage_path)

    with pytest.raises(SystemExit):
        ingest(path, "aurora")

    file.refresh_from_db()
    assert (file.status, file.error_code) == (FileStatus.FAILED, "attempts_exhausted")


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_file_that_cannot_be_opened_is_told_and_the_next_one_is_read(
    seller: Organization, tmp_path: Path, dry_run: bool
) -> None:
    (tmp_path / "1.xml").symlink_to("/proc/self/mem")  # a file that nobody may read from its start
    (tmp_path / "2.xml").write_bytes(xml(invoices(1)[0]))
    output = StringIO()

    with pytest.raises(SystemExit) as leave:
        call_command(
            "ingest",
            str(tmp_path),
            "--organization=aurora",
            "--jsonl",
            dry_run=dry_run,
            stdout=output,
        )

    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    assert leave.value.code == 3
    assert [line["status"] for line in lines] == ["rejected", "accepted"]
    assert lines[0]["category"] == "file_unreadable"
    assert "permissão" in lines[0]["problems"][0]["message"]


def test_what_could_not_be_opened_stands_in_the_delivery(
    seller: Organization, tmp_path: Path
) -> None:
    (tmp_path / "1.xml").symlink_to("/proc/self/mem")

    with pytest.raises(SystemExit):
        ingest(tmp_path, "aurora")

    delivery = Delivery.objects.get()
    assert delivery.items.get().code == "file_unreadable"
    assert not delivery.is_open
