"""PURE  Where in a bank line's texts the evidence of a link was read."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

PLACE = re.compile(r"(histórico|favorecido) (\d{1,5})–(\d{1,5})")
# What each factor was compared with on the document's side.
FIELDS = {
    "amount": "amount",
    "number": "number",
    "key": "key",
    "tax_id": "party",
    "name": "party",
    "date": "date",
    "our_number": "charge",
    "txid": "charge",
}
FACTS = {"valor": "amount", "data": "date", "pagador": "payer"}


def collapsed(text: str) -> str:
    """A text as the places of evidence count it: blanks are one space each."""
    return " ".join(text.split())


def line_marks(evidence: Iterable[Mapping[str, Any]]) -> dict[str, list[list[int]]]:
    """Parts of the texts as `{"memo": [[start, end]], "payee": …}`, counted from 0, end left out.

    Parts that touch or overlap are one; what speaks against the link is not marked.
    """
    found: dict[str, list[list[int]]] = {"memo": [], "payee": []}
    for row in evidence:
        place = PLACE.fullmatch(str(row["place"]))
        if place and not is_against(row):
            text = "memo" if place[1] == "histórico" else "payee"
            found[text].append([int(place[2]) - 1, int(place[3])])
    return {text: joined(parts) for text, parts in found.items()}


def joined(parts: list[list[int]]) -> list[list[int]]:
    kept: list[list[int]] = []
    for start, end in sorted(part for part in parts if part[0] < part[1]):
        if kept and start <= kept[-1][1]:
            kept[-1][1] = max(kept[-1][1], end)
        else:
            kept.append([start, end])
    return kept


def line_facts(evidence: Iterable[Mapping[str, Any]]) -> list[str]:
    """Which facts of the line beside its texts speak for the link: amount, date, payer."""
    rows = [row for row in evidence if not is_against(row)]
    return sorted({FACTS[row["place"]] for row in rows if row["place"] in FACTS})


def document_fields(evidence: Iterable[Mapping[str, Any]]) -> list[str]:
    """Which fields of the document speak for the link."""
    rows = [row for row in evidence if not is_against(row)]
    return sorted({FIELDS[row["factor"]] for row in rows if row["factor"] in FIELDS})


def is_against(row: Mapping[str, Any]) -> bool:
    return float(row["points"]) <= 0
