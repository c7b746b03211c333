"""What version 1 of the reader of NF-e said: the newest result, less what it did not know."""

from msgspec.structs import replace

from ingestion.parsers.model import Document, Parsed
from ingestion.parsers.nfe_details import OTHER_TOTALS

NEW_EXTRA = frozenset(("payments", "autXML", "vTroco"))


def as_nfe_1(parsed: Parsed) -> Parsed:
    """Documents without references, other parties, withholding, net and provenance.

    Voided numbers and summaries were informative; what was an event stays one, without its extra.
    """
    told = len(parsed.voidings) + len(parsed.mentions)
    return replace(
        parsed,
        kind="summary" if told and not (parsed.documents or parsed.events) else parsed.kind,
        documents=tuple(map(_document, parsed.documents)),
        events=tuple(replace(event, extra={}) for event in parsed.events),
        voidings=(),
        mentions=(),
        informative=parsed.informative + told,
    )


def _document(document: Document) -> Document:
    return replace(
        document,
        taxes={name: value for name, value in document.taxes.items() if name not in OTHER_TOTALS},
        extra={name: value for name, value in document.extra.items() if name not in NEW_EXTRA},
        net=None,
        withheld={},
        parties={},
        references=(),
        provenance={},
    )
