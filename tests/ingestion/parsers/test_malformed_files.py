"""Every file of the malformed corpus gets its one clear answer, through the child process.

The folder is named by MALFORMED_DIR; its index says what must happen to each file.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.parsers.model import Options, ParseError, Reading
from ingestion.parsers.names import safe_name
from ingestion.reading import read_file
from tests.ingestion import corpus
from tests.ingestion.corpus import FOLDER

TODAY = date(2026, 11, 21)
# Only who knows the documents already stored can tell these; the import's tests hold them.
NEEDS_STORE = {"nfe_repeated", "nfe_conflict", "nfe_event"}
CANCELLATIONS = {"110111", "110112"}

Entry = dict[str, Any]

pytestmark = pytest.mark.skipif(not FOLDER, reason="MALFORMED_DIR names no folder")


def entries(expected: str, *, doubtful: bool = True) -> list[Any]:
    found = [
        one
        for one in corpus.entries()
        if one["expected"] == expected and (doubtful or not one.get("problems"))
    ]
    return [pytest.param(one, id=one["file"]) for one in found]


def read(entry: Entry) -> list[Reading]:
    name = safe_name(entry.get("upload_as") or Path(entry["file"]).name)
    chunks = read_file(Path(FOLDER) / entry["file"], name, options=Options(TODAY))
    return [reading for chunk in chunks for reading in chunk]


def refusal(entry: Entry) -> str:
    """The code of the answer when nothing of the file came in."""
    try:
        readings = read(entry)
    except ParseError as error:
        return error.code
    assert sum(one.parsed.read - one.parsed.rejected for one in readings) == 0
    return next(problem.code for one in readings for problem in one.parsed.problems)


def places(entry: Entry, readings: list[Reading]) -> set[tuple[str, str]]:
    """Category and place of every problem, in the words of the index."""
    problems = [one for reading in readings for one in reading.parsed.problems]
    found = {(one.code, one.place) for one in problems}
    found |= {(one.code, one.place.partition(" · ")[0]) for one in problems}
    return found | {(one.code, r.name) for r in readings for one in r.parsed.problems}


def expected_places(entry: Entry) -> set[tuple[str, str]]:
    wanted = set()
    for problem in entry.get("problems", ()):
        record = f"registro {problem['record']}" if "record" in problem else ""
        page = f"página {problem['page']}" if "page" in problem else ""
        line = f"linha {problem['line']}" if "line" in problem else ""
        named = problem.get("field") or problem.get("member") or problem.get("file")
        place = record or page or line or named
        wanted.add((problem["category"], place))
    return {one for one in wanted if one[0] not in NEEDS_STORE}


def note_values(reading: Reading) -> dict[str, Any]:
    parsed = reading.parsed
    if parsed.events:
        (event,) = parsed.events
        cancelled = event.accepted and event.event_type in CANCELLATIONS
        return {
            "access_key": event.document_key,
            "event": event.event_type,
            "cancelled": cancelled,
        }
    (note,) = parsed.documents
    return {
        "access_key": note.key,
        "issuer": note.issuer.tax_id,
        "issuer_name": note.issuer.name,
        "recipient": note.recipient.tax_id,
        "total": str(note.total),
        "issued_on": note.issued_on.isoformat(),
        "items": len(json.loads(reading.contents[0])["items"]),
    }


def statement_values(reading: Reading) -> dict[str, Any]:
    parsed = reading.parsed
    values: dict[str, Any] = {
        "records": len(parsed.transactions),
        "accounts": len(parsed.statements),
    }
    for row in parsed.transactions:
        values[f"{row.record}.amount"] = str(row.amount)
        values[f"{row.record}.memo"] = row.memo
        values[f"{row.record}.posted_on"] = row.posted_on.isoformat()
        values[f"{row.record}.fitid"] = row.external_id
    return values


def table_values(reading: Reading) -> dict[str, Any]:
    values: dict[str, Any] = {"records": len(reading.parsed.transactions)}
    for row in reading.parsed.transactions:
        values[f"{row.record}.valor"] = str(row.amount)
        values[f"{row.record}.historico"] = row.memo
        values[f"{row.record}.documento"] = row.check_number
        values[f"{row.record}.data"] = row.posted_on.isoformat()
    return values


def archive_values(readings: list[Reading]) -> dict[str, Any]:
    first_of = {
        one.parsed.documents[0].key: one.name for one in reversed(readings) if one.parsed.documents
    }
    return {"documents": len(first_of), "members": sorted(first_of.values())}


def page_values(reading: Reading) -> dict[str, Any]:
    pages = reading.parsed.pages
    text = [line for page in pages for line in page.text.split("\n") if line]
    return {"pages": len(pages), "text": text}


VALUES = {
    "ofx": statement_values,
    "csv": table_values,
    "xlsx": table_values,
    "pdf": page_values,
}


def values(entry: Entry, readings: list[Reading]) -> dict[str, Any]:
    if entry["kind"] == "zip":
        return archive_values(readings)
    (only,) = readings
    read_values = VALUES.get(entry["kind"], note_values)
    return {**read_values(only), "name": only.name}


@pytest.mark.parametrize("entry", entries("rejected"))
def test_a_rejected_file_gets_its_category(entry: Entry) -> None:
    assert refusal(entry) == entry["error"]


@pytest.mark.parametrize("entry", entries("accepted"))
def test_an_accepted_file_keeps_its_values_and_shows_its_doubts(entry: Entry) -> None:
    readings = read(entry)
    stored_only = {"documents_created"}
    if any(problem["category"] == "nfe_conflict" for problem in entry.get("problems", ())):
        stored_only.add("total")  # the stored note stays; the file itself says another amount
    preserved = {k: v for k, v in entry["preserve"].items() if k not in stored_only}
    found = values(entry, readings)

    assert {name: found.get(name) for name in preserved} == preserved
    assert expected_places(entry) <= places(entry, readings)


@pytest.mark.parametrize("entry", entries("accepted", doubtful=False))
def test_an_accepted_file_without_doubts_gets_none(entry: Entry) -> None:
    problems = [one for reading in read(entry) for one in reading.parsed.problems]

    assert problems == []
