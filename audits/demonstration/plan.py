"""The ordinary part of the month: what is sold and bought, and how the bank tells its payment.

Most rows say enough to be booked: the name by PIX, the CNPJ by TED, the note's number on a boleto,
the masked CPF of a consumer. A few say less, and wait for a person.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from audits.demonstration.identity import CAMPINAS, Entity, cnpj, customer, person, supplier
from audits.demonstration.invoice import CENT, Invoice, basket, moment
from audits.demonstration.statement import BankRow
from conciliacontag.brazil import fold, format_cnpj

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
HOLIDAYS = {date(2026, 10, 12)}
COMPANY = Entity(cnpj("91024876"), "Aroeira Distribuidora de Alimentos Ltda", CAMPINAS)
SALES, LATE_SALES, CONSUMER_SALES, PURCHASES, LATE_PURCHASES = 76, 4, 26, 34, 2
BANK_NAME = 32  # OFX 1.02 holds no longer NAME

# Places whose payment says too little.
NAMELESS = {9, 17, 25, 33, 41, 49}
PAID_BY_PARTNER = {13, 37, 61}
LATE_BY_NAME = {29, 53}
NAMELESS_CONSUMERS = {5, 16}


@dataclass(frozen=True, slots=True)
class Deal:
    """A note and the bank rows that pay it, none while it is open."""

    invoice: Invoice
    rows: tuple[BankRow, ...] = ()


Teller = Callable[[Entity, Invoice], tuple[str, str]]  # memo and payee of a bank row


def ordinary_deals() -> Iterator[Deal]:
    """Every deal without a planted problem, in order of number."""
    yield from (_sale(place) for place in range(SALES))
    yield from (_late_sale(place) for place in range(SALES, SALES + LATE_SALES))
    yield from (_consumer_sale(place) for place in range(CONSUMER_SALES))
    yield from (_purchase(place) for place in range(PURCHASES))
    yield from (_late_purchase(place) for place in range(PURCHASES, PURCHASES + LATE_PURCHASES))


def other_rows() -> list[BankRow]:
    """What moves on the account without any note: fees, own transfers, card settlements."""
    told = (
        (2, "-49.90", "DÉB. PACOTE SERVIÇOS"),
        (5, "1834.27", "CR COMPRAS - VENDAS CARTÃO"),
        (9, "-12.40", "TARIFA COBRANÇA"),
        (13, "2210.58", "CR COMPRAS - VENDAS CARTÃO"),
        (16, "-8000.00", "TRANSF. ENTRE CONTAS MESMA TITULARIDADE"),
        (20, "1967.03", "CR COMPRAS - VENDAS CARTÃO"),
        (27, "5000.00", "RESGATE APLICAÇÃO AUTOMÁTICA"),
        (30, "-12.40", "TARIFA COBRANÇA"),
    )
    return [
        BankRow(FIRST.replace(day=number), Decimal(amount), memo) for number, amount, memo in told
    ]


def sold(number: int, day: date, buyer: Entity, seed: int) -> Invoice:
    """A note issued by the company, of three to five items."""
    items = basket(seed, 3 + seed % 3)
    return Invoice("55", number, moment(day, seed), COMPANY, buyer, items)


def sold_to_consumer(number: int, day: date, buyer: Entity, seed: int) -> Invoice:
    """A consumer's receipt with the buyer's CPF."""
    return Invoice("65", number, moment(day, seed), COMPANY, buyer, basket(seed, 2))


def by_pix(party: Entity, invoice: Invoice) -> tuple[str, str]:
    """A PIX that names its party."""
    received = invoice.issuer is COMPANY
    return ("PIX RECEBIDO - OUTRA IF" if received else "PIX ENVIADO - OUTRA IF", bank_name(party))


def by_ted(party: Entity, invoice: Invoice) -> tuple[str, str]:
    """A TED shows its party's whole CNPJ."""
    verb = "RECEBIDA" if invoice.issuer is COMPANY else "ENVIADA"
    return f"TED {verb} {format_cnpj(party.tax_id)}", bank_name(party)


def by_nameless_pix(party: Entity, invoice: Invoice) -> tuple[str, str]:
    """A PIX that names nobody."""
    return "PIX RECEBIDO - QR CODE DINÂMICO", ""


def by_cpf(party: Entity, invoice: Invoice) -> tuple[str, str]:
    """A consumer's PIX: masked CPF and name."""
    return f"PIX RECEBIDO {party.masked_cpf}", bank_name(party)


def bank_name(party: Entity) -> str:
    """A name as a bank writes it: capitals, no accents, cut."""
    return fold(party.name)[:BANK_NAME]


