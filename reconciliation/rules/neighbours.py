"""Which lines and documents may concern each other, by what anybody would compare first.

An equal amount, the document's number or the root of the other party's CNPJ in the line. It is only
used to look again at few rows instead of all: the engine decides.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from conciliacontag.brazil import only_id
from reconciliation.engine import OpenDocument, OpenTransaction

ROOT = 8
_DIGITS = re.compile(r"\d+")
_MASK = re.compile(r"(?<=\d)[./-](?=\d)")
Key = tuple[object, ...]


def keys_of_document(document: OpenDocument) -> Iterator[Key]:
    for payable in document.payables:
        yield "amount", document.receivable, payable.amount
    number = document.number.lstrip("0")
    if number:
        yield "number", number
    if document.party_id:
        yield "party", only_id(document.party_id)[:ROOT]


def keys_of_line(line: OpenTransaction) -> Iterator[Key]:
    yield "amount", line.amount > 0, abs(line.amount)
    if line.payer:
        yield "party", only_id(line.payer)[:ROOT]
    for digits in _DIGITS.findall(_MASK.sub("", f"{line.memo} {line.payee}"[:400])):
        yield "number", digits.lstrip("0")
        if len(digits) >= ROOT:
            yield "party", digits[:ROOT]


class Neighbours:
    """What documents and lines are compared by, worked out once for all the looks at them."""

    def __init__(self) -> None:
        self.of_document: dict[int, tuple[OpenDocument, tuple[Key, ...]]] = {}
        self.of_line: dict[str, tuple[Key, ...]] = {}

    def lines_near(
        self, lines: Iterable[OpenTransaction], documents: Iterable[OpenDocument]
    ) -> list[OpenTransaction]:
        """The lines that share anything with the documents."""
        wanted = {key for document in documents for key in self.keys_of_document(document)}
        return [line for line in lines if not wanted.isdisjoint(self.keys_of_line(line))]

    def documents_near(
        self, documents: Iterable[OpenDocument], lines: Iterable[OpenTransaction]
    ) -> list[OpenDocument]:
        """The documents that share anything with the lines."""
        wanted = {key for line in lines for key in self.keys_of_line(line)}
        return [one for one in documents if not wanted.isdisjoint(self.keys_of_document(one))]

    def keys_of_document(self, document: OpenDocument) -> tuple[Key, ...]:
        # By `id`, for what is left of a document is another one; held, so that no `id` returns.
        kept = self.of_document.get(id(document))
        if kept is None:
            kept = document, tuple(keys_of_document(document))
            self.of_document[id(document)] = kept
        return kept[1]

    def keys_of_line(self, line: OpenTransaction) -> tuple[Key, ...]:
        if line.id not in self.of_line:
            self.of_line[line.id] = tuple(keys_of_line(line))
        return self.of_line[line.id]


def with_rivals(
    lines: Sequence[OpenTransaction],
    documents: Iterable[OpenDocument],
    shown: Mapping[str, Iterable[str]],
    everything: Mapping[str, OpenTransaction],
) -> list[OpenTransaction]:
    """The lines, and those that had one of the documents among their proposals.

    Args:
        shown: documents by line that waits.
    """
    by_document: defaultdict[str, set[str]] = defaultdict(set)
    for line, proposed in shown.items():
        for document in proposed:
            by_document[document].add(line)
    rivals = {line for document in documents for line in by_document.get(document.id, ())}
    return [everything[name] for name in sorted(rivals.union(line.id for line in lines))]
