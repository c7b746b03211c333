"""The sentence a person reads: what agrees, what keeps a link from 100, what would decide it."""

from collections.abc import Iterator
from functools import lru_cache

from reconciliation.engine.cents import brl
from reconciliation.engine.differences import equation, label
from reconciliation.engine.facts import Fact
from reconciliation.engine.likeness import best_likeness, party_mention
from reconciliation.engine.links import GROUP, PAIR
from reconciliation.engine.points import FACTORS

NEARLY_SURE = 0.99995  # what is shown as 100.00
WORTH_SAYING = -100  # hundredths of a point
USUAL = {
    "kind": "lançamentos deste tipo são mais comuns sem nota",
    "split": "a nota não informa parcelas",
    "date": "a data é incomum para este pagamento",
    "amount": "o valor não é o que a nota espera",
}


def tell(fact: Fact) -> str:
    """One Portuguese sentence for a link, and a second one when it is not at 100."""
    when = [_when(fact)] if fact.sort == PAIR else []
    sentence = "; ".join([equation(fact), *_agreements(fact), *when])
    if fact.belief >= NEARLY_SURE:
        return f"{sentence}."
    against = [*doubtful(fact), *contradictions(fact), *_rival(fact)] or [_missing(fact)]
    return f"{sentence}. Por que não 100: {'; '.join(against)}."


def delay(days: int) -> str:
    """The distance in days between payment and due date, in words."""
    return apart(days, "do vencimento", "após o vencimento")


@lru_cache(maxsize=4_096)
def apart(days: int, day: str, after: str) -> str:
    """A distance in days in words, those for what comes after given."""
    if days == 0:
        return f"no dia {day}"
    unit = "dia" if abs(days) == 1 else "dias"
    return f"{abs(days)} {unit} {after if days > 0 else f'antes {day}'}"


def doubtful(fact: Fact) -> Iterator[str]:
    """What costs the link most, where that is how the line or the document usually behaves."""
    worst = min(range(len(fact.points)), key=fact.points.__getitem__, default=-1)
    if worst >= 0 and fact.points[worst] <= WORTH_SAYING and FACTORS[worst] in USUAL:
        yield USUAL[FACTORS[worst]]


def contradictions(fact: Fact) -> Iterator[str]:
    """What the line says against the document."""
    pair = fact.observed
    if pair is None:
        return
    if pair.has_id and not pair.by_id:
        yield "o CNPJ ou CPF do lançamento é de outra pessoa"
    elif pair.fits and not pair.by_id and not pair.by_name:
        yield "o lançamento traz o nome de outra pessoa"
    cited = None if pair.cited else fact.line.mentions.cited_note
    if cited is not None:
        yield f"o lançamento cita {cited.text}"
    if pair.same_part is False and pair.cited:
        yield "o lançamento cita outra parcela"
    if pair.other_charge:
        yield "o lançamento traz o identificador de outra cobrança"


def _agreements(fact: Fact) -> list[str]:
    pair, item, told = fact.observed, fact.members[0], []
    if pair is None:
        return list(_group_agreements(fact))
    if pair.identified:
        told.append("o identificador da cobrança ou a chave de acesso é o mesmo")
    if pair.cited:
        told.append("número da nota no histórico")
    if pair.by_id:
        whose = "CNPJ" if len(item.party) == 14 else "CPF"
        mention = party_mention(fact.line, item)
        where = mention.place.split(" ")[0] if mention else "lançamento"
        told.append(f"{whose if pair.by_id > 1 else f'raiz do {whose}'} no {where}")
    elif pair.by_name:
        percent = best_likeness(fact.line, item)
        told.append("nome igual" if percent >= 95 else f"nome parecido (0,{percent:02d})")
    return told


def _group_agreements(fact: Fact) -> Iterator[str]:
    numbers = fact.line.mentions.numbers
    cited = [member for member in fact.members if member.number in numbers]
    if cited:
        yield f"{len(cited)} de {len(fact.members)} números no histórico"
    if party_mention(fact.line, fact.members[0]):
        yield "CNPJ ou CPF no lançamento"
    elif best_likeness(fact.line, fact.members[0]) >= 95:
        yield "nome igual"
    if fact.sort == GROUP:
        yield f"{len(fact.members)} notas da mesma pessoa, pagas juntas"


def _when(fact: Fact) -> str:
    first, day = fact.members[0], fact.line.day
    if first.payable.declared:
        return delay(day - first.payable.due_on.toordinal())
    days = day - first.document.issued_on.toordinal()
    return apart(days, "da emissão", "depois da emissão")


def _rival(fact: Fact) -> Iterator[str]:
    """The other link of the line, when it takes a part worth telling."""
    if fact.rival and fact.is_shared:
        other, *others = fact.rival
        together = f" e mais {len(others)}" if others else ""
        yield f"{label(other)}{together} de {brl(other.owed)} também serve a este lançamento"
    elif fact.is_contested:
        yield "outro lançamento também serve a esta nota"


def _missing(fact: Fact) -> str:
    """What would have made it sure."""
    pair = fact.observed
    absent = []
    if pair is None or not pair.cited:
        absent.append("número da nota" if pair else "número de todas as notas")
    if pair is None or not (pair.by_id or pair.by_name):
        absent.append("CNPJ, CPF ou nome")
    return f"falta {' e '.join(absent or ['o identificador da cobrança'])} no lançamento"
