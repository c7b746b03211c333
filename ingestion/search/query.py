"""PURE  What a person may mean by the few words they typed into the search box."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from conciliacontag.brazil import CNPJ, fold, is_cnpj, is_cpf, only_id

LONGEST = 200
MOST_WORDS = 8
LONGEST_WORD = 60

KEY = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}|[0-9]{50}")
ROOT = re.compile(r"[0-9A-Z]{8}")
NUMBER = re.compile(r"[0-9]{1,20}")
BRAZILIAN = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,15})(?:,[0-9]{1,2})?")
PLAIN = re.compile(r"[0-9]{1,15}\.[0-9]{1,2}")
DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})")
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
CURRENCY = re.compile(r"^[-+]?\s*R\$\s*|^[-+]", re.IGNORECASE)
SEPARATOR = re.compile(r"[^0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Query:
    """Every reading of what was typed; a row that fits any of them is found."""

    key: str = ""  # access key of 44 characters, or of 50 for a national NFS-e
    tax_id: str = ""  # CNPJ or CPF without mask
    root: str = ""  # the eight characters that the establishments of one company share
    number: str = ""  # of a document, without leading zeros
    amount: Decimal | None = None  # without sign: a payment is found by what was paid
    day: date | None = None
    words: tuple[str, ...] = ()  # folded to ASCII; all of them must be there
    is_prefix: bool = False  # the last word may be the beginning of a longer one

    @property
    def is_empty(self) -> bool:
        return self == Query()


def understand(typed: str) -> Query:
    """Read a query. An empty one finds nothing.

    `1.500` is the amount 1500.00, the number 1500 and words alike: the reader does not guess
    which of them was meant, the index looks for all.
    """
    text = " ".join(typed[:LONGEST].split())
    bare = only_id(text)
    if KEY.fullmatch(bare):
        return Query(key=bare)
    if is_cnpj(bare) or is_cpf(bare):
        return Query(tax_id=bare, number=as_number(text))
    words = tuple(words_of(text))
    return Query(
        root=bare if is_root(text, bare) else "",
        number=as_number(text),
        amount=as_amount(text),
        day=as_day(text),
        words=words,
        is_prefix=bool(words) and not words[-1].isdigit() and not typed.endswith(" "),
    )


def is_root(text: str, bare: str) -> bool:
    """Eight characters that begin a CNPJ: masked as one, or with a digit among them."""
    if CNPJ.fullmatch(bare):
        return False
    return bool(ROOT.fullmatch(bare)) and " " not in text and any(c.isdigit() for c in bare)


def as_number(text: str) -> str:
    bare = text.replace(".", "")
    return (bare.lstrip("0") or "0") if NUMBER.fullmatch(bare) else ""


def as_amount(text: str) -> Decimal | None:
    """`1.234,56`, `1234.56`, `1234` or `R$ 1.234,56` in reais; anything else is no amount."""
    bare = CURRENCY.sub("", text).strip()
    if BRAZILIAN.fullmatch(bare):
        return Decimal(bare.replace(".", "").replace(",", ".")).quantize(Decimal("0.01"))
    if PLAIN.fullmatch(bare):
        return Decimal(bare).quantize(Decimal("0.01"))
    return None


def as_day(text: str) -> date | None:
    """`05/10/2026`, `5/10/26` or `2026-10-05`; a day that no calendar has is none."""
    if found := DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        year += 2000 if year < 100 else 0
    elif found := ISO_DAY.fullmatch(text):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def words_of(text: str) -> Iterator[str]:
    """The words of a text as the index keeps and looks for them: folded, without marks."""
    found = SEPARATOR.sub(" ", fold(text)).lower().split()
    yield from (word[:LONGEST_WORD] for word in found[:MOST_WORDS])
