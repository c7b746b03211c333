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


def lines_near(
    lines: Iterable[OpenTransaction], documents: Iterable[OpenDocument]
) -> list[OpenTransaction]:
    """The lines that share anything with the documents."""
    wanted = {key for document in documents for key in keys_of_document(document)}
    return [line for line in lines if not wanted.isdisjoint(keys_of_line(line))]


def documents_near(
    documents: Iterable[OpenDocument], lines: Iterable[OpenTransaction]
) -> list[OpenDocument]:
    """The documents that share anything with the lines."""
    wanted = {key for line in lines for key in keys_of_line(line)}
    return [one for one in documents if not wanted.isdisjoint(keys_of_document(one))]


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
