"""PURE  CFOP: what the four digits of an operation say, and which ones a purchase is booked under.

Source: Ajuste SINIEF s/nº of 1970, annex II: the first digit tells direction and distance, the
second the group, the last two the purpose.
"""

import re
from typing import NamedTuple

CFOP = re.compile(r"[0-9]{4}")
UNKNOWN = "desconhecida"
ORIGINS = {
    "1": "entrada do mesmo estado",
    "2": "entrada de outro estado",
    "3": "entrada do exterior",
    "5": "saída para o mesmo estado",
    "6": "saída para outro estado",
    "7": "saída para o exterior",
}
GROUPS = {
    "1": "compra ou venda",
    "2": "devolução",
    "3": "serviço de comunicação ou energia",
    "4": "substituição tributária",
    "5": "ativo imobilizado, uso e consumo",
    "6": "combustíveis",
    "9": "outras operações",
}
# operation → (within the state, from another state), the choices an accountant books purchases by
PURCHASES = {
    "consumption": ("1556", "2556"),
    "resale": ("1102", "2102"),
    "fixed_asset": ("1551", "2551"),
    "service": ("1126", "2126"),
}
CHOICES = tuple(code for pair in PURCHASES.values() for code in pair)


class Meaning(NamedTuple):
    """The three parts of a CFOP in words."""

    origin: str
    group: str
    purpose: str

    def __str__(self) -> str:
        return f"{self.origin} / {self.group} / {self.purpose}"


def explain(code: str) -> Meaning | None:
    """What a CFOP says, or None when it has not four digits."""
    if not CFOP.fullmatch(code):
        return None
    purpose = next((name for name, pair in PURCHASES.items() if code in pair), "")
    told = {"consumption": "uso e consumo", "resale": "revenda", "fixed_asset": "ativo imobilizado"}
    return Meaning(
        ORIGINS.get(code[0], UNKNOWN),
        GROUPS.get(code[1], UNKNOWN),
        told.get(purpose, "serviço" if purpose else f"finalidade {code[2:]}"),
    )


def booked_under(operation: str, *, same_state: bool) -> str:
    """The CFOP of entry of a purchase, or "" for an operation that is not one."""
    pair = PURCHASES.get(operation)
    return pair[0 if same_state else 1] if pair else ""
