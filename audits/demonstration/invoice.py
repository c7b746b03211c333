"""What an invented note says before it is written: parties, items, instalments, and its sums."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cached_property

from audits.demonstration.identity import Entity, access_key, customer, supplier

CENT = Decimal("0.01")
BRASILIA = timezone(timedelta(hours=-3))
GOODS = (
    ("Farinha de trigo 25 kg", "11010010", "87.40"),
    ("Açúcar cristal 30 kg", "17019900", "112.75"),
    ("Óleo de soja 900 ml", "15079011", "7.89"),
    ("Café torrado 500 g", "09012100", "21.35"),
    ("Leite UHT 1 L", "04012010", "5.67"),
    ("Manteiga sem sal 5 kg", "04051000", "168.90"),
    ("Fermento biológico 500 g", "21021090", "16.42"),
    ("Polpa de maracujá 1 kg", "20089900", "18.15"),
    ("Embalagem kraft 100 un", "48194000", "43.28"),
    ("Queijo muçarela 3 kg", "04061010", "119.63"),
)


@dataclass(frozen=True, slots=True)
class Product:
    """One item of a note; amounts in reais."""

    code: str
    description: str
    ncm: str
    quantity: int
    unit_price: Decimal
    freight: Decimal = Decimal("0.00")
    discount: Decimal = Decimal("0.00")

    @property
    def total(self) -> Decimal:
        return self.quantity * self.unit_price

    @property
    def base(self) -> Decimal:
        """What the taxes are counted on."""
        return self.total + self.freight - self.discount


@dataclass(frozen=True)
class Invoice:
    """An authorised NF-e (55) or NFC-e (65)."""

    model: str
    number: int
    issued_at: datetime
    issuer: Entity
    recipient: Entity | None  # None for a consumer who is not named
    items: tuple[Product, ...]
    installments: tuple[tuple[date, Decimal], ...] = ()
    means: str = "17"  # tPag: 15 boleto, 17 PIX
    environment: str = "1"
    series: int = 1

    @property
    def code(self) -> int:
        """cNF: any eight digits that are not the number."""
        return (self.number * 48_271 + 11_213) % 99_999_989

    @cached_property
    def key(self) -> str:
        state = self.issuer.city.state_code
        document = (self.model, self.series, self.number)
        return access_key(state, self.issued_at.date(), self.issuer.tax_id, document, self.code)

    @property
    def protocol(self) -> str:
        """nProt: authority, state, year, and ten digits of the authority's own count."""
        state, year = self.issuer.city.state_code, f"{self.issued_at:%y}"
        return f"1{state}{year}{self.code * 37 % 9_999_999_967:010d}"

    @property
    def products(self) -> Decimal:
        return sum((item.total for item in self.items), Decimal("0.00"))

    @property
    def freight(self) -> Decimal:
        return sum((item.freight for item in self.items), Decimal("0.00"))

    @property
    def discount(self) -> Decimal:
        return sum((item.discount for item in self.items), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        return self.products + self.freight - self.discount


def basket(seed: int, size: int) -> tuple[Product, ...]:
    """Some goods, the same for the same seed; the totals of two seeds rarely meet."""
    chosen = []
    for place in range(size):
        kind = (seed * 7 + place * 3) % len(GOODS)
        description, ncm, price = GOODS[kind]
        quantity = 1 + (seed * 13 + place * 5) % 11
        unit_price = Decimal(price) + Decimal((seed * 37 + place * 101) % 397) / 100
        freight = "24.90" if seed % 9 == 4 and not place else "0.00"
        discount = f"{seed % 4 + 1}.00" if seed % 6 == 1 and not place else "0.00"
        extras = Decimal(freight), Decimal(discount)
        code = f"P{kind:04d}"
        chosen.append(Product(code, description, ncm, quantity, unit_price, *extras))
    return tuple(chosen)


def moment(day: date, seed: int) -> datetime:
    """A moment within business hours of a day, in Brasília's time."""
    minutes = 8 * 60 + seed * 17 % 560
    start = datetime(day.year, day.month, day.day, tzinfo=BRASILIA)
    return start + timedelta(minutes=minutes)


def many_invoices(count: int, first_day: date) -> Iterator[Invoice]:
    """Distinct notes spread over 28 days, between invented companies."""
    for place in range(count):
        day = first_day + timedelta(days=place % 28)
        yield Invoice(
            "55",
            place + 1,
            moment(day, place),
            supplier(place // 1_000),
            customer(place % 1_000),
            basket(place, 2 + place % 4),
        )
