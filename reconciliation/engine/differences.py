"""The name and the amount of what keeps a payment and what it pays apart."""

from collections.abc import Sequence
from decimal import Decimal

from reconciliation.engine.amounts import CENTS, DISCOUNT, FEE, INTEREST, OVER, PARTIAL
from reconciliation.engine.cents import brl, reais
from reconciliation.engine.expected import WITHHELD
from reconciliation.engine.facts import Fact
from reconciliation.engine.links import CARD
from reconciliation.engine.model import Difference
from reconciliation.engine.rows import Item

UNEXPLAINED = "unexplained"
KINDS = {
    CENTS: "cents", INTEREST: "interest", FEE: "fee", DISCOUNT: "discount", WITHHELD: "withheld",
    OVER: UNEXPLAINED,
}  # fmt: skip
WORDS = {
    "cents": "de centavos",
    "interest": "de multa e juros",
    "fee": "de tarifa",
    "discount": "de desconto",
    "withheld": "de imposto retido",
    "card": "de taxa do adquirente",
    UNEXPLAINED: "sem explicação",
}
HUNDRED = Decimal(100)
Owed = tuple[int, int, int]
"""Cents of an item: owed, less the tax declared as withheld, and as the document tells them."""
Given = tuple[int, Difference | None]


def allocations(members: Sequence[Owed], cents: int, sort: int, relation: str) -> list[Given]:
    """Cents of the line each document gets, and what explains the rest of either side.

    No cent is created: what is given never exceeds the line, nor any document.

    Args:
        members: what the link pays.
        cents: of the line, without its sign.
        sort: `PAIR`, `GROUP` or `CARD`.
        relation: of the two amounts, where a single document is paid.
    """
    if len(members) == 1 and sort != CARD:
        owed, expected, _ = members[0]
        return [single(owed, expected, cents, relation)]
    told = [own for _, _, own in members]
    missing = sum(told) - cents
    kind = "card" if sort == CARD else _group_kind(missing)
    return [(given, _difference(kind, lost)) for given, lost in _shares(told, missing)]


def equation(fact: Fact) -> str:
    """ "R$ 938,50 = NF 1234 de R$ 1.000,00 − R$ 61,50 de imposto retido (6,15 %)"."""
    paid, owed = fact.line.cents, fact.owed
    terms = " + ".join([f"{label(member)} de {brl(member.owed)}" for member in fact.members])
    if fact.relation == PARTIAL:
        return f"{brl(paid)} é parte da {terms}: faltam {brl(owed - paid)}"
    if owed == paid:
        return f"{brl(paid)} = {terms}"
    members = [(member.owed, member.expected, member.cents) for member in fact.members]
    given = allocations(members, paid, fact.sort, fact.relation)
    kind = next((difference.kind for _, difference in given if difference), UNEXPLAINED)
    return f"{brl(paid)} = {terms} {_rest(paid - owed, owed, kind)}"


def label(item: Item) -> str:
    """How a note is called in a sentence: number and instalment."""
    number, installment = item.document.number, item.installment
    name = f"NF {number}" if number else "nota sem número"
    return f"{name}, parcela {installment}" if installment else name


def percent(part: int, whole: int) -> str:
    share = (Decimal(abs(part)) * HUNDRED / whole).quantize(Decimal("0.01"))
    return f"{share} %".replace(".", ",")


def _rest(cents: int, owed: int, kind: str) -> str:
    sign = "+" if cents > 0 else "−"
    return f"{sign} {brl(abs(cents))} {WORDS[kind]} ({percent(cents, owed)})"


def single(owed: int, expected: int, cents: int, relation: str) -> Given:
    """`allocations` of a document that is paid by itself."""
    if cents == owed:
        return cents, None
    given = min(cents, owed)
    if relation == PARTIAL:
        return given, None
    kind = KINDS.get(relation, "withheld" if expected != owed else UNEXPLAINED)
    return given, _difference(kind, cents - owed)


def _shares(owed: Sequence[int], missing: int) -> list[tuple[int, int]]:
    """Cents given and lost by each member; a shortfall is spread by amount, to the cent."""
    whole, left = sum(owed), missing
    shares = []
    for cents in owed[:-1]:
        lost = missing * cents // whole
        shares.append((min(cents, cents - lost), -lost))
        left -= lost
    shares.append((min(owed[-1], owed[-1] - left), -left))
    return shares


def _group_kind(missing: int) -> str:
    if abs(missing) <= 5:
        return "cents"
    return UNEXPLAINED


def _difference(kind: str, cents: int) -> Difference | None:
    return Difference(kind, reais(cents)) if cents else None
