"""Documents and transactions made ready for comparing: cents, day numbers, words, mentions."""

from decimal import Decimal
from functools import cached_property, lru_cache

from conciliacontag.brazil import fold, only_id
from reconciliation.engine.mentions import Mentions, party_keys, read_mentions
from reconciliation.engine.model import OpenDocument, OpenTransaction, Payable
from reconciliation.engine.words import Name, read_name


class Item:
    """One payable of one document; its texts are read when they are asked for."""

    def __init__(self, place: int, document: OpenDocument, payable: Payable) -> None:
        self.place = place  # position among all items, sorted by identifier
        self.document = document
        self.payable = payable
        self.cents = to_cents(payable.amount)
        self.day = payable.due_on.toordinal()

    @property
    def receivable(self) -> bool:
        return self.document.receivable

    @property
    def number(self) -> str:
        """Without leading zeros."""
        return fold(self.document.number).strip().lstrip("0")

    @cached_property
    def party(self) -> str:
        """CNPJ or CPF without mask."""
        return only_id(self.document.party_id)

    @property
    def short_parties(self) -> tuple[str, ...]:
        """CNPJ root, masked CPF."""
        return party_keys(self.party)

    @property
    def words(self) -> tuple[str, ...]:
        """Of the party's name."""
        return words_of(self.document.party_name)


class Line:
    """One bank line; its texts are read when they are asked for."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self.transaction = transaction
        self.cents = abs(to_cents(transaction.amount))  # without its sign
        self.receivable = transaction.amount > 0  # a credit can only pay what is to be received
        self.day = transaction.posted_on.toordinal()

    @cached_property
    def mentions(self) -> Mentions:
        return read_mentions(self.transaction.memo, self.transaction.payee)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """One for each text that holds words."""
        texts = (("favorecido", self.transaction.payee), ("histórico", self.transaction.memo))
        names = (read_name(text, field) for field, text in texts if text)
        return tuple(name for name in names if name.words)


@lru_cache(maxsize=65_536)
def words_of(name: str) -> tuple[str, ...]:
    return read_name(name).words


def to_cents(amount: Decimal) -> int:
    """Exact cents of an amount in reais.

    Raises:
        ValueError: the amount has a fraction of a cent; the caller stores two decimals.
    """
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"amount with a fraction of a cent: {amount}")
    return int(cents)
