"""How much speaks for a pair: whole points for each fact that two texts, days or amounts agree on.

A pair of equal amount and day reaches 65 and waits for a person; what lifts it over the default 85
is a second witness: the note's number, the party's CNPJ or CPF, or the whole name.
"""

from dataclasses import dataclass

from reconciliation.engine.mentions import Mention
from reconciliation.engine.model import Options
from reconciliation.engine.rows import Item, Line
from reconciliation.engine.words import likeness

EQUAL_AMOUNT = 45
NEAR_AMOUNT = 15
ACCESS_KEY = 55
SURE_NUMBER = 25
LOOSE_NUMBER = 5  # a bare number of one to three digits, or one that may be a year
TAX_ID = 30
SHORT_TAX_ID = 25  # only the CNPJ root, or the six visible digits of a masked CPF
WHOLE_NAME = 25
PART_OF_NAME = 15  # times the likeness
CITES_ANOTHER = -15  # once a pair: key, CNPJ or number of somebody else
ON_TIME, SOON, LATE, FAR_OFF = 20, 15, 10, -15
ON_TIME_DAYS, SOON_DAYS = 3, 10  # weekend and clearing; a forgotten week
NEAR_CEILING = 80  # a differing amount never looks like a sure one


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A bank line and an item, with the points of each factor."""

    line: Line
    item: Item
    key: int
    number: int
    tax_id: int
    date: int
    name: int
    amount: int
    is_sample: bool  # its rivals were too many to be looked at: shown, never booked
    weight: int  # the sum of all points, not yet cut to 0–100: what pairs are ranked by

    @property
    def is_exact(self) -> bool:
        return self.line.cents == self.item.cents

    @property
    def is_identified(self) -> bool:
        """Does the line name this very document: its key, or its number together with its party?"""
        return self.key > 0 or (self.number >= SURE_NUMBER and self.tax_id > 0)

    @property
    def is_corroborated(self) -> bool:
        """Does anything besides amount and date agree? Without it nothing is booked."""
        return (
            self.is_identified
            or self.number >= SURE_NUMBER
            or self.tax_id > 0
            or self.name == WHOLE_NAME
        )


def weigh(
    line: Line, item: Item, options: Options, *, with_name: bool = True, is_sample: bool = False
) -> Pair:
    """Score one pair; `with_name` false leaves the costly comparison of names out."""
    key, tax_id, number = _identifier_points(line, item)
    date = date_points(line.day - item.day, options)
    name = _name_points(line, item) if with_name and tax_id <= 0 and key <= 0 else 0
    others = key + number + tax_id + date + name
    equal = line.cents == item.cents
    amount = EQUAL_AMOUNT if equal else min(NEAR_AMOUNT, NEAR_CEILING - others)
    return Pair(line, item, key, number, tax_id, date, name, amount, is_sample, others + amount)


def date_points(late: int, options: Options) -> int:
    """Points for a payment `late` days after the due date; negative when it came before."""
    if not -options.days_before <= late <= options.days_after:
        return FAR_OFF
    if 0 <= late <= ON_TIME_DAYS:
        return ON_TIME
    return SOON if late <= SOON_DAYS else LATE


def party_mention(line: Line, item: Item) -> Mention | None:
    """Where the line cites the item's party, by whole CNPJ or CPF or by its short form."""
    if not item.party:
        return None
    whole = line.mentions.tax_ids.get(item.party)
    if whole is not None:
        return whole
    return next(
        (
            line.mentions.roots[short]
            for short in item.short_parties
            if short in line.mentions.roots
        ),
        None,
    )


def best_likeness(line: Line, item: Item) -> int:
    """Likeness of the party's name and the line's, in hundredths, over the texts of the line."""
    return max((int(likeness(item.words, name.words) * 100) for name in line.names), default=0)


def _identifier_points(line: Line, item: Item) -> tuple[int, int, int]:
    """Key, party and number; only the first contradiction counts: it is one fact."""
    key = _key_points(line, item)
    tax_id = _tax_points(line, item)
    number = _number_points(line, item)
    if key != 0:
        return key, max(tax_id, 0), max(number, 0)
    return key, tax_id, max(number, 0) if tax_id < 0 else number


def _key_points(line: Line, item: Item) -> int:
    if not line.mentions.keys or not item.document.key:
        return 0
    return ACCESS_KEY if item.document.key in line.mentions.keys else CITES_ANOTHER


def _tax_points(line: Line, item: Item) -> int:
    if not item.party:
        return 0
    if item.party in line.mentions.tax_ids:
        return TAX_ID
    if any(short in line.mentions.roots for short in item.short_parties):
        return SHORT_TAX_ID
    others = any(mention.sure for mention in line.mentions.tax_ids.values())
    return CITES_ANOTHER if others else 0


def _number_points(line: Line, item: Item) -> int:
    mention = line.mentions.numbers.get(item.number)
    if mention is not None:
        return SURE_NUMBER if mention.sure else LOOSE_NUMBER
    return CITES_ANOTHER if line.mentions.cited_note is not None and item.number else 0


def _name_points(line: Line, item: Item) -> int:
    """Nothing below one half: two names that share a minority of words share nothing."""
    if not any(not set(item.words).isdisjoint(name.words) for name in line.names):
        return 0
    percent = best_likeness(line, item)
    if percent >= 95:
        return WHOLE_NAME
    return percent * PART_OF_NAME // 100 if percent >= 50 else 0
