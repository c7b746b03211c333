"""Brazilian identifiers, money and text: read, checked and written the way people here do.

A CNPJ may hold letters since July 2026 (Instrução Normativa RFB 2.229/2024): twelve characters of
0-9 and A-Z and two check digits. Nothing here may therefore reduce an identifier to its digits.
"""

import re
import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from stdnum.br import cnpj as stdnum_cnpj
from stdnum.br import cpf as stdnum_cpf

CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
CPF = re.compile(r"[0-9]{11}")
CENT = Decimal("0.01")

# What a text column cannot hold or a person cannot see; tab and line ends stay.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MASK = re.compile(r"[\s./-]+")
# Kinds of company, as whole words: "ME" stands inside many a surname.
_LEGAL_FORMS = frozenset(
    {"LTDA", "LIMITADA", "ME", "EPP", "MEI", "EIRELI", "SA", "SLU", "CIA", "COMPANHIA"}
)


def only_id(text: str) -> str:
    """Take mask and blanks off a CNPJ or CPF; letters stay, in upper case."""
    return _MASK.sub("", text).upper()


@lru_cache(maxsize=50_000)
def is_cnpj(text: str) -> bool:
    """Whether `text` is a CNPJ without mask: shape, upper case and both check digits."""
    return bool(CNPJ.fullmatch(text)) and len(set(text)) > 1 and bool(stdnum_cnpj.is_valid(text))


@lru_cache(maxsize=50_000)
def is_cpf(text: str) -> bool:
    """Whether `text` is a CPF without mask, with right check digits."""
    return bool(CPF.fullmatch(text)) and len(set(text)) > 1 and bool(stdnum_cpf.is_valid(text))


def format_cnpj(text: str) -> str:
    """`12ABC34501DE35` becomes `12.ABC.345/01DE-35`; what has another shape stays as it is."""
    if not CNPJ.fullmatch(text):
        return text
    return f"{text[:2]}.{text[2:5]}.{text[5:8]}/{text[8:12]}-{text[12:]}"


def format_tax_id(text: str) -> str:
    """A CNPJ or a CPF with its mask; a foreign or wrong identifier stays as it is."""
    if CPF.fullmatch(text):
        return f"{text[:3]}.{text[3:6]}.{text[6:9]}-{text[9:]}"
    return format_cnpj(text)


def cnpj_root(text: str) -> str:
    """The eight characters that all establishments of one company share, or "" for a non-CNPJ."""
    bare = only_id(text)
    return bare[:8] if CNPJ.fullmatch(bare) else ""


def format_brl(amount: Decimal) -> str:
    """`Decimal("-1234.5")` becomes `-R$ 1.234,50`; half a cent goes up."""
    cents = amount.quantize(CENT, ROUND_HALF_UP)
    digits = f"{abs(cents):,.2f}".translate(str.maketrans(",.", ".,"))
    return f"-R$ {digits}" if cents < 0 else f"R$ {digits}"


def format_date(day: date) -> str:
    """`31/12/2026`; years keep four digits."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def fold(text: str) -> str:
    """Text for comparing: accents folded, upper case, blanks collapsed and trimmed."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(text.upper().split())


def company_name(text: str) -> str:
    """A name for comparing: folded, without marks and without the kind of company.

    `Padaria São João Ltda. - ME` becomes `PADARIA SAO JOAO`; a name that is nothing but kinds
    keeps them.
    """
    joined = re.sub(r"\bS\s*[./]\s*A\b", "SA", fold(text))
    words = re.sub(r"[^0-9A-Z]+", " ", joined).split()
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)


def clean_text(text: str) -> str:
    """Drop what PostgreSQL refuses or nobody sees: NUL, controls, halves of surrogate pairs."""
    return text if text.isprintable() else _UNSTORABLE.sub("", text)
