"""Readers of what people upload: bytes in, canonical records and problems out. No Django, no disk.

`parse` reads one document file; archives are opened by `ingestion.parsers.archive`, one member at a
time. A refused record of a readable file is counted in `Parsed.rejected`, with its problem, also
when it is the only one; only a file that cannot be read or is not safe raises.
"""

from collections.abc import Callable

from ingestion.parsers.cnab import parse_cnab
from ingestion.parsers.fiscal import parse_fiscal
from ingestion.parsers.gunzip import gunzip
from ingestion.parsers.images import parse_image
from ingestion.parsers.model import Options, Parsed
from ingestion.parsers.ofx import parse_ofx
from ingestion.parsers.pdf import parse_pdf
from ingestion.parsers.sniff import is_misnamed, sniff, unreadable
from ingestion.parsers.sped import parse_sped
from ingestion.parsers.table_files import parse_tables
from ingestion.parsers.versions import as_chosen, check_versions

Reader = Callable[[bytes, str, Options], Parsed]

# What reads each kind that `sniff` names. A reader takes the content, the name and the options.
READERS: dict[str, Reader] = {
    "xml": lambda content, name, options: parse_fiscal(content, options=options),
    "ofx": lambda content, name, options: parse_ofx(content, today=options.today),
    "cnab": lambda content, name, options: parse_cnab(content),
    "pdf": lambda content, name, options: parse_pdf(content, today=options.today),
    "sped": lambda content, name, options: parse_sped(content),
    "image": lambda content, name, options: parse_image(),
    "table": parse_tables,
    "office": parse_tables,
    "ole": parse_tables,
    "html": parse_tables,
}


def parse(content: bytes, name: str, *, options: Options) -> Parsed:
    """Read one file by what it contains; `name` only helps to word a refusal.

    Raises:
        ParseError: the file cannot be identified or is not safe to read, or the options choose a
            version that no reader has.
    """
    check_versions(options)
    kind = sniff(content)
    if kind == "gzip":
        content = gunzip(content, name)
        kind = sniff(content)
    if kind not in READERS or is_misnamed(kind, name):
        raise unreadable(kind, name)
    return as_chosen(READERS[kind](content, name, options), options)
