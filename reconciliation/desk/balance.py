"""PURE  What lines would settle of documents: paid = owed ± difference, in money and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from conciliacontag.brazil import format_brl

ZERO = Decimal(0)
CENTS = Decimal("0.05")
WITHHELD, FEW_CENTS = "withheld", "cents"
KINDS = {
    FEW_CENTS: "de centavos",
    "interest": "de multa e juros",
    "fee": "de tarifa",
    "discount": "de desconto",
    WITHHELD: "de imposto retido",
    "card": "de taxa do adquirente",
    "unexplained": "sem explicação",
}
Named = tuple[tuple[str, Decimal], ...]
"""Differences by kind: what the payment brings beyond what is owed, or lacks (negative)."""


@dataclass(frozen=True, slots=True)
class Part:
    """A document, or an instalment, beside a payment. Amounts in reais, without sign.

    owed: what it still expects. withheld: tax that it declares itself as withheld.
    """

    name: str  # "NF-e 1234"
    owed: Decimal
    withheld: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Balance:
    """A payment beside what it pays; `named` are the differences that settle their side."""

    paid: Decimal
    parts: Sequence[Part]
    named: Named = ()

    @property
    def owed(self) -> Decimal:
        return sum((part.owed for part in self.parts), ZERO)

    @property
    def gap(self) -> Decimal:
        """What was paid more (positive) or less (negative) than is owed."""
        return self.paid - self.owed

    @property
    def left(self) -> Decimal:
        """What stays open: of the payment (positive) or of the documents (negative)."""
        return self.gap - sum((amount for _, amount in self.named), ZERO)

    @property
    def relation(self) -> str:
        """In one word how payment and debt differ; alike lines have the same."""
        if self.named:
            return self.named[0][0]
        return "equal" if not self.gap else "less" if self.gap < 0 else "more"

    def sentence(self) -> str:
        """`R$ 938,50 = NF-e 1234 de R$ 1.000,00 − R$ 61,50 de imposto retido`."""
        paid = format_brl(self.paid)
        whole = " + ".join(f"{part.name} de {format_brl(part.owed)}" for part in self.parts)
        start = "parte de " if self.left < 0 else ""
        told = "".join(difference_in_words(*one) for one in self.named)
        extra = f" + {format_brl(self.left)} sem explicação" if self.left > 0 else ""
        return f"{paid} = {start}{whole}{told}{extra}"

    def rest(self) -> str:
        """What stays open after it, in words."""
        if self.left < 0:
            where = "na nota" if len(self.parts) == 1 else "nas notas"
            return f"ficam em aberto {format_brl(-self.left)} {where}"
        return f"sobram {format_brl(self.left)} no lançamento" if self.left else "sobra R$ 0,00"


def difference_in_words(kind: str, amount: Decimal) -> str:
    sign = "+" if amount > 0 else "−"
    return f" {sign} {format_brl(abs(amount))} {KINDS.get(kind, 'de diferença')}"


def proven(paid: Decimal, parts: Sequence[Part]) -> Named:
    """The difference that the documents themselves prove, or that is a few cents."""
    gap = paid - sum((part.owed for part in parts), ZERO)
    withheld = sum((part.withheld for part in parts), ZERO)
    if not gap:
        return ()
    if gap == -withheld:
        return ((WITHHELD, gap),)
    return ((FEW_CENTS, gap),) if abs(gap) <= CENTS else ()
