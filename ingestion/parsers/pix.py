"""Identifiers that banks write into the text of a movement: PIX ids, the payer's CNPJ or CPF.

Sources: Banco Central, "Manual de Padrões para Iniciação do Pix", EndToEndId (E, ISPB of the
payer's institution, moment to the minute, eleven characters) and txid (26 to 35 characters);
Receita Federal, check digits of CNPJ and CPF.
"""

import re
from functools import lru_cache

from conciliacontag.brazil import is_cnpj, is_cpf, only_id

_END_TO_END = re.compile(
    r"\bE[0-9]{8}20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-9A-Za-z]{11}\b"
)
_LABELLED = re.compile(r"\bTX[ -]?ID\b[ :=.-]*([0-9A-Za-z]{26,35})\b", re.IGNORECASE)
_LOOSE_TXID = re.compile(
    r"\b(?!E[0-9]{20})(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])([0-9A-Za-z]{26,35})\b"
)
_MASKED = re.compile(
    r"(?<![0-9A-Z])(?:[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}"
    r"|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2})(?![0-9A-Z])"
)
_BARE = re.compile(r"(?<![0-9A-Za-z./-])(?:[0-9]{14}|[0-9]{11})(?![0-9A-Za-z/-])")
_LONG_DIGITS = re.compile(r"[0-9]{8}|[0-9]\.[0-9]{3}[-/.]|[0-9A-Z]{3}/[0-9A-Z]{4}-")
SHORTEST_TXID = 26


@lru_cache(maxsize=8192)
def read_identifiers(*texts: str) -> dict[str, str]:
    """`e2e`, `txid` and `tax_id` found in the texts of one movement; the first of each counts.

    The answer is remembered and shared: copy it before changing.
    """
    found: dict[str, str] = {}
    for text in texts:
        if len(text) >= SHORTEST_TXID:
            _read_pix(text, found)
        if len(text) > 10 and _LONG_DIGITS.search(text):
            _read_tax_id(text, found)
    return found


def _read_pix(text: str, found: dict[str, str]) -> None:
    """A txid needs its name before it, or at least the word PIX somewhere in the text."""
    end_to_end = _END_TO_END.search(text)
    if end_to_end:
        found.setdefault("e2e", end_to_end[0])
        text = text.replace(end_to_end[0], " ")
    named = _LABELLED.search(text) or ("PIX" in text.upper() and _LOOSE_TXID.search(text))
    if named:
        found.setdefault("txid", named[1])


def _read_tax_id(text: str, found: dict[str, str]) -> None:
    """Only one with right check digits; masked before bare, company before person."""
    for shape in (_MASKED, _BARE):
        for one in shape.findall(text):
            bare = only_id(one)
            if is_cnpj(bare) or is_cpf(bare):
                found.setdefault("tax_id", bare)
                return