def paid(
    invoice: Invoice, amount: Decimal, day: date, tell: Teller, *, clear: bool = True
) -> BankRow:
    """The bank row that pays a note; `day` moves to a business day for anything but PIX."""
    issued = invoice.issuer is COMPANY
    party = invoice.recipient if issued and invoice.recipient else invoice.issuer
    memo, payee = tell(party, invoice)
    posted_on = day if memo.startswith("PIX") else business_day(day)
    signed = amount if issued else -amount
    return BankRow(posted_on, signed, memo, payee, document=invoice.key, is_clear=clear)


def business_day(day: date) -> date:
    """The day itself, or the next one on which banks settle."""
    while day.weekday() > 4 or day in HOLIDAYS:
        day += timedelta(days=1)
    return day


def _by_boleto(party: Entity, invoice: Invoice) -> tuple[str, str]:
    verb = "CRÉD. LIQUIDAÇÃO" if invoice.issuer is COMPANY else "PAGAMENTO"
    return f"{verb} BOLETO NF {invoice.number:06d}", bank_name(party)


def _by_partner(party: Entity, invoice: Invoice) -> tuple[str, str]:
    """The owner pays from a private account: the name is not the note's."""
    return "PIX RECEBIDO - OUTRA IF", bank_name(person(invoice.number % 100 + 150))


TELLERS = (by_pix, by_ted, _by_boleto, by_pix, _by_boleto)


def _sale(place: int) -> Deal:
    day = FIRST + timedelta(days=place * 25 // SALES)
    invoice = sold(3101 + place, day, customer(place % 52), place + 1)
    if place < 24 and place % 2 == 0:
        return _in_two(invoice, (10, 20), _by_boleto)
    clear = place not in NAMELESS | PAID_BY_PARTNER | LATE_BY_NAME
    tell = _teller_of_sale(place)
    delay = 14 if place in LATE_BY_NAME else place * 3 % 5
    paid_on = min(day + timedelta(days=delay), date(2026, 10, 30))
    return Deal(invoice, (paid(invoice, invoice.total, paid_on, tell, clear=clear),))


def _teller_of_sale(place: int) -> Teller:
    if place in NAMELESS:
        return by_nameless_pix
    if place in PAID_BY_PARTNER:
        return _by_partner
    return by_pix if place in LATE_BY_NAME else TELLERS[place % len(TELLERS)]


def _in_two(invoice: Invoice, delays: tuple[int, int], tell: Teller) -> Deal:
    """Two instalments, the first of two fifths, each paid on its day."""
    first = (invoice.total * 2 / 5).quantize(CENT)
    day = invoice.issued_at.date()
    parts = tuple(
        (day + timedelta(days=delay), amount)
        for delay, amount in zip(delays, (first, invoice.total - first), strict=True)
    )
    split = with_installments(invoice, parts)
    return Deal(split, tuple(paid(split, amount, due_on, tell) for due_on, amount in parts))


def with_installments(invoice: Invoice, parts: tuple[tuple[date, Decimal], ...]) -> Invoice:
    """The same note, to be paid by boleto on the given days."""
    return Invoice(
        invoice.model,
        invoice.number,
        invoice.issued_at,
        invoice.issuer,
        invoice.recipient,
        invoice.items,
        parts,
        means="15",
    )


def _late_sale(place: int) -> Deal:
    invoice = sold(3101 + place, date(2026, 10, 28), customer(place % 52), place + 1)
    return Deal(with_installments(invoice, ((date(2026, 11, 18), invoice.total),)))


def _consumer_sale(place: int) -> Deal:
    day = FIRST + timedelta(days=place)
    invoice = sold_to_consumer(15201 + place, day, person(place), place + 401)
    clear = place not in NAMELESS_CONSUMERS
    tell = by_cpf if clear else by_nameless_pix
    return Deal(invoice, (paid(invoice, invoice.total, day, tell, clear=clear),))


def _purchase(place: int) -> Deal:
    invoice = _bought(place, FIRST + timedelta(days=place // 2))
    if place < 6:
        return _in_two(invoice, (8, 18), _by_boleto)
    due_on = invoice.issued_at.date() + timedelta(days=7 + place % 5)
    if place % 3 == 1:
        return Deal(invoice, (paid(invoice, invoice.total, due_on, by_ted),))
    split = with_installments(invoice, ((due_on, invoice.total),))
    tell = by_pix if place % 3 else _by_boleto
    return Deal(split, (paid(split, split.total, due_on, tell),))


def _late_purchase(place: int) -> Deal:
    invoice = _bought(place, date(2026, 10, 29))
    return Deal(with_installments(invoice, ((date(2026, 11, 16), invoice.total),)))


def _bought(place: int, day: date) -> Invoice:
    seed = place + 601
    number = 20_417 + place * 1_373
    return Invoice("55", number, moment(day, seed), supplier(place % 21), COMPANY, basket(seed, 4))
