"""Money as whole cents: read exactly, and written the way people here do."""

from decimal import Decimal
from functools import lru_cache


def to_cents(amount: Decimal) -> int:
    """Exact cents of an amount in reais.

    Raises:
        ValueError: the amount has a fraction of a cent; the caller stores two decimals.
    """
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"amount with a fraction of a cent: {amount}")
    return int(cents)


def reais(cents: int) -> Decimal:
    """Two decimals, always."""
    return Decimal(cents).scaleb(-2)


@lru_cache(maxsize=65_536)
def brl(cents: int) -> str:
    """`123450` becomes `R$ 1.234,50`."""
    whole, rest = divmod(abs(cents), 100)
    digits = f"{whole:,}".replace(",", ".")
    return f"{'-' if cents < 0 else ''}R$ {digits},{rest:02d}"
