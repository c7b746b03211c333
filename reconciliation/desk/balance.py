"""PURE  What a line would settle of a document: paid = owed ± difference, in money and in words."""

from dataclasses import dataclass
from decimal import Decimal

from conciliacontag.brazil import format_brl

CENTS = Decimal("0.05")
KINDS = {
    "cents": "de centavos",
    "interest": "de multa e juros",
    "fee": "de tarifa",
    "discount": "de desconto",
    "withheld": "de imposto retido",
    "card": "de taxa do adquirente",
    "unexplained": "sem explicação",
}
WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Balance:
    """A payment beside what it pays. Amounts in reais, without sign.

    withheld: tax that the document itself declares as withheld.
    kind: what the engine calls the difference; "" where it says nothing.
    """

    name: str  # "NF-e 1234"
    paid: Decimal
    owed: Decimal
    withheld: Decimal = Decimal(0)
    kind: str = ""

    @property
    def gap(self) -> Decimal:
        """What was paid more (positive) or less (negative) than is owed."""
        return self.paid - self.owed

    @property
    def named_kind(self) -> str:
        """The difference's name: the engine's, or one that the document itself proves."""
        if self.kind or not self.gap:
            return self.kind
        if self.gap == -self.withheld:
            return WITHHELD
        return "cents" if abs(self.gap) <= CENTS else ""

    @property
    def relation(self) -> str:
        """In one word how payment and debt differ; alike lines have the same."""
        return self.named_kind or ("equal" if not self.gap else "less" if self.gap < 0 else "more")

    def sentence(self) -> str:
        """`R$ 938,50 = NF-e 1234 de R$ 1.000,00 − R$ 61,50 de imposto retido`."""
        paid, whole = format_brl(self.paid), f"{self.name} de {format_brl(self.owed)}"
        rest = format_brl(abs(self.gap))
        if not self.gap:
            return f"{paid} = {whole}"
        if self.named_kind:
            sign = "+" if self.gap > 0 else "−"
            return f"{paid} = {whole} {sign} {rest} {KINDS.get(self.named_kind, 'de diferença')}"
        if self.gap < 0:
            return f"{paid} = parte de {whole}"
        return f"{paid} = {whole} + {rest} sem explicação"

    def rest(self) -> str:
        """What stays open after it, in words."""
        if self.gap < 0 and not self.named_kind:
            return f"ficam em aberto {format_brl(-self.gap)} na nota"
        if self.gap > 0 and not self.named_kind:
            return f"sobram {format_brl(self.gap)} no lançamento"
        return "sobra R$ 0,00"
