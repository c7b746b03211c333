"""The rows that explain a pair: one for each factor that gave or took points."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from conciliacontag.brazil import format_brl, format_date, format_tax_id
from reconciliation.engine.mentions import Mention
from reconciliation.engine.model import Candidate, Evidence, Options
from reconciliation.engine.rows import Item, Line
from reconciliation.engine.scoring import Pair, party_mention
from reconciliation.engine.sentence import label, tell
from reconciliation.engine.words import Name, likeness

RIVAL = 10
CENT = Decimal("0.01")
brl = lru_cache(maxsize=65536)(format_brl)
day = lru_cache(maxsize=4096)(format_date)


def explain(pair: Pair, rivals: Sequence[Pair], options: Options) -> Candidate:
    """Turn a pair into a candidate; `rivals` are the pairs that come near it, strongest first."""
    rows = tuple(_rows(pair, rivals, options))
    total = sum((row.points for row in rows), Decimal(0))
    score = min(max(total, Decimal(0)), Decimal(100)).quantize(CENT)
    return Candidate(
        transaction_id=pair.line.transaction.id,
        document_id=pair.item.document.id,
        installment=pair.item.payable.installment,
        amount=(Decimal(min(pair.line.cents, pair.item.cents)) / 100).quantize(CENT),
        score=score,
        evidence=rows,
        reason=tell(pair, rivals, options, score),
    )


def _rows(pair: Pair, rivals: Sequence[Pair], options: Options) -> Iterable[Evidence]:
    yield _amount(pair)
    identifiers = (("key", pair.key), ("number", pair.number), ("tax_id", pair.tax_id))
    for factor, points in identifiers:
        if points:
            yield _identifier(factor, points, pair)
    yield _date(pair)
    if pair.name:
        yield _name(pair)
    if rivals:
        yield _rival(pair, rivals[0], options)


def _amount(pair: Pair) -> Evidence:
    item, line = pair.item, pair.line
    paid = brl(abs(line.transaction.amount))
    return Evidence("amount", Decimal(pair.amount), brl(item.payable.amount), paid, "valor")


def _date(pair: Pair) -> Evidence:
    due, posted = pair.item.payable.due_on, pair.line.transaction.posted_on
    return Evidence("date", Decimal(pair.date), day(due), day(posted), "data")


def _identifier(factor: str, points: int, pair: Pair) -> Evidence:
    item, mentions = pair.item, pair.line.mentions
    document = item.document
    expected = {
        "key": document.key,
        "number": document.number,
        "tax_id": format_tax_id(item.party),
    }[factor]
    found = {
        "key": mentions.keys.get(document.key),
        "number": mentions.numbers.get(item.number),
        "tax_id": party_mention(pair.line, item),
    }[factor]
    found = found or _contradiction(factor, pair.line)
    return Evidence(factor, Decimal(points), expected, found.text, found.place)


def _contradiction(factor: str, line: Line) -> Mention:
    """What the line cites instead of the document's own identifier."""
    mentions = line.mentions
    cited = {
        "key": list(mentions.keys.values()),
        "number": [mentions.cited_note] if mentions.cited_note else [],
        "tax_id": [mention for mention in mentions.tax_ids.values() if mention.sure],
    }[factor]
    return cited[0]


def _name(pair: Pair) -> Evidence:
    name = _best_name(pair.line, pair.item)
    expected = pair.item.document.party_name
    return Evidence("name", Decimal(pair.name), expected, name.text, name.place)


def _best_name(line: Line, item: Item) -> Name:
    return max(line.names, key=lambda name: likeness(item.words, name.words))


def _rival(pair: Pair, rival: Pair, options: Options) -> Evidence:
    """Takes the score clearly below 100, but never below what is still shown."""
    wanted = RIVAL + max(pair.weight - 100, 0)
    points = min(wanted, max(pair.weight - math.ceil(options.propose_at), 0))
    same_line = rival.line is pair.line
    document = f"{label(rival.item)} de {brl(rival.item.payable.amount)}"
    other = rival.line.transaction
    transaction = f"{brl(abs(other.amount))} em {day(other.posted_on)}"
    place = "outra nota" if same_line else "outro lançamento"
    return Evidence("rival", Decimal(-points), document, transaction, place)
