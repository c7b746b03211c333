"""What a stored document and a stored bank line tell about how money moved.

Documents keep payments under `payments` as pairs of `tPag` and amount, and those with identifiers
under `extra.payments`; lines keep theirs under `identifiers`. Source of the codes: table of `tPag`
(Nota Técnica 2020.006 and Informe Técnico 2026.001).
"""

from collections.abc import Mapping, Sequence
from typing import Any

MEANS = {
    "01": "cash",
    "03": "card", "04": "card", "10": "card", "11": "card", "12": "card", "13": "card",
    "15": "boleto",
    "17": "pix", "20": "pix", "23": "pix", "24": "pix",
    "18": "ted",
}  # fmt: skip
KEPT = ("our_number", "txid")


def means_of(payments: Sequence[Any] | None, detailed: Sequence[Any] | None) -> str:
    """boleto, pix, ted, card or cash; empty when not told, or when several are."""
    codes = {str(one[0]) for one in payments or () if isinstance(one, Sequence) and one}
    codes |= {str(one.get("tPag", "")) for one in detailed or () if isinstance(one, Mapping)}
    known = {MEANS.get(code, "") for code in codes if code}
    return known.pop() if len(known) == 1 else ""


def charges_of(detailed: Sequence[Any] | None, count: int) -> list[dict[str, str]]:
    """`our_number` and `txid` of each of a document's payables, in their order.

    Codes are told payment by payment: they belong to the payables when there is one for each.
    """
    told = [identifiers_of(one) for one in detailed or ()]
    told = [one for one in told if one]
    return told if len(told) == count else [{}] * count


def identifiers_of(said: Any) -> dict[str, str]:
    found = said.get("identifiers") if isinstance(said, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    return {name: str(found[name]) for name in KEPT if found.get(name)}


def payer_of(identifiers: Any) -> str:
    """CNPJ or CPF of a line's other side, without mask, where the bank told it."""
    return str(identifiers.get("tax_id") or "") if isinstance(identifiers, Mapping) else ""
