"""CNAB returns: what banks answer to a company's boletos and payments, in 240 or 400 positions."""

from msgspec.structs import replace

from ingestion.parsers.cnab240 import parse_cnab240
from ingestion.parsers.cnab400 import parse_cnab400
from ingestion.parsers.cnab_layouts import SIZE_240
from ingestion.parsers.cnab_text import read_lines, size_of
from ingestion.parsers.model import Parsed


def parse_cnab(content: bytes) -> Parsed:
    """Read a return; a title that cannot be read is a problem with its line.

    Raises:
        ParseError: `cnab_remittance` for a file that goes to the bank, `cnab_header` for one that
            begins as neither.
    """
    lines, problems = read_lines(content)
    read = parse_cnab240 if size_of(lines) == SIZE_240 else parse_cnab400
    parsed = read(lines)
    return replace(parsed, problems=(*problems, *parsed.problems))
