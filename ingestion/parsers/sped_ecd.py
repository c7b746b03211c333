"""ECD, the accounting books: journal entries and the balances of each account.

Source: Manual de Orientação do Leiaute 9 da ECD (Ato Declaratório Executivo Cofis), registers 0150,
I050, I075, I150, I155, I200 and I250; the fields used stand at the same place since layout 1.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from conciliacontag.brazil import clean_text, format_brl
from ingestion.parsers.model import Statement, Transaction
from ingestion.parsers.sped_lines import Doubts, Record, parse_amount, parse_day

PARSER = "ecd/1"
MOST_COUNTERS = 10  # accounts named on the other side of an entry
SIGNS = {"D": 1, "C": -1}
ZERO = Decimal(0)


@dataclass(slots=True)
class Item:
    """One line of an entry (I250), not yet knowing the others."""

    record: Record
    number: int  # of the record in the file
    account: str
    amount: Decimal  # positive for a debit


@dataclass(slots=True)
class Entry:
    """One journal entry (I200)."""

    record: Record
    number: str
    day: date | None
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Balances:
    """What the I155 of one account say, summed over its cost centres."""

    starts_on: date | None
    opening: Decimal
    closings: dict[date, Decimal]


class Ledger:
    """Takes the records of one ECD in their order."""

    parser = PARSER

    def __init__(self) -> None:
        self.doubts = Doubts()
        self.transactions: list[Transaction] = []
        self._accounts: dict[str, str] = {}
        self._histories: dict[str, str] = {}
        self._participants: dict[str, str] = {}
        self._balances: dict[str, Balances] = {}
        self._period: tuple[date | None, date | None] = (None, None)
        self._entry: Entry | None = None
        self._equals: Counter[int] = Counter()
        self._takes: dict[str, Callable[[Record, int], None]] = {
            "0150": lambda record, _: self._name(self._participants, record, 2, 3),
            "I050": lambda record, _: self._name(self._accounts, record, 6, 8),
            "I075": lambda record, _: self._name(self._histories, record, 2, 3),
            "I150": self._take_period,
            "I155": self._take_balance,
            "I200": self._take_entry,
            "I250": self._take_item,
        }

    def take(self, record: Record, number: int) -> None:
        """Read one record; `number` counts records from 1."""
        if self._entry is not None and record.kind != "I250":
            self._close_entry()
        take = self._takes.get(record.kind)
        if take is not None:
            take(record, number)

    def close(self) -> None:
        """The file has ended."""
        if self._entry is not None:
            self._close_entry()

    def statements(self) -> Iterator[Statement]:
        """One for each account that has balances; debit balances are positive."""
        for account, said in self._balances.items():
            days = sorted(said.closings)
            last = days[-1] if days else None
            balance = said.closings[last] if last else None
            closings = tuple((day, said.closings[day]) for day in days)
            yield Statement(
                account, "BRL", said.starts_on, last, balance, last, said.opening, closings
            )

    @staticmethod
    def _name(names: dict[str, str], record: Record, code: int, name: int) -> None:
        names[clean_text(record.get(code))] = clean_text(record.get(name))

    def _take_period(self, record: Record, _: int) -> None:
        self._period = parse_day(record.get(2)), parse_day(record.get(3))
        if None in self._period:
            message = "O período dos saldos não tem datas válidas; os saldos dele foram deixados."
            self.doubts.warn("sped_date", record.place, message)

    def _take_balance(self, record: Record, _: int) -> None:
        """I155: account, cost centre, opening, D/C, debits, credits, closing, D/C."""
        starts_on, ends_on = self._period
        opening = _signed(record.get(4), record.get(5))
        closing = _signed(record.get(8), record.get(9))
        moved = parse_amount(record.get(6)), parse_amount(record.get(7))
        if opening is None or closing is None or moved[0] is None or moved[1] is None:
            message = "O saldo não tem valores válidos e ficou de fora."
            self.doubts.warn("sped_amount", record.place, message)
            return
        if opening + moved[0] - moved[1] != closing:
            message = "O saldo inicial com os débitos e créditos não dá o saldo final."
            self.doubts.warn("sped_balance", record.place, message)
        if starts_on is not None and ends_on is not None:
            self._add_balance(clean_text(record.get(2)), opening, closing, starts_on, ends_on)

    def _add_balance(
        self, account: str, opening: Decimal, closing: Decimal, starts_on: date, ends_on: date
    ) -> None:
        said = self._balances.setdefault(account, Balances(starts_on, ZERO, {}))
        if said.starts_on == starts_on:
            said.opening += opening
        said.closings[ends_on] = said.closings.get(ends_on, ZERO) + closing

    def _take_entry(self, record: Record, _: int) -> None:
        number, day = clean_text(record.get(2)), parse_day(record.get(3))
        self._entry = Entry(record, number, day)

    def _take_item(self, record: Record, number: int) -> None:
        """I250: account, cost centre, amount, D/C, document, standard history, history, party."""
        amount = _signed(record.get(4), record.get(5))
        account = clean_text(record.get(2))
        if self._entry is None or self._entry.day is None:
            message = "A partida não pertence a um lançamento com data válida."
            self.doubts.reject("sped_date", record.place, message)
        elif amount is None or not account:
            message = "A partida não tem conta, valor ou indicação de débito ou crédito válidos."
            self.doubts.reject("sped_amount", record.place, message)
        else:
            self._entry.items.append(Item(record, number, account, amount))

    def _close_entry(self) -> None:
        entry, self._entry = self._entry, None
        if entry is None or entry.day is None:
            return
        difference = sum((item.amount for item in entry.items), ZERO)
        if difference:
            message = f"Débitos e créditos do lançamento diferem em {format_brl(abs(difference))}."
            self.doubts.warn("sped_entry", entry.record.place, message)
        debits = [item for item in entry.items if item.amount > 0]
        credits = [item for item in entry.items if item.amount <= 0]
        is_simple = min(len(debits), len(credits)) == 1
        for item in entry.items:
            others = (credits if item.amount > 0 else debits) if is_simple else []
            self.transactions.append(self._transaction(entry, entry.day, item, others))

    def _transaction(self, entry: Entry, day: date, item: Item, others: list[Item]) -> Transaction:
        record = item.record
        memo = self._memo(record)
        same = hash((item.account, day, item.amount, entry.number, memo))
        self._equals[same] += 1
        extra = {
            "entry": entry.number,
            "cost_center": clean_text(record.get(3)),
            "account_name": self._accounts.get(item.account, ""),
            "counter_accounts": [other.account for other in others[:MOST_COUNTERS]],
        }
        return Transaction(
            external_id=entry.number,
            account=item.account,
            posted_on=day,
            amount=item.amount,
            memo=memo,
            payee=self._participants.get(record.get(9), ""),
            kind=clean_text(entry.record.get(5)),
            check_number=clean_text(record.get(6)),
            ordinal=self._equals[same],
            record=item.number,
            extra={name: value for name, value in extra.items() if value},
            source="ledger",
        )

    def _memo(self, record: Record) -> str:
        """The standard history and what completes it."""
        standard = self._histories.get(record.get(7), "")
        return " ".join(part for part in (standard, clean_text(record.get(8))) if part)


@lru_cache(maxsize=10_000)
def _signed(text: str, side: str) -> Decimal | None:
    """Debits are positive. A zero may come without its side, as balances of new accounts do."""
    amount = parse_amount(text)
    if amount is not None and not amount:
        return ZERO
    return amount * SIGNS[side] if amount is not None and side in SIGNS else None
