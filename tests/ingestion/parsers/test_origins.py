"""The path of each field is told by the reader's version, the kind and the layout alone."""

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Document, Options
from ingestion.parsers.origins import provenance_of
from tests.data.cte import authorized_cte
from tests.data.nfe import authorized
from tests.ingestion.parsers.test_nfe import TODAY

READ = {"nota": authorized(), "nota antiga": authorized(layout="3.10"), "frete": authorized_cte()}


def read(content: bytes, **versions: int) -> tuple[str, Document]:
    parsed = parse(content, "nota.xml", options=Options(TODAY, versions=versions))
    return parsed.parser, parsed.documents[0]


@pytest.mark.parametrize("kind", READ)
def test_what_is_looked_up_is_what_was_read(kind: str) -> None:
    parser, document = read(READ[kind])

    assert document.provenance
    assert provenance_of(parser, document.doc_type, document.layout) == document.provenance


def test_the_first_reader_told_no_paths() -> None:
    parser, document = read(authorized(), nfe=1)

    assert parser == "nfe/1"
    assert provenance_of(parser, document.doc_type, document.layout) == {}
