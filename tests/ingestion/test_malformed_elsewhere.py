"""The malformed files once more: inside one archive, and through the command."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from conciliacontag.organizations.models import Organization
from ingestion.models import SourceFile
from tests.data.files import archive
from tests.ingestion.conftest import Send
from tests.ingestion.corpus import content, entries, family, misjudged, needs_corpus, without_twins


def member_codes(file: SourceFile, member: str) -> set[str]:
    found = file.problems.all()
    return {problem.code for problem in found if problem.place.split(" · ")[0] == member}


@needs_corpus
def test_one_archive_of_all_of_them_answers_for_each(send: Send) -> None:
    members = {entry["file"]: entry for entry in entries("xml", "nfe", "ofx", "csv", "xlsx", "pdf")}

    file = send(archive({name: content(entry) for name, entry in members.items()}), "tudo.zip")

    accepted = set(file.members.filter(status="processed").values_list("filename", flat=True))
    found: list[str] = []
    for name, entry in members.items():
        codes = member_codes(file, name)
        refused = name not in accepted and "nfe_repeated" not in codes
        found += misjudged(entry, codes, refused=refused)
    assert not found, "\n".join(found)
    assert file.members_read == len(members)


def laid_out(folder: Path) -> list[dict[str, Any]]:
    """The files of the corpus in a folder, in the order in which a command takes them."""
    chosen = without_twins(entries("xml", "nfe", "ofx", "csv", "xlsx", "zip", "pdf"))
    folder.mkdir()
    for place, entry in enumerate(chosen):
        (folder / f"{place:04d}-{Path(entry['file']).name}").write_bytes(content(entry))
    return chosen


def ingest(folder: Path, **options: Any) -> list[dict[str, Any]]:
    """What the command says of each file, members of archives left out."""
    output = StringIO()
    with pytest.raises(SystemExit) as leave:
        call_command("ingest", str(folder), jsonl=True, stdout=output, stderr=StringIO(), **options)
    assert leave.value.code == 3
    told = [json.loads(line) for line in output.getvalue().split("\n") if line]
    return [line for line in told if "member" not in line]


def wrong(chosen: list[dict[str, Any]], lines: list[dict[str, Any]]) -> list[str]:
    return [
        finding
        for entry, line in zip(chosen, lines, strict=True)
        for finding in misjudged(entry, codes_of(line), refused=line["status"] == "rejected")
    ]


@needs_corpus
@pytest.mark.timeout(600)
def test_the_command_answers_for_each_file_of_a_folder(
    everything: None, organization: Organization, tmp_path: Path
) -> None:
    chosen = laid_out(tmp_path / "entrada")

    lines = ingest(tmp_path / "entrada", organization=organization.tenant_key)

    assert not (found := wrong(chosen, lines)), "\n".join(found)


@needs_corpus
def test_a_dry_run_names_the_category_of_each_refused_file(tmp_path: Path) -> None:
    chosen = laid_out(tmp_path / "entrada")

    lines = ingest(tmp_path / "entrada", dry_run=True)

    assert not (found := wrong(chosen, lines)), "\n".join(found)
    refused = [(e, line) for e, line in zip(chosen, lines, strict=True) if e.get("error")]
    other = [
        (entry["file"], entry["error"], line["category"])
        for entry, line in refused
        if family(line["category"]) != family(entry["error"])
    ]
    assert not other


def codes_of(line: dict[str, Any]) -> set[str]:
    again = set() if line.get("created", True) else {"nfe_repeated"}
    return {line["category"], *(problem["code"] for problem in line["problems"])} - {""} | again
