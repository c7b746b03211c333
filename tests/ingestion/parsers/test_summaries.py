"""A summary mentions a document without being it."""

from datetime import date
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed
from tests.data.nfe import ISSUER, access_key, summary
from tests.ingestion.parsers.test_nfe import TODAY


def read(content: bytes) -> Parsed:
    return parse(content, "resumo.xml", options=Options(TODAY))


def test_a_summary_tells_of_a_note() -> None:
    parsed = read(summary(access_key(number=7)))
    (found,) = parsed.mentions

    assert (parsed.kind, parsed.documents, parsed.read) == ("summary", (), 1)
    assert (found.key, found.natural_key) == (access_key(number=7), access_key(number=7))
    assert (found.doc_type, found.series, found.number) == ("nfe", "1", "7")
    assert (found.issuer_tax_id, found.issuer_name) == (ISSUER, "PADARIA EXEMPLO")
    assert (found.issued_on, found.total) == (date(2026, 10, 20), Decimal("100.00"))
    assert (found.fiscal_status, found.told_by) == ("authorized", "summary")
    assert [(one.code, one.severity) for one in parsed.problems] == [("summary", "info")]


@pytest.mark.parametrize(
    ("written", "status"), [("1", "authorized"), ("2", "denied"), ("3", "cancelled"), ("", "")]
)
def test_a_summary_tells_the_status(written: str, status: str) -> None:
    assert read(summary(status=written)).mentions[0].fiscal_status == status


def test_a_key_with_a_wrong_digit_is_kept_and_said() -> None:
    key = access_key(number=2)[:43] + access_key(number=3)[43]
    parsed = read(summary(key))

    assert parsed.mentions[0].key == key
    assert ("nfe_key", "warning") in [(one.code, one.severity) for one in parsed.problems]


def test_a_summary_of_no_note_is_refused() -> None:
    parsed = read(summary("123"))

    assert (parsed.mentions, parsed.rejected) == ((), 1)
    assert parsed.problems[0].code == "nfe_key"


def test_an_amount_that_cannot_be_read_is_left_out_and_said() -> None:
    parsed = read(summary(total="muito"))

    assert parsed.mentions[0].total is None
    assert "nfe_amount" in [one.code for one in parsed.problems]
