"""Readers and engine, run over the month, find what was put there and book nothing wrong."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest

from audits.demonstration.answers import NO_NOTE, auditor_answers
from audits.demonstration.month import DemoMonth, build_month
from ingestion.parsers import parse
from ingestion.parsers.model import Document, Event, Options, ParseError, Transaction
from reconciliation.engine import OpenDocument, OpenTransaction, Outcome, Payable, match

CLOSING_DAY = date(2026, 11, 3)


@dataclass
class Read:
    """Everything the readers made of the month's files."""

    documents: dict[str, Document] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    problems: set[tuple[str, str]] = field(default_factory=set)  # code, file

    @property
    def cancelled(self) -> set[str]:
        return {event.document_key for event in self.events if event.accepted}


@pytest.fixture(scope="module")
def month() -> DemoMonth:
    return build_month()


@pytest.fixture(scope="module")
def read(month: DemoMonth) -> Read:
    found = Read()
    for name, content in unpacked(month):
        try:
            parsed = parse(content, name, options=Options(CLOSING_DAY))
        except ParseError as refused:
            found.problems.add((refused.code, name))
            continue
        found.problems.update((problem.code, name) for problem in parsed.problems)
        found.documents.update({document.key: document for document in parsed.documents})
        found.events += parsed.events
        found.transactions += parsed.transactions
    return found


def unpacked(month: DemoMonth) -> Iterator[tuple[str, bytes]]:
    for file in month.files:
        if not file.name.endswith(".zip"):
            yield file.name, file.content
            continue
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())


@pytest.fixture(scope="module")
def outcome(month: DemoMonth, read: Read) -> Outcome:
    ours = month.organization.cnpj
    usable = [
        document
        for document in read.documents.values()
        if document.key not in read.cancelled and document.environment == "1"
    ]
    return match(
        [opened(document, document.issuer.tax_id == ours) for document in usable],
        [as_open(row) for row in read.transactions],
    )


def opened(document: Document, receivable: bool) -> OpenDocument:
    party = document.recipient if receivable else document.issuer
    parts = tuple(
        Payable(part.number, part.due_on or document.issued_on, part.amount)
        for part in document.installments
    )
    return OpenDocument(
        document.key,
        document.key,
        document.number,
        document.issued_on,
        document.total,
        receivable,
        party.tax_id,
        party.name,
        parts or (Payable("", document.issued_on, document.total),),
    )


def as_open(row: Transaction) -> OpenTransaction:
    identity = f"{row.external_id}/{row.ordinal}"
    return OpenTransaction(identity, row.posted_on, row.amount, row.memo, row.payee)


def booked(outcome: Outcome) -> dict[str, str]:
    return {pair.transaction_id.split("/")[0]: pair.document_id for pair in outcome.matches}


def test_every_note_and_every_row_is_read(month: DemoMonth, read: Read) -> None:
    assert set(read.documents) == set(month.documents)
    assert [row.external_id for row in read.transactions] == [row.fitid for row in month.rows]


def test_there_are_no_findings_but_the_planted_ones(month: DemoMonth, read: Read) -> None:
    expected = {
        (planted.expected["problem"], planted.expected["file"])
        for planted in month.planted
        if "problem" in planted.expected
    }

    assert read.problems == expected


def test_twelve_problems_are_planted(month: DemoMonth) -> None:
    assert len(month.planted) == len({planted.code for planted in month.planted}) == 12
    assert all(planted.title and planted.expected for planted in month.planted)


def test_cancelled_notes_are_the_planted_ones(month: DemoMonth, read: Read) -> None:
    expected = {p.expected["key"] for p in month.planted if "fiscal_status" in p.expected}

    assert read.cancelled == expected


def test_both_rows_of_the_repeated_identity_are_kept(month: DemoMonth, read: Read) -> None:
    (planted,) = (p.expected for p in month.planted if "transactions" in p.expected)
    kept = [row for row in read.transactions if row.external_id == planted["fitid"]]

    assert [row.ordinal for row in kept] == [1, 2]


def test_no_booked_pair_is_wrong(month: DemoMonth, outcome: Outcome) -> None:
    truth = {row.fitid: row.document for row in month.rows}

    for fitid, document in booked(outcome).items():
        assert truth[fitid] == document


def test_what_must_not_be_booked_is_not(month: DemoMonth, outcome: Outcome) -> None:
    done = booked(outcome)
    for planted in month.planted:
        assert done.keys().isdisjoint(planted.expected.get("not_booked", []))
        assert planted.expected.get("document_open") not in done.values()


def test_about_nine_of_ten_paid_notes_are_booked(month: DemoMonth, outcome: Outcome) -> None:
    paying = [row for row in month.rows if row.document]
    share = len(outcome.matches) / len(paying)

    assert 0.85 <= share <= 0.92
    assert 20 <= len(outcome.doubts) <= 30


def test_the_auditor_has_an_answer_for_every_doubt(month: DemoMonth, outcome: Outcome) -> None:
    answers = auditor_answers(month)
    doubtful = {doubt.transaction_id.split("/")[0] for doubt in outcome.doubts}

    assert doubtful <= answers.keys()
    assert all(a.document == NO_NOTE or a.document in month.documents for a in answers.values())
    assert answers[label(month, "nome-parecido")].document == NO_NOTE
    assert answers[label(month, "dez-a-menos")].document in month.documents


def label(month: DemoMonth, name: str) -> str:
    return next(row.fitid for row in month.rows if row.label == name)
