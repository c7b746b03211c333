"""Why a line's best link was not booked, and what single fact would change it."""

from reconciliation.engine.amounts import PARTIAL
from reconciliation.engine.differences import label
from reconciliation.engine.expected import EXACT
from reconciliation.engine.facts import Fact
from reconciliation.engine.links import PAIR
from reconciliation.engine.model import Options
from reconciliation.engine.points import spell
from reconciliation.engine.sentence import contradictions, doubtful


def why_not(fact: Fact, rival: Fact | None, options: Options) -> str:
    """The first thing that kept the link from being booked."""
    note = label(fact.members[0])
    if fact.score < options.show_at:
        return (
            f"Há notas demais deste valor no período, entre elas {note}: falta o que as distinga."
        )
    if fact.relation == PARTIAL:
        return f"O lançamento paga só parte da {note}: a decisão é de uma pessoa."
    if rival is not None and rival.belief > fact.belief / 2:
        other = label(rival.members[0])
        return f"{note} e {other} servem quase igualmente a este lançamento."
    if fact.score < options.accept_at:
        return _not_sure(fact, note, options)
    against = next(contradictions(fact), "")
    if against:
        return f"Com {note} o valor confere, mas {against}."
    if fact.sort != PAIR:
        return (
            f"{note} e mais {len(fact.members) - 1} somam o lançamento, mas nem todas são citadas: "
            "com os números de todas seria aceita."
        )
    if fact.relation != EXACT:
        return (
            f"{note} não tem o valor do lançamento e o histórico não a cita: "
            "com o número da nota seria aceita."
        )
    return (
        f"Com {note} coincidem só valor e data: com número da nota, CNPJ, CPF ou nome completo "
        "no lançamento seria aceita."
    )


def _not_sure(fact: Fact, note: str, options: Options) -> str:
    usual = next(doubtful(fact), "")
    if usual:
        return f"{note} serve a este lançamento, mas {usual}."
    if fact.is_contested:
        return f"Outro lançamento serve quase igualmente à {note}."
    return f"O melhor par, {note}, não chega aos {spell(options.accept_at)} pontos da aceitação."
