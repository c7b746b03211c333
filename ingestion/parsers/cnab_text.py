"""The lines of a CNAB file, and whether its first one is that of a return.

Positions are characters: in UTF-8 an accent makes a line longer in bytes only. Sources: FEBRABAN
CNAB 240, record 0; "02RETORNO" of the 400 manuals.
"""

import re

from ingestion.parsers.cnab_layouts import SIZE_240, SIZE_400
from ingestion.parsers.model import ParseError, Problem

REMEDY = "Baixe no banco o arquivo de retorno da cobrança (não o de remessa) e envie-o sem editar."
REMITTANCE = "O arquivo é uma remessa, que a empresa envia ao banco; nada nele aconteceu ainda."

# NUL, which no database stores, and what `splitlines` would take for the end of a line.
ODD_MARKS = "\x00\x0b\x0c\x1a\x1c\x1d\x1e\x85\u2028\u2029"

_HEADER_240 = re.compile(r"[0-9]{3}00000 {8}[^;|\t]{120,}")
_HEADER_400 = re.compile(r"0[12](?:REMESSA|RETORNO)", re.IGNORECASE)
_COLLECTION = re.compile(r"0.{8}[0-9]{2}COBRAN[^;|\t]{380,}")


def is_cnab(head: str) -> bool:
    """Whether a text begins as a CNAB file does, be it a return, a remittance or a broken one."""
    first = head.lstrip("\ufeff\r\n").partition("\n")[0]
    return any(shape.match(first) for shape in (_HEADER_400, _HEADER_240, _COLLECTION))


def read_lines(content: bytes) -> tuple[list[str], list[Problem]]:
    """Every line, decoded; controls that no text has become blanks and keep their position."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    text = text.rstrip("\x1a\x00\r\n\t ").lstrip("\r\n")
    odd = [mark for mark in ODD_MARKS if mark in text]
    if not odd:
        return text.splitlines(), []
    text = text.translate(dict.fromkeys(map(ord, odd), " "))
    message = "O arquivo traz caracteres de controle, que viraram espaços."
    remedy = "Confira os nomes e os valores; se faltar algo, baixe o retorno de novo."
    return text.splitlines(), [Problem("text_control", "warning", "texto", message, remedy)]


def size_of(lines: list[str]) -> int:
    """240 or 400, by the header of a return.

    Raises:
        ParseError: `cnab_remittance` or `cnab_header`.
    """
    first = lines[0] if lines else ""
    if _HEADER_400.match(first):
        if first[1] == "1":
            raise remittance()
        return SIZE_400
    if not _HEADER_240.match(first):
        message = "A primeira linha não é a de um retorno CNAB 240 nem 400."
        raise ParseError("cnab_header", message, place="linha 1", remedy=REMEDY)
    return SIZE_240


def remittance() -> ParseError:
    """The refusal of a file that goes to the bank."""
    return ParseError("cnab_remittance", REMITTANCE, place="linha 1", remedy=REMEDY)
