"""Damage to notes, events, summaries and voided numbers: read and counted, or refused."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.parsers.model import Options, Parsed
from tests.data.fuzz import Seed, damaged, verdict
from tests.data.nfe import authorized, event, old_cancellation, summary, voiding

PAID = "<detPag><tPag>17</tPag><vPag>1.00</vPag><cAut>A1</cAut></detPag>"
LINKED = '<gPgto idTransacao="B1"><tpMeioPgto>15</tpMeioPgto></gPgto>'
RICH = (
    "<transp><transporta><CNPJ>11444777000161</CNPJ></transporta></transp><autXML><CPF>1</CPF>"
    f"</autXML><cobr><fat><vLiq>9.00</vLiq></fat></cobr><pag>{PAID}</pag><novo>{LINKED}</novo>"
)
REFORM = (
    b"<retTrib><vIRRF>1.00</vIRRF></retTrib><IBSCBSTot><gCBS><vCBS>1.00</vCBS></gCBS></IBSCBSTot>"
)
SEEDS = {
    "note": authorized(more=RICH, more_ide="<NFref><refNF><nNF>1</nNF></refNF></NFref>").replace(
        b"</ICMSTot>", b"</ICMSTot>" + REFORM
    ),
    "reconciliation": event(kind="110750", detail=PAID + LINKED),
    "cancellation": old_cancellation(),
    "voiding": voiding(),
    "summary": summary(),
}
OPTIONS = Options(date(2026, 11, 21))
OLDER = Options(date(2026, 11, 21), versions={"nfe": 1})


@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damage_is_read_or_refused_and_counted_the_same_by_both_versions(
    name: str, data: st.DataObject
) -> None:
    content = data.draw(damaged(SEEDS[name]))
    found = verdict(Seed("nota.xml", content), content, OPTIONS)
    older = verdict(Seed("nota.xml", content), content, OLDER)

    assert isinstance(found, Parsed) == isinstance(older, Parsed)
    if isinstance(found, Parsed) and isinstance(older, Parsed):
        assert (found.read, found.rejected) == (older.read, older.rejected)
