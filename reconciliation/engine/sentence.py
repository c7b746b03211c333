"""The sentence a person reads: what agrees, and what keeps the pair from 100."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from conciliacontag.brazil import format_brl
from reconciliation.engine.model import Options
from reconciliation.engine.rows import Item, Line
from reconciliation.engine.scoring import (
    FAR_OFF,
    SURE_NUMBER,
    TAX_ID,
    WHOLE_NAME,
    Pair,
    best_likeness,
    party_mention,
)


def tell(pair: Pair, rivals: Sequence[Pair], options: Options, score: Decimal) -> str:
    """One Portuguese sentence for a pair, and a second one when it is not at 100."""
    sentence = "; ".join((_equation(pair), *_agreements(pair), _delay(pair))) + "."
    if score >= 100:
        return sentence
    against = [*_contradictions(pair, options), *_rival(pair, rivals)] or list(_missing(pair))
    return f"{sentence} Por que não 100: {'; '.join(against)}."


def label(item: Item) -> str:
    """How a note is called in a sentence: number and instalment."""
    name = f"NF {item.document.number}" if item.document.number else "nota sem número"
    return f"{name}, parcela {item.payable.installment}" if item.payable.installment else name


def difference(line: Line, item: Item) -> str:
    """The amount by which the payment differs, with its share of the document."""
    cents = line.cents - item.cents
    share = (Decimal(abs(cents)) * 100 / item.cents).quantize(Decimal("0.01"))
    side = "a mais" if cents > 0 else "a menos"
    percent = str(share).replace(".", ",")
    return f"diferença de {format_brl(Decimal(abs(cents)) / 100)} {side} ({percent} %)"


def delay(days: int) -> str:
    """The distance in days between payment and due date, in words."""
    if days == 0:
        return "no dia do vencimento"
    unit = "dia" if abs(days) == 1 else "dias"
    return f"{abs(days)} {unit} {'após o' if days > 0 else 'antes do'} vencimento"


def _equation(pair: Pair) -> str:
    paid = format_brl(abs(pair.line.transaction.amount))
    sign = "=" if pair.is_exact else "≈"
    return f"{paid} {sign} {label(pair.item)} de {format_brl(pair.item.payable.amount)}"


def _agreements(pair: Pair) -> Iterable[str]:
    mentions = pair.line.mentions
    if pair.key > 0:
        yield f"chave de acesso no {_field(mentions.keys[pair.item.document.key].place)}"
    if pair.number > 0:
        yield f"número da nota no {_field(mentions.numbers[pair.item.number].place)}"
    party = party_mention(pair.line, pair.item)
    if party is not None:
        yield f"{_party_word(pair)} no {_field(party.place)}"
    if pair.name == WHOLE_NAME:
        yield "nome igual"
    elif pair.name:
        yield f"nome parecido ({_likeness(pair)})"


def _party_word(pair: Pair) -> str:
    company = len(pair.item.party) == 14
    if pair.tax_id == TAX_ID:
        return "CNPJ" if company else "CPF"
    return "raiz do CNPJ" if company else "parte visível do CPF"


def _delay(pair: Pair) -> str:
    return delay(pair.line.day - pair.item.day)


def _contradictions(pair: Pair, options: Options) -> Iterable[str]:
    if not pair.is_exact:
        yield difference(pair.line, pair.item)
    if pair.key < 0:
        yield "o histórico traz a chave de acesso de outra nota"
    if pair.tax_id < 0:
        yield "o CNPJ ou CPF do lançamento é de outra pessoa"
    if pair.number < 0 and pair.line.mentions.cited_note is not None:
        yield f"o lançamento cita {pair.line.mentions.cited_note.text}"
    if pair.date == FAR_OFF:
        before, after = options.days_before, options.days_after
        yield f"fora do prazo de {before} dias antes a {after} dias após o vencimento"


def _rival(pair: Pair, rivals: Sequence[Pair]) -> Iterable[str]:
    if not rivals:
        return
    rival = rivals[0]
    amount = "do mesmo valor" if rival.item.cents == pair.item.cents else "de valor próximo"
    if rival.line is not pair.line:
        yield (
            f"outro lançamento {amount}"
            if rival.line.cents == pair.line.cents
            else ("outro lançamento de valor próximo")
        )
    elif rival.item.document is pair.item.document:
        yield f"outra parcela {amount} na mesma nota"
    else:
        yield f"outra nota {amount}"


def _missing(pair: Pair) -> Iterable[str]:
    absent = []
    if pair.number < SURE_NUMBER:
        absent.append("número da nota")
    if pair.tax_id <= 0 and pair.name < WHOLE_NAME:
        absent.append("CNPJ, CPF ou nome completo")
    elif pair.tax_id < TAX_ID:
        absent.append("CNPJ ou CPF completo")
    yield f"falta {' e '.join(absent or ['chave de acesso'])} no lançamento"
    if 0 < pair.name < WHOLE_NAME:
        yield f"o nome é igual só em parte ({_likeness(pair)})"


def _likeness(pair: Pair) -> str:
    return f"0,{best_likeness(pair.line, pair.item):02d}"


def _field(place: str) -> str:
    return place.split(" ")[0]
