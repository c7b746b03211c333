"""Values of fiscal documents, read strictly: what Python would accept kindly is refused here.

`Decimal` takes exponents, underscores and full-width digits, and so does no invoice. The shapes
come from the types TDec_1302, TDec_1104v, TData and TDateTimeUTC of the NF-e schemas.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from conciliacontag.brazil import clean_text
from ingestion.parsers.model import ParseError

MONEY = re.compile(r"[0-9]{1,13}(?:\.[0-9]{2})?")
QUANTITY = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,10})?")
# Years as in TData: systems write 0001 for no day at all, and 9999 has no other time zone.
DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?")
SHOWN = 30


def shown(text: str) -> str:
    """A value as it may stand in a message: storable and short."""
    bare = clean_text(text)
    return bare if len(bare) <= SHOWN else bare[:SHOWN] + "…"


def parse_money(text: str, place: str) -> Decimal:
    """A plain amount in reais, zero or more, with no or two decimals.

    Raises:
        ParseError: `nfe_amount`, with the place and what stood there.
    """
    if not MONEY.fullmatch(text):
        message = f"Valor “{shown(text)}” não é um número simples com ponto e duas casas decimais."
        remedy = "Peça ao emitente o XML original; não corrija o valor à mão."
        raise ParseError("nfe_amount", message, place=place, remedy=remedy)
    return Decimal(text)


def parse_quantity(text: str) -> Decimal | None:
    """A quantity or unit price with up to ten decimals; None for anything else."""
    return Decimal(text) if QUANTITY.fullmatch(text) else None


def parse_day(text: str) -> date | None:
    """A calendar day written `AAAA-MM-DD`; None when it is written otherwise or does not exist."""
    if not DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_moment(text: str) -> datetime | None:
    """A moment as the schemas write it, aware when the offset is there; None for anything else."""
    if not MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def parse_aware(text: str) -> datetime | None:
    """A moment that tells its offset; None for any other, which happened nobody knows when."""
    moment = parse_moment(text)
    return moment if moment and moment.tzinfo else None
