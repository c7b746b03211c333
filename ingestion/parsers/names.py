"""The name of an uploaded file: only its last part, exactly as the sender wrote it.

A name is shown and written into reports, never used to open anything: bytes are stored under
their hash. So accents, other alphabets and odd but harmless names stay untouched.
"""

import re

from conciliacontag.brazil import clean_text
from ingestion.parsers.model import ParseError

LONGEST = 4096
LONGEST_STORED = 1024  # characters of a name that are kept; the rest is cut

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SEPARATOR = re.compile(r"(?<!<)[/\\]")  # the slash of a closing tag separates no folders


def safe_name(sent: str) -> str:
    """Return the last part of the name a client sent; folders of its machine are dropped.

    Raises:
        ParseError: `file_name`: nothing left, only dots, control characters or far too long.
    """
    if _CONTROL.search(sent):
        raise _refused("O nome do arquivo traz caracteres de controle.")
    name = _SURROGATE.sub("�", _SEPARATOR.split(sent)[-1]).strip()
    if not name.strip("."):
        raise _refused("O arquivo foi enviado sem nome.")
    if len(name) > LONGEST:
        raise _refused(f"O nome do arquivo tem {len(name)} caracteres.")
    return name


def stored_name(name: str) -> str:
    """The name of a member of an archive as it is kept, and as it is asked for again."""
    return clean_text(name)[:LONGEST_STORED]


def _refused(message: str) -> ParseError:
    remedy = "Renomeie o arquivo com letras, números e a extensão, e envie de novo."
    return ParseError("file_name", message, remedy=remedy)
