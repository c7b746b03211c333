"""Doubts about a CT-e are said; only a wrong key, or nothing to read, keeps it out."""

from datetime import date

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed
from tests.data.cte import NAMESPACE, authorized_cte, cte, cte_event
from tests.data.nfe import access_key

TODAY = date(2026, 11, 21)


def read(content: bytes) -> Parsed:
    return parse(content, "cte.xml", options=Options(TODAY))


def codes(content: bytes) -> list[str]:
    return [one.code for one in read(content).problems]


def wrong(key: str) -> str:
    return key[:-1] + str((int(key[-1]) + 1) % 10)


@pytest.mark.parametrize("key", [wrong(access_key(model="57")), "35261", "x" * 44])
def test_a_wrong_key_keeps_the_document_out(key: str) -> None:
    parsed = read(authorized_cte(key=key))

    assert (parsed.documents, parsed.rejected) == ((), 1)
    assert [(one.code, one.severity) for one in parsed.problems] == [("cte_key", "error")]


def test_a_wrong_key_keeps_an_event_out() -> None:
    parsed = read(cte_event(key=wrong(access_key(model="57"))))

    assert (parsed.events, parsed.rejected, parsed.problems[0].code) == ((), 1, "cte_key")


def test_a_key_that_says_something_else_is_a_doubt() -> None:
    parsed = read(authorized_cte(key=access_key(number=8, model="57"), number=1))

    assert len(parsed.documents) == 1
    assert [one.code for one in parsed.problems] == ["cte_key_content"]
    assert "número" in parsed.problems[0].message


def test_a_protocol_of_another_key_authorises_nothing() -> None:
    key = access_key(number=5, model="57")
    mine = authorized_cte().decode()
    content = mine.replace(f"<chCTe>{access_key(model='57')}", f"<chCTe>{key}")
    parsed = read(content.encode())

    assert parsed.documents[0].fiscal_status == "unauthorized"
    assert codes(content.encode()) == ["cte_protocol"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (authorized_cte(environment="2"), "cte_test"),
        (authorized_cte(status="110"), "cte_protocol"),
        (authorized_cte(issued="2027-10-20T10:15:00-03:00"), "cte_future"),
    ],
)
def test_doubts_come_in_with_the_document(content: bytes, code: str) -> None:
    parsed = read(content)

    assert len(parsed.documents) == 1
    assert code in [one.code for one in parsed.problems]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<vTPrest>250.00</vTPrest>", "", "cte_missing"),
        ("<vTPrest>250.00</vTPrest>", "<vTPrest>mil</vTPrest>", "cte_amount"),
        ("2026-10-20T10:15:00-03:00", "20/10/2026", "cte_date"),
        ("<nCT>1</nCT>", "", "cte_missing"),
    ],
)
def test_what_cannot_be_placed_stays_out(old: str, new: str, code: str) -> None:
    parsed = read(cte().replace(old, new).encode())

    assert (len(parsed.documents), parsed.rejected) == (0, 1)
    assert code in [one.code for one in parsed.problems]


@pytest.mark.parametrize("name", ["protCTe", "GTVe"])
def test_what_is_no_document_is_informative(name: str) -> None:
    parsed = read(f'<{name} xmlns="{NAMESPACE}"/>'.encode())

    assert (parsed.kind, parsed.informative, parsed.read) == ("summary", 1, 1)


def test_a_wrapper_without_document_is_refused_as_a_record() -> None:
    parsed = read(f'<cteProc xmlns="{NAMESPACE}"/>'.encode())

    assert (parsed.rejected, parsed.problems[0].code) == (1, "cte_missing")
