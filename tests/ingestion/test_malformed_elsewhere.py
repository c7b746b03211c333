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
from tests.ingestion.corpus import content, entries, misjudged, needs_corpus, without_twins


def member_codes(file: SourceFile, member: str) -> set[str]:
    found = file.problems.all()
    return {problem.code for problem in found if problem.place.split(" · ")[0] == member}


@needs_corpus
def test_one_archive_of_all_of_them_answers_for_each(send: Send) -> None:
    members = {entry["file"]: entry for entry in entries("xml", "nfe", "ofx", "csv", "xlsx")}

    file = send(archive({name: content(entry) for name, entry in members.items()}), "tudo.zip")

    accepted = set(file.members.filter(status="processed").values_list("filename", flat=True))
    wrong: list[str] = []
    for name, entry in members.items():
        codes = member_codes(file, name)
        refused = name not in accepted and "nfe_repeated" not in codes
        wrong += misjudged(entry, codes, refused=refused)
    assert not wrong, "\n".join(wrong)
    assert file.members_read == len(members)


@needs_corpus
def test_the_command_answers_for_each_file_of_a_folder(
    everything: None, organization: Organization, tmp_path: Path
) -> None:
    chosen = without_twins(entries("xml", "nfe", "ofx", "csv", "xlsx", "zip"))
    folder = tmp_path / "entrada"
    folder.mkdir()
    for place, entry in enumerate(chosen):
        (folder / f"{place:04d}-{Path(entry['file']).name}").write_bytes(content(entry))
    output = StringIO()

    with pytest.raises(SystemExit) as leave:
        call_command(
            "ingest", str(folder), organization=organization.tenant_key, jsonl=True, stdout=output
        )

    told = [json.loads(line) for line in output.getvalue().split("\n") if line]
    lines = [line for line in told if "member" not in line]
    wrong = [
        finding
        for entry, line in zip(chosen, lines, strict=True)
        for finding in misjudged(entry, codes_of(line), refused=line["status"] == "rejected")
    ]
    assert leave.value.code == 3
    assert not wrong, "\n".join(wrong)


def codes_of(line: dict[str, Any]) -> set[str]:
    again = set() if line.get("created", True) else {"nfe_repeated"}
    return {line["category"], *(problem["code"] for problem in line["problems"])} - {""} | again
