"""The rows that explain a link: one for each factor that gave or took points."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from conciliacontag.brazil import format_date, format_tax_id
from reconciliation.engine.cents import brl
from reconciliation.engine.differences import label
from reconciliation.engine.facts import Fact
from reconciliation.engine.likeness import best_name, party_mention
from reconciliation.engine.mentions import Mention
from reconciliation.engine.model import Evidence
from reconciliation.engine.points import FACTORS, in_points

Telling = Callable[[Decimal, Fact], Evidence]


def rows_of(fact: Fact) -> tuple[Evidence, ...]:
    """Evidence of a link; points add up to its score."""
    points = fact.points
    return tuple([tell(in_points(points[place]), fact) for place, tell in ROWS if points[place]])


@lru_cache(maxsize=4_096)
def written(day: date) -> str:
    return format_date(day)


@lru_cache(maxsize=16_384)
def masked(tax_id: str) -> str:
    return format_tax_id(tax_id)


def _amount(points: Decimal, fact: Fact) -> Evidence:
    return Evidence("amount", points, brl(fact.owed), brl(fact.line.cents), "valor")


def _date(points: Decimal, fact: Fact) -> Evidence:
    due, posted = fact.members[0].payable.due_on, fact.transaction.posted_on
    return Evidence("date", points, written(due), written(posted), "data")


def _kind(points: Decimal, fact: Fact) -> Evidence:
    means = fact.members[0].document.means or "não informado"
    return Evidence("kind", points, means, fact.transaction.memo[:60], "histórico")


def _split(points: Decimal, fact: Fact) -> Evidence:
    part = fact.members[0].installment
    return Evidence("split", points, "não informa parcelas", f"parcela {part}", "nota")


def _limit(points: Decimal, fact: Fact) -> Evidence:
    return Evidence("limit", points, "sem segunda testemunha", "", "lançamento")


def _number(points: Decimal, fact: Fact) -> Evidence:
    item, mentions = fact.members[0], fact.line.mentions
    found = mentions.numbers.get(item.number) or mentions.cited_note
    return Evidence("number", points, item.document.number, *_told(found))


def _party(points: Decimal, fact: Fact) -> Evidence:
    line, item, payer = fact.line, fact.members[0], fact.transaction.payer
    mention = None if payer else party_mention(line, item)
    if payer or mention:
        text, place = (masked(payer), "pagador") if payer else _told(mention)
        return Evidence("tax_id", points, masked(item.party), text, place)
    name = best_name(line, item)
    text, place = (name.text, name.place) if name else ("", "histórico")
    return Evidence("name", points, item.document.party_name, text, place)


def _charge(points: Decimal, fact: Fact) -> Evidence:
    """Our number, PIX charge or access key."""
    own, paid, document = fact.members[0].payable, fact.transaction, fact.members[0].document
    key = fact.line.mentions.keys.get(document.key)
    if document.key and key:
        return Evidence("key", points, document.key, *_told(key))
    if own.our_number and own.our_number == paid.our_number:
        return Evidence("our_number", points, own.our_number, paid.our_number, "nosso número")
    return Evidence("txid", points, own.txid, paid.txid, "identificador do PIX")


def _rival(points: Decimal, fact: Fact) -> Evidence:
    if not fact.rival:
        return Evidence("rival", points, "outro uso da nota", "", "outro lançamento")
    other = fact.rival[0]
    return Evidence("rival", points, f"{label(other)} de {brl(other.owed)}", "", "outra nota")


def _told(mention: Mention | None) -> tuple[str, str]:
    return (mention.text, mention.place) if mention else ("", "histórico")


IN_ORDER: dict[str, Telling] = {
    "amount": _amount,
    "charge": _charge,
    "number": _number,
    "party": _party,
    "date": _date,
    "kind": _kind,
    "split": _split,
    "rival": _rival,
    "limit": _limit,
}
ROWS = [(FACTORS.index(factor), telling) for factor, telling in IN_ORDER.items()]
