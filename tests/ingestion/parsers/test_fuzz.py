"""However a file is damaged, its reader answers: read and counted, or refused with its reason."""

from datetime import date
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.parsers import READERS, parse
from ingestion.parsers.archive import read_member
from ingestion.parsers.model import Options, Parsed, ParseError
from ingestion.parsers.nested import list_tree, open_inner
from tests.data.fuzz import PACKAGE, SEEDS, check_problem, damaged, verdict

OPTIONS = Options(date(2026, 11, 21))


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_has_a_seed(reader: str) -> None:
    assert any(name.split()[0] == reader for name in SEEDS)


@pytest.mark.parametrize("name", SEEDS)
def test_a_whole_seed_is_accepted(name: str) -> None:
    seed = SEEDS[name]
    parsed = verdict(seed, seed.content, OPTIONS)

    assert isinstance(parsed, Parsed)
    assert parsed.read > parsed.rejected == 0
    assert parse(seed.content, seed.name, options=OPTIONS) == parsed


@pytest.mark.parametrize("name", SEEDS)
@settings(
    max_examples=12, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_damaged_seed_is_read_or_refused(name: str, data: st.DataObject) -> None:
    seed = SEEDS[name]

    verdict(seed, data.draw(damaged(seed.content)), OPTIONS)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(content=damaged(PACKAGE))
def test_a_damaged_archive_gives_its_files_or_a_reason(content: bytes) -> None:
    file = BytesIO(content)
    try:
        for member in list_tree(file):
            holder = open_inner(file, member.outer) if member.outer else file
            assert len(read_member(holder, member)) == member.size
    except ParseError as error:
        check_problem(error.as_problem())
