"""Documents and transactions made ready for comparing: cents, day numbers, words, mentions."""

from dataclasses import dataclass
from decimal import Decimal

from conciliacontag.brazil import fold, only_id
from reconciliation.engine.mentions import Mentions, party_keys, read_mentions
from reconciliation.engine.model import OpenDocument, OpenTransaction, Payable
from reconciliation.engine.words import Name, read_name


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One payable of one document."""

    place: int  # position among all items, sorted by identifier
    document: OpenDocument
    payable: Payable
    cents: int
    day: int  # ordinal of the due date
    number: str  # without leading zeros
    party: str  # CNPJ or CPF without mask
    short_parties: tuple[str, ...]  # CNPJ root, masked CPF
    words: tuple[str, ...]  # of the party's name

    @property
    def receivable(self) -> bool:
        return self.document.receivable


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One bank line."""

    place: int  # position among all lines, sorted by identifier
    transaction: OpenTransaction
    cents: int  # without its sign
    receivable: bool  # a credit can only pay what is to be received
    day: int
    mentions: Mentions
    names: tuple[Name, ...]  # one for each text that holds words


def to_cents(amount: Decimal) -> int:
    """Exact cents of an amount in reais.

    Raises:
        ValueError: the amount has a fraction of a cent; the caller stores two decimals.
    """
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"amount with a fraction of a cent: {amount}")
    return int(cents)


def read_item(place: int, document: OpenDocument, payable: Payable) -> Item:
    """One payable, with the words its texts are compared by."""
    party = only_id(document.party_id)
    return Item(
        place=place,
        document=document,
        payable=payable,
        cents=to_cents(payable.amount),
        day=payable.due_on.toordinal(),
        number=fold(document.number).strip().lstrip("0"),
        party=party,
        short_parties=party_keys(party),
        words=read_name(document.party_name).words,
    )


def read_line(place: int, transaction: OpenTransaction) -> Line:
    texts = (("favorecido", transaction.payee), ("histórico", transaction.memo))
    names = (read_name(text, field) for field, text in texts if text)
    return Line(
        place=place,
        transaction=transaction,
        cents=abs(to_cents(transaction.amount)),
        receivable=transaction.amount > 0,
        day=transaction.posted_on.toordinal(),
        mentions=read_mentions(transaction.memo, transaction.payee),
        names=tuple(name for name in names if name.words),
    )
