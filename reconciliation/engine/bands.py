"""What is booked without asking, and why the rest is not."""

from reconciliation.engine.amounts import CENTS, DISCOUNT, FEE, INTEREST, PARTIAL
from reconciliation.engine.differences import label
from reconciliation.engine.expected import EXACT, GROSS, WITHHELD
from reconciliation.engine.facts import Fact
from reconciliation.engine.links import GROUP, PAIR
from reconciliation.engine.model import Options
from reconciliation.engine.points import score_of
from reconciliation.engine.sentence import contradictions

EXPLAINED = frozenset([WITHHELD, INTEREST, CENTS, FEE, DISCOUNT, GROSS])


def accepts(fact: Fact, options: Options) -> bool:
    """Is the link booked without a person?

    It takes an identifier, or two independent witnesses besides each other (the amount, and a
    number or a party); a differing amount needs its number or identifier; parts are never booked.
    """
    if score_of(fact.belief) < options.accept_at or fact.relation == PARTIAL:
        return False
    if fact.sort == GROUP:
        return _all_cited(fact)
    if fact.sort != PAIR:
        return False
    pair = fact.pair
    named = bool(pair["cited"] or pair["identified"])
    if any(contradictions(fact)) and not pair["identified"]:
        return False
    if fact.relation == EXACT:
        return named or bool(pair["by_id"] or (pair["by_name"] and not pair["has_id"]))
    return named and fact.relation in EXPLAINED


def _all_cited(fact: Fact) -> bool:
    numbers = fact.line.mentions.numbers
    owed = sum(member.item.cents for member in fact.members)
    return owed == fact.line.cents and all(member.item.number in numbers for member in fact.members)


def why_not(fact: Fact, rival: Fact | None, options: Options) -> str:
    """The first thing that kept a line's best link from being booked, and what would change it."""
    note = label(fact.members[0])
    if score_of(fact.belief) < options.show_at:
        return (
            f"Há notas demais deste valor no período, entre elas {note}: falta o que as distinga."
        )
    if fact.relation == PARTIAL:
        return f"O lançamento paga só parte da {note}: a decisão é de uma pessoa."
    if rival is not None and rival.belief > fact.belief / 2:
        other = label(rival.members[0])
        return f"{note} e {other} servem quase igualmente a este lançamento."
    if score_of(fact.belief) < options.accept_at:
        return _not_sure(fact, note, options)
    if fact.sort == PAIR and fact.relation != EXACT:
        return (
            f"{note} não tem o valor do lançamento e o histórico não a cita: "
            "com o número da nota seria aceita."
        )
    return (
        f"Com {note} coincidem só valor e data: com número da nota, CNPJ, CPF ou nome completo "
        "no lançamento seria aceita."
    )


def _not_sure(fact: Fact, note: str, options: Options) -> str:
    if fact.terms["rival"] < -0.5:
        return f"Outro lançamento serve quase igualmente à {note}."
    return f"O melhor par, {note}, não chega aos {options.accept_at} pontos da aceitação."
