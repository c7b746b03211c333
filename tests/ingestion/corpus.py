"""The corpus of malformed files: reading its index, sending its files, judging the answers."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from conciliacontag.database import session
from conciliacontag.organizations.models import Organization
from ingestion.models import SourceFile
from ingestion.services.processing import process_file

FOLDER = os.environ.get("MALFORMED_DIR", "")
KINDS = ("xml", "nfe", "ofx", "csv", "xlsx", "zip", "names", "pdf")
# The index refuses every archive inside an archive; one level is read here, as accountants send
# the ZIPs of several companies in one. Their only file is the same good invoice.
READ_NESTED = {"zip/nested.zip": "dentro.zip/um.xml", "zip/nested_renamed.zip": "dentro.xml/um.xml"}

needs_corpus = pytest.mark.skipif(
    not FOLDER, reason="MALFORMED_DIR does not name the folder of malformed files"
)


def entries(*kinds: str) -> list[dict[str, Any]]:
    """The index in an order in which every file comes after the one it needs."""
    if not FOLDER:
        return []
    index = json.loads((Path(FOLDER) / "index.json").read_text(encoding="utf-8"))["files"]
    chosen = [as_read(entry) for entry in index if entry["kind"] in (kinds or KINDS)]
    return sorted(chosen, key=lambda entry: depth(entry, {e["file"]: e for e in index}))


def without_twins(chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries without those that are refused for their name only, after another was accepted.

    A file is known by its bytes: what was kept under a right name stays, whatever it is called
    later. The other way round, the right name has a refused file read again.
    """
    first: dict[str, str] = {}
    for entry in chosen:
        first.setdefault(entry["sha256"], entry["expected"])
    return [
        entry
        for entry in chosen
        if (first[entry["sha256"]], entry["expected"]) != ("accepted", "rejected")
    ]


def as_read(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with what is expected here."""
    if entry["file"] not in READ_NESTED:
        return entry
    preserved = {"documents": 1, "members": [READ_NESTED[entry["file"]]]}
    return {**entry, "expected": "accepted", "error": None, "preserve": preserved}


def depth(entry: dict[str, Any], by_name: dict[str, Any]) -> int:
    return 1 + depth(by_name[entry["after"]], by_name) if entry.get("after") else 0


def content(entry: dict[str, Any]) -> bytes:
    return Path(FOLDER, str(entry["file"])).read_bytes()


def name_of(entry: dict[str, Any]) -> str:
    return str(entry.get("upload_as") or entry["file"])


def upload(client: Client, chosen: list[dict[str, Any]]) -> Any:
    """POST files in one request, each under exactly its name, as RFC 5987 writes it."""
    boundary = "corpus-of-malformed-files"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
    kind = "Content-Type: application/octet-stream\r\n\r\n"
    parts = [
        f"{head}filename*=utf-8''{quote(name_of(entry), safe='')}\r\n{kind}".encode()
        + content(entry)
        for entry in chosen
    ]
    return client.post(
        "/v1/uploads",
        data=b"\r\n".join([*parts, f"--{boundary}--\r\n".encode()]),
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def family(code: str) -> str:
    return code.partition("_")[0]


def read(organization: Organization, answer: dict[str, Any]) -> tuple[SourceFile, set[str]]:
    """Carry out the reading that the upload asked for; the file and the codes it shows."""
    process_file(organization.pk, answer["file_id"])
    with session([organization.pk]):
        file = SourceFile.objects.get(pk=answer["file_id"])
        codes = {file.error_code, *file.problems.values_list("code", flat=True)} - {""}
    return file, codes


def misjudged(entry: dict[str, Any], codes: set[str], *, refused: bool) -> Iterator[str]:
    """What differs from the index: the outcome, the category's family, a doubt not shown."""
    if refused != (entry["expected"] == "rejected"):
        yield f"{entry['file']}: {entry['expected']} expected, got {sorted(codes)}"
    wanted = [entry["error"]] if entry.get("error") else []
    wanted += [problem["category"] for problem in entry.get("problems", ())]
    for category in wanted:
        if family(category) not in {family(code) for code in codes}:
            yield f"{entry['file']}: {category} expected, got {sorted(codes)}"
