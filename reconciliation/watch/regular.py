"""PURE  Suppliers that send a note nearly every month, and what one line has to do with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median_low

from conciliacontag.brazil import cnpj_root, company_name

MONTHS_LOOKED_AT = 6
MONTHS_NEEDED = 3  # of those: a habit, not a coincidence
SILENT_AFTER = 2  # months without a note: the supplier is no habit any more
SHORTEST_NAME = 5


@dataclass(frozen=True, slots=True)
class Received:
    """A note of a supplier."""

    supplier: str  # CNPJ or CPF without mask
    name: str
    issued_on: date
    total: Decimal


@dataclass(frozen=True, slots=True)
class Regular:
    """A supplier with a habit."""

    supplier: str
    name: str
    months: int  # of the six before, in how many there was a note
    last_on: date  # its newest note before the month
    usual: Decimal  # the middle of its totals
    is_silent: bool  # no note in the month itself


def regular_suppliers(notes: Iterable[Received], month: date) -> list[Regular]:
    """Suppliers with notes in at least three of the six months before, the last not long ago.

    Establishments of one company count as one.

    Args:
        month: its first day; later notes are left out.
    """
    by_company: defaultdict[str, list[Received]] = defaultdict(list)
    for note in notes:
        if 0 <= months_between(note.issued_on, month) <= MONTHS_LOOKED_AT:
            by_company[cnpj_root(note.supplier) or note.supplier].append(note)
    found = (habit(listed, month) for key, listed in by_company.items() if key)
    return sorted((one for one in found if one), key=lambda one: (one.name, one.supplier))


def habit(notes: Sequence[Received], month: date) -> Regular | None:
    before = [note for note in notes if note.issued_on < month]
    ages = {months_between(note.issued_on, month) for note in before}
    if len(ages) < MONTHS_NEEDED or min(ages) > SILENT_AFTER:
        return None
    last = max(before, key=lambda note: note.issued_on)
    return Regular(
        last.supplier,
        last.name,
        len(ages),
        last.issued_on,
        median_low(note.total for note in before),
        is_silent=len(before) == len(notes),
    )


def months_between(day: date, month: date) -> int:
    """How many months a day lies before a month; 0 inside of it."""
    return (month.year - day.year) * 12 + month.month - day.month


def supplier_of(told: str, regulars: Iterable[Regular]) -> Regular | None:
    """The supplier that a bank line names, by the root of its CNPJ or by its whole name."""
    words, digits = company_name(told), "".join(filter(str.isalnum, told)).upper()
    for one in regulars:
        root, name = cnpj_root(one.supplier), company_name(one.name)
        if root and root in digits:
            return one
        if len(name) >= SHORTEST_NAME and f" {name} " in f" {words} ":
            return one
    return None
