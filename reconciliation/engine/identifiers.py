"""First stage: the bank line names the document, by its access key or by number and party."""

from collections.abc import Iterable

from reconciliation.engine.blocking import Index
from reconciliation.engine.decision import Graph, book_clear
from reconciliation.engine.model import Options
from reconciliation.engine.rows import Line
from reconciliation.engine.scoring import Pair, weigh


def book_identified(lines: Iterable[Line], index: Index, options: Options) -> list[Pair]:
    """Book lines whose side and exact amount confirm the identifier they carry.

    Only other identified pairs are rivals here: a line without identifier does not
    weigh against one that names the document.
    """
    weighed = (
        weigh(line, item, options, with_name=False)
        for line in lines
        if line.cents and (line.mentions.keys or line.mentions.roots)
        for item in index.identified(line)
    )
    identified = (pair for pair in weighed if pair.is_exact and pair.is_identified)
    return book_clear(Graph(identified), options)
