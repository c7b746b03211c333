"""A simulation in sentences, as the screen and the command tell it."""

from collections.abc import Iterator

from reconciliation.rules.models import RuleSimulation

BANDS = {"matched": "conciliada", "partial": "a decidir", "unmatched": "sem par"}
KINDS = {
    "other_document": "trocam de documento",
    "other_candidates": "mudam de propostas",
    "other_score": "mudam só de pontos",
}


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def kind_in_words(kind: str) -> str:
    """`unmatched_to_matched` becomes `de sem par para conciliada`."""
    before, _, after = kind.partition("_to_")
    return KINDS.get(kind) or f"de {BANDS[before]} para {BANDS[after]}"


def sentences(row: RuleSimulation) -> Iterator[str]:
    """What a finished simulation says, most important first."""
    counts = row.counts
    if not counts:
        yield row.error or "A simulação ainda não terminou."
        return
    kinds = "; ".join(f"{number} {kind_in_words(kind)}" for kind, number in counts["kinds"].items())
    changed = count(counts["changed"], "linha", "linhas")
    yield f"Mudaria {changed}{f': {kinds}' if kinds else ''}."
    yield f"A condição vale em {count(counts['hits'], 'caso', 'casos')} do período."
    if counts["outside"]:
        yield f"Fora do período mudaria mais {count(counts['outside'], 'linha', 'linhas')}."
    if counts["classified"] or counts["flagged"]:
        yield f"Classificaria {counts['classified']} e apontaria {counts['flagged']} divergências."
    if counts["agreed"] or counts["contradicted"]:
        yield (
            f"Do que pessoas já decidiram, diria o mesmo em {counts['agreed']} e o contrário em "
            f"{counts['contradicted']}."
        )
    if counts["conflicts"]:
        yield f"Contradiz outras regras em {count(counts['conflicts'], 'caso', 'casos')}."
    if counts["unanswered"]:
        yield f"Em {counts['unanswered']} casos a conta não tem resultado e a regra não age."
