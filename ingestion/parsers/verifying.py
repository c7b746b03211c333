"""What is said of an XML beside its values: does it follow its schema, is it as it was signed."""

from ingestion.parsers.gunzip import gunzip
from ingestion.parsers.model import ParseError, Problem
from ingestion.parsers.schemas import check_schema
from ingestion.parsers.signatures import check_signatures
from ingestion.parsers.sniff import sniff
from ingestion.parsers.xml import load_xml


def verify(content: bytes) -> tuple[Problem, ...]:
    """Findings about one file; none for what is no XML or was refused when it was read."""
    try:
        if sniff(content) == "gzip":
            content = gunzip(content, "")
        if sniff(content) != "xml":
            return ()
        root = load_xml(content)
    except ParseError:
        return ()
    return (*check_schema(root), *check_signatures(root))
