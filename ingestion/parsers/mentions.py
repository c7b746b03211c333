"""Documents that another file only tells of, known by their access key.

Models: table 4.1.1 "Modelos de Documentos Fiscais" of the Guia Prático da EFD ICMS/IPI; the same
codes stand at places 21 and 22 of the access key (Manual de Orientação do Contribuinte). The key of
the national NFS-e has 50 characters of its own (Manual dos Contribuintes, "Id da NFS-e").
"""

import re
from collections.abc import Iterator
from itertools import accumulate

from ingestion.parsers.access_key import KEY, check_digit, modulo_11
from ingestion.parsers.model import Mention

KEY_LENGTH, SERVICE_KEY_LENGTH = 44, 50
# City, who made it, CPF (1) or CNPJ (2), 14 characters of it, number, year and month, code, digit.
SERVICE_KEY = re.compile(r"\d{7}[12][12][0-9A-Z]{14}\d{13}\d\d(?:0[1-9]|1[0-2])\d{10}")
PERSON = "1"
DOC_TYPES = {
    "55": "nfe",
    "65": "nfce",
    "57": "cte",
    "67": "cteos",
    "58": "mdfe",
    "59": "cfe",
    "62": "nfcom",
    "63": "bpe",
    "64": "gtve",
    "66": "nf3e",
    "01": "nf",
    "1B": "nf",
    "02": "nf",
    "04": "nf",
    "2D": "ecf",
    "06": "energy",
    "28": "gas",
    "29": "water",
    "21": "telecom",
    "22": "telecom",
    "07": "freight",
    "08": "freight",
    "8B": "freight",
    "09": "freight",
    "10": "freight",
    "11": "freight",
    "26": "freight",
    "27": "freight",
}
ELECTRONIC = {model for model in DOC_TYPES if "55" <= model <= "67"}
# IBGE codes of the states, first two characters of every key.
STATES = frozenset(
    str(code)
    for first, last in ((11, 17), (21, 29), (31, 35), (41, 43), (50, 53))
    for code in range(first, last + 1)
) - {"34"}
_PAPER_MARKS = str.maketrans("", "", ".-/")


def is_document_key(key: str) -> bool:
    """Whether these are the 44 characters of a document: shape, state, model and check digit."""
    return (
        bool(KEY.fullmatch(key))
        and key[:2] in STATES
        and key[20:22] in ELECTRONIC
        and key[43] == check_digit(key[:43])
    )


def is_service_key(key: str) -> bool:
    """Whether these are the 50 characters of a national NFS-e: shape, state and check digit."""
    return bool(SERVICE_KEY.fullmatch(key)) and key[:2] in STATES and key[49] == modulo_11(key[:49])


def find_keys(text: str) -> Iterator[str]:
    """The access keys printed in a text, with or without blanks, dots and dashes between them."""
    words = [word.translate(_PAPER_MARKS) for word in text.split()]
    bare = "".join(words)
    edges = set(accumulate(map(len, words), initial=0))
    for start in sorted(edges):
        for length, is_key in KINDS.items():
            key = bare[start : start + length]
            if start + length in edges and is_key(key):
                yield key


def mention_of_key(key: str, told_by: str) -> Mention:
    """What a key alone says. The day of issue, the amount and the recipient stay unknown.

    In the series 890 to 899 the key carries the CNPJ of the tax office, not of the issuer; in 920
    to 969 the issuer is a person, whose CPF follows three zeros (Ajuste SINIEF 7/2005, MOC 7.0).
    """
    if len(key) == SERVICE_KEY_LENGTH:
        return _mention_of_service(key, told_by)
    series = int(key[22:25])
    issuer = key[6:20]
    if 890 <= series <= 899:
        issuer = ""
    elif 920 <= series <= 969:
        issuer = issuer[3:]
    return Mention(
        natural_key=key,
        key=key,
        doc_type=DOC_TYPES[key[20:22]],
        series=str(series),
        number=str(int(key[25:34])),
        issuer_tax_id=issuer,
        told_by=told_by,
    )


def _mention_of_service(key: str, told_by: str) -> Mention:
    return Mention(
        natural_key=key,
        key=key,
        doc_type="nfse",
        number=str(int(key[23:36])),
        issuer_tax_id=key[12:23] if key[8] == PERSON else key[9:23],
        told_by=told_by,
    )


KINDS = {KEY_LENGTH: is_document_key, SERVICE_KEY_LENGTH: is_service_key}
