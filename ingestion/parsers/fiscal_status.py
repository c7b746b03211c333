"""What the tax authority's answers and the events of a document make of it.

Source of the codes: Manual de Orientação do Contribuinte, Anexo III (answers), and Nota Técnica
2011.003 (events); cancellation of an event: Nota Técnica 2025.002, 8.13; events of the national
NFS-e: Anexo II of its manual. The order in which files arrive makes no difference.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ingestion.parsers.model import Event

AUTHORIZED = frozenset(("100", "150"))
CANCELLED_BY_ANSWER = frozenset(("101", "135", "151", "155"))
# Now, or found denied before (205); issuer, recipient or its state do not let it operate.
DENIED = frozenset(("110", "205", "301", "302", "303"))
VOIDED = frozenset(("102", "563"))
# Linked (135), before the document arrived (136), out of time (155), with a warning (134, CT-e).
REGISTERED = frozenset(("134", "135", "136", "155"))
STATUSES = {
    **dict.fromkeys(AUTHORIZED, "authorized"),
    **dict.fromkeys(CANCELLED_BY_ANSWER, "cancelled"),
    **dict.fromkeys(DENIED, "denied"),
}
CANCELLING = {
    "nfe": frozenset(("110111", "110112")),  # cancelled; replaced by another consumer note
    "cte": frozenset(("110111",)),
    # Asked for by the issuer, by replacement, granted after analysis, by the city itself.
    "nfse": frozenset(("101101", "105102", "105104", "305101")),
}
FAMILIES_BY_MODEL = {"57": "cte", "67": "cte"}
LONG_KEY = 50  # characters of a national NFS-e's key
CITY_MARK = "|"  # joins city, issuer and number, by which cities know their notes


def cancels_document(event: Event) -> bool:
    """Whether an event of this type, once registered, cancels the document it names."""
    return event.event_type.removeprefix("e") in CANCELLING[_family(event.document_key)]


def fiscal_status_after(status: str, events: Iterable[Event]) -> str:
    """The status of one document after all events that are known of it.

    `status` is what the document's own protocol says (authorized, cancelled, denied or
    unauthorized), not what earlier events made of it. Rejected events count for nothing, nor does
    a cancellation that was cancelled itself. What was denied never became valid.
    """
    if status == "denied":
        return status
    registered = [event for event in events if event.accepted]
    undone = [event.extra["cancels"] for event in registered if event.extra.get("cancels")]
    for event in registered:
        if cancels_document(event) and not any(_names(one, event) for one in undone):
            return "cancelled"
    return status


def _names(cancelled: Mapping[str, Any], event: Event) -> bool:
    """Whether the event that another one cancels is this one: by protocol, else by its type."""
    protocol = cancelled.get("protocol", "")
    if protocol and event.protocol:
        return bool(protocol == event.protocol)
    return bool(cancelled.get("event_type") == event.event_type)


def _family(key: str) -> str:
    if len(key) == LONG_KEY or CITY_MARK in key:
        return "nfse"
    return FAMILIES_BY_MODEL.get(key[20:22], "nfe")
