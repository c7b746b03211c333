"""Second stage: amount, date and name, with whatever identifiers agree or contradict."""

from collections.abc import Container, Iterable, Iterator

from reconciliation.engine.blocking import Index
from reconciliation.engine.model import Options
from reconciliation.engine.rows import Line
from reconciliation.engine.scoring import Pair, weigh


def resembling_pairs(
    lines: Iterable[Line], index: Index, taken: Container[int], options: Options
) -> Iterator[Pair]:
    """Every pair worth showing between the given lines and the items that are not `taken`.

    Pairs with a differing amount are among them: they may be proposed, and they count as
    rivals, but they are never booked.
    """
    for line in lines:
        if not line.cents:
            continue
        around = {*index.equal_amount(line), *index.identified(line)}
        for item in around or index.sample(line):
            if item.place not in taken:
                pair = weigh(line, item, options, is_sample=not around)
                if pair.weight >= options.propose_at:
                    yield pair
