"""One line for each file that was read, or only looked at: the same shape from both.

An archive gives a line for each member, marked by `member`, and then one for itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from conciliacontag.database import session
from ingestion.models import Document, FileStatus, Problem, SourceFile, Transaction
from ingestion.models.files import place_of
from ingestion.parsers import model
from ingestion.services.processing import COUNTS

Line = dict[str, Any]
PROBLEM = ("code", "severity", "place", "message", "remedy")
# What of a document's canonical content identifies it and can be compared.
DOCUMENT = (
    "doc_type",
    "key",
    "model",
    "series",
    "number",
    "issued_on",
    "competence_on",
    "total",
    "net",
    "issuer",
    "recipient",
    "fiscal_status",
    "environment",
    "purpose",
    "installments",
)
MEMBERS_AT_ONCE = 200
SHOWN_PROBLEMS = 100  # of an archive: each member's line has its own


def make_line(
    path: Path,
    *,
    sha256: str,
    kind: str,
    counts: Mapping[str, int],
    problems: Iterable[Mapping[str, str]],
    refused: bool,
    member: str = "",
    documents: Iterable[Line] = (),
    transactions: Iterable[Line] = (),
) -> Line:
    """The shape; `category` is the code of the first error of a refused file."""
    told = [dict(problem) for problem in problems]
    errors = [problem["code"] for problem in told if problem["severity"] == "error"]
    return {
        "file": str(path),
        **({"member": member} if member else {}),
        "sha256": sha256,
        "kind": kind,
        "status": "rejected" if refused else "accepted",
        "category": errors[0] if refused and errors else "",
        "documents": list(documents),
        "transactions": list(transactions),
        "problems": told,
        "counts": {name: counts.get(name, 0) for name in COUNTS},
    }


def document_line(content: Mapping[str, Any]) -> Line:
    return {name: content.get(name) for name in DOCUMENT}


def problem_line(problem: model.Problem) -> dict[str, str]:
    return {name: getattr(problem, name) for name in PROBLEM}


def said_line(said: model.Transaction) -> Line:
    """A movement as a reader gave it."""
    return {
        "source": said.source,
        "external_id": said.external_id,
        "account": said.account,
        "date": said.posted_on.isoformat(),
        "amount": f"{said.amount:.2f}",
        "memo": said.memo,
        "payee": said.payee,
        "kind": said.kind,
        "check_number": said.check_number,
        "record": said.record,
        "extra": orjson.loads(orjson.dumps(said.extra, default=str)),
    }


def row_line(row: Transaction) -> Line:
    """A movement as it is stored."""
    extra = dict(row.metadata)
    return {
        "source": row.source,
        "external_id": row.external_id,
        "account": row.account,
        "date": row.date.isoformat(),
        "amount": f"{row.amount:.2f}",
        "memo": row.memo,
        "payee": row.payee,
        "kind": row.kind,
        "check_number": row.check_number,
        "record": extra.pop("record", None),
        "extra": extra,
    }


def stored_lines(path: Path, file: SourceFile) -> Iterator[Line]:
    """What is stored of one upload: its members, some at a time, and itself."""
    last = None
    while members := next_members(file, last):
        yield from described(path, file, members)
        last = members[-1].pk
    if file.is_archive:
        yield archive_line(path, file)
    else:
        yield from described(path, file, [file])


def next_members(file: SourceFile, last: UUID | None) -> list[SourceFile]:
    with session([file.organization_id]):
        rows = file.members.order_by("pk")
        return list(rows.filter(pk__gt=last)[:MEMBERS_AT_ONCE] if last else rows[:MEMBERS_AT_ONCE])


def archive_line(path: Path, file: SourceFile) -> Line:
    with session([file.organization_id]):
        problems = list(file.problems.values(*PROBLEM)[:SHOWN_PROBLEMS])
    counts, refused = counts_of(file), file.status == FileStatus.FAILED
    line = make_line(
        path, sha256=file.sha256, kind=file.kind, counts=counts, problems=problems, refused=refused
    )
    return line | {"category": file.error_code}


def described(path: Path, upload: SourceFile, files: list[SourceFile]) -> list[Line]:
    """The lines of these files, read together."""
    with session([upload.organization_id]):
        documents, transactions = documents_of(files), transactions_of(files)
        problems = problems_of(upload, files)
    return [
        make_line(
            path,
            member=file.filename if file.pk != upload.pk else "",
            sha256=file.sha256,
            kind=file.kind,
            counts=counts_of(file),
            problems=problems[file.pk],
            refused=file.status == FileStatus.FAILED,
            documents=documents[file.pk],
            transactions=transactions[file.pk],
        )
        | {"category": file.error_code}
        for file in files
    ]


def documents_of(files: list[SourceFile]) -> defaultdict[UUID | None, list[Line]]:
    found: defaultdict[UUID | None, list[Line]] = defaultdict(list)
    for row in Document.objects.filter(file__in=files).order_by("pk"):
        said = row.normalized | {"fiscal_status": row.fiscal_status}
        found[row.file_id].append(document_line(said))
    return found


def transactions_of(files: list[SourceFile]) -> defaultdict[UUID | None, list[Line]]:
    found: defaultdict[UUID | None, list[Line]] = defaultdict(list)
    for row in Transaction.objects.filter(file__in=files).order_by("pk"):
        found[row.file_id].append(row_line(row))
    return found


def problems_of(
    upload: SourceFile, files: list[SourceFile]
) -> defaultdict[UUID, list[dict[str, str]]]:
    """The problems of an upload, or of members of it, whose names stand before their places."""
    found: defaultdict[UUID, list[dict[str, str]]] = defaultdict(list)
    rows = Problem.objects.filter(file=upload)
    if not upload.is_archive:
        found[upload.pk] = list(rows.values(*PROBLEM))
        return found
    by_name = {place_of(file.filename): file.pk for file in files}
    for row in rows.of_members(by_name).values(*PROBLEM, "member"):
        found[by_name[row.pop("member")]].append(row)
    return found


def counts_of(file: SourceFile) -> dict[str, int]:
    return {name: getattr(file, name) for name in COUNTS}
