"""The access key that identifies an electronic fiscal document.

Source: Manual de Orientação do Contribuinte, "chave de acesso"; letters in the
issuer's CNPJ follow Nota Técnica Conjunta 2025.001.
"""

import re
from datetime import date
from operator import mul
from typing import NamedTuple

from ingestion.parsers.model import ParseError

KEY = re.compile(r"[0-9]{4}(?:0[1-9]|1[0-2])[0-9A-Z]{12}[0-9]{26}")
REMEDY = "Peça ao emitente o XML original, autorizado pela SEFAZ, e envie de novo."
WEIGHTS = tuple(2 + (42 - place) % 8 for place in range(43))
SUM_OF_WEIGHTS = sum(WEIGHTS)


class AccessKey(NamedTuple):
    """What the 44 characters say."""

    state: str  # IBGE code, two digits
    month: date  # first day of the month of issue; the key holds no day
    issuer: str  # CNPJ, 14 characters; a CPF comes with leading zeros
    model: str  # 55 NF-e, 57 CT-e, 65 NFC-e
    series: int
    number: int


def plain_key(text: str) -> str:
    """A key as it is kept: systems print it in groups of four, or its letters in lower case."""
    return "".join(text.split()).upper()


def parse_access_key(text: str, *, place: str = "") -> AccessKey:
    """Read the 44 characters of an access key; spaces are ignored.

    Raises:
        ParseError: `nfe_key`: wrong length or alphabet, or a check digit that does not fit.
    """
    key = plain_key(text)
    if not KEY.fullmatch(key):
        message = f"Chave de acesso fora do formato ({len(key)} caracteres)."
        raise ParseError("nfe_key", message, place=place, remedy=REMEDY)
    if key[43] != check_digit(key[:43]):
        message = "Chave de acesso com dígito verificador incorreto."
        raise ParseError("nfe_key", message, place=place, remedy=REMEDY)
    return key_parts(key)


def key_parts(key: str) -> AccessKey:
    """What a text of the shape of a key says, its check digit aside."""
    month = date(2000 + int(key[2:4]), int(key[4:6]), 1)
    return AccessKey(key[:2], month, key[6:20], key[20:22], int(key[22:25]), int(key[25:34]))


def check_digit(body: str) -> str:
    """Modulo 11, weights 2 to 9 from the right; a letter counts as its ASCII code minus 48."""
    remainder = (sum(map(mul, body.encode("ascii"), WEIGHTS)) - 48 * SUM_OF_WEIGHTS) % 11
    return "0" if remainder < 2 else str(11 - remainder)


def modulo_11(body: str) -> str:
    """The same digit for a key of any length, as the 49 characters of a national NFS-e."""
    codes = reversed(body.encode("ascii"))
    remainder = sum((code - 48) * (2 + place % 8) for place, code in enumerate(codes)) % 11
    return "0" if remainder < 2 else str(11 - remainder)
