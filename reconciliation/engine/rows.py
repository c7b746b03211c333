"""Documents and transactions as they are told: exact cents, words, mentions."""

from dataclasses import dataclass
from functools import lru_cache

from conciliacontag.brazil import fold, only_id
from reconciliation.engine.mentions import Mentions, party_keys, read_mentions
from reconciliation.engine.model import OpenTransaction
from reconciliation.engine.papers import PaperRow, PartRow
from reconciliation.engine.words import Name, read_name


@dataclass(slots=True)
class Item:
    """One payable of one document; its texts are read when they are asked for."""

    document: PaperRow
    payable: PartRow  # of the whole document where a split is supposed
    owed: int  # cents the document asks for, less nothing: the part where a split is supposed
    expected: int  # … less the tax declared as withheld
    parts: int = 1  # above 1: an instalment the document does not tell of
    place: int = 0  # which of the parts

    @property
    def installment(self) -> str:
        """As the document names it; "2/3" where a split was only supposed."""
        return f"{self.place}/{self.parts}" if self.parts > 1 else self.payable.installment

    @property
    def cents(self) -> int:
        return self.payable.amount

    @property
    def number(self) -> str:
        """Without leading zeros."""
        number = self.document.number
        return (number if number.isdecimal() else fold(number)).lstrip("0")

    @property
    def party(self) -> str:
        """CNPJ or CPF without mask."""
        return bare_id(self.document.party_id)

    @property
    def words(self) -> tuple[str, ...]:
        """Of the party's name."""
        return words_of(self.document.party_name)


class Line:
    """One bank line; its texts are read when they are asked for, and once."""

    __slots__ = ("_mentions", "_names", "cents", "transaction")

    def __init__(self, transaction: OpenTransaction, cents: int) -> None:
        self.transaction = transaction
        self.cents = cents  # without its sign
        self._mentions: Mentions | None = None
        self._names: tuple[Name, ...] | None = None

    @property
    def receivable(self) -> bool:
        """A credit can only pay what is to be received."""
        return self.transaction.amount > 0

    @property
    def day(self) -> int:
        return self.transaction.posted_on.toordinal()

    @property
    def mentions(self) -> Mentions:
        if self._mentions is None:
            self._mentions = read_mentions(self.transaction.memo, self.transaction.payee)
        return self._mentions

    @property
    def names(self) -> tuple[Name, ...]:
        """One for each text that holds words."""
        if self._names is None:
            texts = (("favorecido", self.transaction.payee), ("histórico", self.transaction.memo))
            names = [read_name(text, field) for field, text in texts if text]
            self._names = tuple([name for name in names if name.words])
        return self._names


@lru_cache(maxsize=16_384)
def bare_id(text: str) -> str:
    return only_id(text)


@lru_cache(maxsize=16_384)
def short_forms(party_id: str) -> tuple[str, ...]:
    """CNPJ root, masked CPF of a party."""
    return party_keys(only_id(party_id))


@lru_cache(maxsize=65_536)
def words_of(name: str) -> tuple[str, ...]:
    return read_name(name).words
