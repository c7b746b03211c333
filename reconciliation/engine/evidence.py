"""The rows that explain a link: one for each factor that gave or took points."""

from decimal import Decimal

from conciliacontag.brazil import format_date, format_tax_id
from reconciliation.engine.differences import brl, label, owed_cents
from reconciliation.engine.facts import Fact, Member
from reconciliation.engine.likeness import best_name, party_mention
from reconciliation.engine.mentions import Mention
from reconciliation.engine.model import Evidence
from reconciliation.engine.points import points_of

SPECK = Decimal("0.05")  # less is shown as 0,0
ORDER = ("amount", "charge", "number", "party", "date", "kind", "rival", "limit")


def rows_of(fact: Fact, rival: Fact | None) -> tuple[Evidence, ...]:
    """Evidence of a link; points add up to its score. `rival` is the likeliest other link."""
    points = without_specks(points_of(fact.terms, fact.score))
    told = ((factor, points[factor]) for factor in ORDER if points.get(factor))
    return tuple(_row(factor, value, fact, rival) for factor, value in told)


def without_specks(points: dict[str, Decimal]) -> dict[str, Decimal]:
    """The same sum without rows that would be shown as nothing."""
    largest = max(points, key=lambda factor: abs(points[factor]))
    kept = {factor: value for factor, value in points.items() if abs(value) >= SPECK}
    kept[largest] = points[largest] + sum(
        value for factor, value in points.items() if factor not in kept
    )
    return kept


def _row(factor: str, points: Decimal, fact: Fact, rival: Fact | None) -> Evidence:
    first = fact.members[0]
    if factor == "amount":
        owed = brl(sum(owed_cents(member) for member in fact.members))
        return Evidence("amount", points, owed, brl(fact.line.cents), "valor")
    if factor == "date":
        due, posted = first.payable.due_on, fact.transaction.posted_on
        return Evidence("date", points, format_date(due), format_date(posted), "data")
    if factor == "rival":
        return _rival(points, fact, rival)
    if factor == "limit":
        return Evidence("limit", points, "sem segunda testemunha", "", "lançamento")
    if factor == "kind":
        means = first.document.means or "não informado"
        return Evidence("kind", points, means, fact.transaction.memo[:60], "histórico")
    found = {"number": _number, "party": _party, "charge": _charge}[factor](fact, first)
    return Evidence(found[0], points, *found[1:])


def _number(fact: Fact, member: Member) -> tuple[str, str, str, str]:
    mentions = fact.line.mentions
    found = mentions.numbers.get(member.item.number) or mentions.cited_note
    return "number", member.document.number, *_told(found)


def _party(fact: Fact, member: Member) -> tuple[str, str, str, str]:
    line, item = fact.line, member.item
    tax_id = party_mention(line, item)
    payer = fact.transaction.payer
    if payer or tax_id:
        text, place = (format_tax_id(payer), "pagador") if payer else _told(tax_id)
        return "tax_id", format_tax_id(item.party), text, place
    name = best_name(line, item)
    text, place = (name.text, name.place) if name else ("", "histórico")
    return "name", member.document.party_name, text, place


def _charge(fact: Fact, member: Member) -> tuple[str, str, str, str]:
    """Our number, PIX charge or access key."""
    key = fact.line.mentions.keys.get(member.document.key)
    if member.document.key and key:
        return "key", member.document.key, *_told(key)
    own, paid = member.payable, fact.transaction
    if own.our_number and own.our_number == paid.our_number:
        return "our_number", own.our_number, paid.our_number, "nosso número"
    return "txid", own.txid, paid.txid, "identificador do PIX"


def _told(mention: Mention | None) -> tuple[str, str]:
    return (mention.text, mention.place) if mention else ("", "histórico")


def _rival(points: Decimal, fact: Fact, rival: Fact | None) -> Evidence:
    if rival is None:
        return Evidence("rival", points, "outro uso da nota", "", "outro lançamento")
    other = rival.members[0]
    return Evidence(
        "rival", points, f"{label(other)} de {brl(owed_cents(other))}", "", "outra nota"
    )
