"""Looking at files: the same lines as reading them, and nothing is kept."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audits.demonstration.statement import BankRow
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, SourceFile
from ingestion.services.previewing import Preview
from tests.data.files import archive, cancellation, invoices, statement, xml
from tests.ingestion.conftest import Send
from tests.ingestion.corpus import content, entries, misjudged, needs_corpus

DAY = date(2026, 10, 5)


def run(path: Path, **options: Any) -> list[dict[str, Any]]:
    output = StringIO()
    try:
        call_command("ingest", str(path), jsonl=True, stdout=output, stderr=StringIO(), **options)
    except SystemExit as leave:
        assert leave.code == 3
    return [json.loads(line) for line in output.getvalue().splitlines()]


def comparable(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines in one order, without what only a kept file has, or only a look shows: known rows."""
    for line in lines:
        own = {"created", "waits_for_scan"}
        if line["counts"]["new"] < line["counts"]["read"]:
            own |= {"documents", "transactions"}
        for name in own & line.keys():
            del line[name]
    return sorted(lines, key=lambda line: (line["file"], line.get("member", "")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A note, its cancellation before it, an archive with copies and damage, a statement."""
    first, second, third = invoices(3)
    rows = [BankRow(DAY, Decimal("-10.00"), "TARIFA"), BankRow(DAY, Decimal("5.00"), "PIX")]
    files = {
        "1.xml": cancellation(third),
        "2.xml": xml(first),
        "3.xml": xml(first).replace(b"<natOp>", b"<natOp>Outra "),
        "4.zip": archive({"a.xml": xml(second), "b.xml": xml(second)[:300]}),
        "5.ofx": statement(rows),
        "6.ofx": statement(rows[:1]),
        "7.xml": b"<html></html>",
    }
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    return tmp_path


def test_a_preview_tells_what_reading_tells(folder: Path, seller: Organization) -> None:
    seen = run(folder, organization="aurora", dry_run=True)
    kept = run(folder, organization="aurora")

    assert [line["counts"]["new"] for line in seen] == [1, 1, 0, 1, 0, 1, 2, 0, 0]
    assert comparable(seen) == comparable(kept)


def test_a_preview_keeps_nothing(folder: Path, seller: Organization) -> None:
    run(folder, organization="aurora", dry_run=True)

    assert not SourceFile.objects.exists()
    assert not Document.objects.exists()


def test_no_company_is_needed_to_look(folder: Path, everything: None) -> None:
    lines = run(folder, dry_run=True)

    assert [line["status"] for line in lines].count("rejected") == 2
    assert lines[1]["documents"][0]["total"] == str(invoices(1)[0].total)


def test_reading_without_looking_needs_a_company(folder: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("ingest", str(folder))

    assert refusal.value.returncode == 2


def test_what_the_company_has_is_known(folder: Path, seller: Organization, send: Send) -> None:
    send((folder / "2.xml").read_bytes())
    send((folder / "5.ofx").read_bytes())

    lines = {Path(line["file"]).name: line for line in Preview(seller).lines(folder / "2.xml")}
    lines |= {Path(line["file"]).name: line for line in Preview(seller).lines(folder / "6.ofx")}

    assert [line["counts"]["known"] for line in lines.values()] == [1, 1]


@needs_corpus
def test_malformed_files_are_judged_the_same_when_looked_at(
    everything: None, tmp_path: Path
) -> None:
    chosen = entries("xml", "nfe", "ofx", "zip")
    for place, entry in enumerate(chosen):
        (tmp_path / f"{place:04d}-{Path(entry['file']).name}").write_bytes(content(entry))

    lines = [line for line in run(tmp_path, dry_run=True) if "member" not in line]

    wrong: list[str] = []
    for entry, line in zip(chosen, lines, strict=True):
        codes = {line["category"], *(problem["code"] for problem in line["problems"])} - {""}
        wrong += misjudged(entry, codes, refused=line["status"] == "rejected")
    assert not wrong, "\n".join(wrong)
