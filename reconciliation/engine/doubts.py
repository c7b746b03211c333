"""What the engine leaves to a person: the best candidates of a line and why none was booked."""

from collections.abc import Sequence

from reconciliation.engine.decision import Graph
from reconciliation.engine.evidence import explain
from reconciliation.engine.model import Candidate, Doubt, Options
from reconciliation.engine.rows import Line
from reconciliation.engine.scoring import Pair
from reconciliation.engine.sentence import difference, label


def undecided(line: Line, graph: Graph, options: Options) -> Doubt:
    """The doubt of a line that has at least one open pair in the graph."""
    ranked = graph.of_line(line.place)
    explained = (
        explain(pair, graph.rivals(pair, options), options)
        for pair in ranked[: options.most_candidates]
    )
    candidates = tuple(sorted(explained, key=_order))
    reason = _reason(ranked[0], graph.rivals(ranked[0], options), options)
    return Doubt(line.transaction.id, candidates, reason)


def _order(candidate: Candidate) -> tuple[object, ...]:
    return (-candidate.score, candidate.document_id, candidate.installment)


def _reason(best: Pair, rivals: Sequence[Pair], options: Options) -> str:
    """The first thing that kept the best pair of a line from being booked."""
    note = label(best.item)
    if not best.is_exact:
        apart = difference(best.line, best.item)
        return f"O melhor par, {note}, tem {apart}: a decisão é de uma pessoa."
    if best.is_sample:
        return (
            f"Há notas demais deste valor no período, entre elas {note}: falta o que as distinga."
        )
    if not best.is_corroborated:
        return (
            f"Com {note} coincidem só valor e data: falta número da nota, CNPJ, CPF "
            f"ou nome completo{'; há outro par possível' if rivals else ''}."
        )
    if best.weight < options.accept_at:
        return f"O melhor par, {note}, não chega aos {options.accept_at} pontos da aceitação."
    rival = rivals[0]
    if rival.line is best.line:
        return f"{note} e {label(rival.item)} servem quase igualmente a este lançamento."
    return f"Outro lançamento serve quase igualmente à {note}."
