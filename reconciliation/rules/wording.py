"""What rules did, in the words that people read."""

from collections.abc import Sequence

from reconciliation.rules.applying import Effect
from reconciliation.rules.grammar import Classify, Decide, Then
from reconciliation.rules.reading import Kept

DECIDED = {
    Decide.ACCEPT: "manda aceitar",
    Decide.PROPOSE: "manda perguntar a uma pessoa",
    Decide.FORBID: "proíbe este par",
}
FORBIDDEN = "As regras proíbem o par que a máquina tinha encontrado, e não há outro."
TO_BE_DECIDED = "Uma regra pede que uma pessoa decida."
CONTRADICTED = "As regras {rules} se contradizem sobre este par: uma pessoa decide."
ACCEPTED_TWICE = "As regras aceitam mais de um par deste lançamento: uma pessoa escolhe."
NOT_BOOKED = "Uma regra aceita o par, mas a nota já está tomada por outro lançamento."
FEWER_POINTS = "As regras deixam o par abaixo do que se aceita sem perguntar."
NEXT_BEST = "O par mais provável foi proibido por {rules}; este é o seguinte."
TAKEN = "A nota que se propunha foi conciliada com outro lançamento, por uma regra."


def described(then: Then) -> str:
    """What a rule does, for its page and its evidence: “manda aceitar; +10 pontos”."""
    said = []
    if then.decide:
        said.append(DECIDED[then.decide])
    if then.points:
        said.append(f"{then.points:+d} pontos")
    if then.classify:
        said.append(f"classifica em {codes(then.classify)}")
    if then.flag:
        said.append(f"divergência: {then.flag}")
    return "; ".join(said)


def codes(classify: Classify) -> str:
    """`débito 3.1, histórico 45`; what is empty is left out."""
    pairs = (
        ("débito", classify.debit),
        ("crédito", classify.credit),
        ("histórico", classify.history),
    )
    return ", ".join(f"{word} {code}" for word, code in pairs if code)


def told(effects: Sequence[Effect]) -> str:
    """The sentence that names the rules of a pair or line."""
    return " ".join(named(effect.rule) for effect in effects)


def named(rule: Kept) -> str:
    return f"Regra “{rule.definition.name}”: {described(rule.definition.then)}."


def listed(names: Sequence[str]) -> str:
    """`“A” e “B”`."""
    quoted = [f"“{name}”" for name in names]
    return " e ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)
