"""However a freight document or a service note is damaged, the reader answers and counts."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.parsers import parse
from ingestion.parsers.model import Options, ParseError
from tests.data.abrasf import CANCELLED, first, listed, paulistana, second
from tests.data.cte import answer, authorized_cte, cte_event
from tests.data.nfse import WITHHELD, dps, nfse, nfse_event

TODAY = date(2026, 11, 21)
VALID = {
    "cte": authorized_cte(beside=answer()),
    "cte_event": cte_event(),
    "nfse": nfse(taxes=WITHHELD.format(code=3)),
    "nfse_event": nfse_event(),
    "dps": dps(),
    "cities": listed(first(), second(beside=CANCELLED)),
    "paulistana": paulistana(status="C"),
}
PIECES = st.sampled_from(
    [b"", b"<", b"</", b">", b"1", b"-1", b",", b"\x00", b"\xc3", b"|", b"a" * 50]
)


@pytest.mark.parametrize("name", VALID)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_never_breaks_the_reader(name: str, data: st.DataObject) -> None:
    content = VALID[name]
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    damaged = content[:start] + data.draw(PIECES) + content[end:]

    with suppress(ParseError):
        parsed = parse(damaged, "nota.xml", options=Options(TODAY))
        assert parsed.read >= 1
        assert parsed.rejected <= sum(one.severity == "error" for one in parsed.problems)
        assert all(one.total >= 0 and one.key for one in parsed.documents)
