"""What an event tells beside its text: the event it takes back, the payments it names, the rest.

Sources: Notas Técnicas 2024.002 (ECONF: financial reconciliation), 2025.002 (tax reform and 110001,
cancellation of an event), 2026.001 and 2026.006 (payments linked to the document), 2021.001
(delivery), and Manual de Orientação do Contribuinte of the CT-e for its own events.
"""

from collections.abc import Iterator
from typing import Any

from ingestion.parsers.payment_means import identifiers
from ingestion.parsers.records import Element, local_name
from ingestion.parsers.tree import Record, nested

CANCEL_OF_ANY = "110001"
# The event that takes another one back → the kind it takes back.
TAKES_BACK = {
    "110131": "110130",  # delivery
    "110181": "110180",  # delivery, CT-e
    "110191": "110190",  # delivery that failed, CT-e
    "110193": "110192",  # delivery that failed
    "110301": "110300",  # payment linked to the document
    "110751": "110750",  # ECONF
    "610111": "610110",  # service not as agreed, CT-e
}
PROTOCOLS = ("nProtEvento", "nProtVincPgto", "nProtCE", "nProtIE", "nProtEvPrestDes")
PAYMENTS = ("detPag", "gPgto", "pgto")
TOLD_ELSEWHERE = {"descEvento", "xJust", "xCorrecao", "xCondUso", *PAYMENTS}


def event_extra(kind: str, detail: Element | None) -> dict[str, Any]:
    """What `Event.extra` holds, from `detEvento`.

    `cancels`: kind and protocol of the event that this one takes back. `payments`: each as written,
    with its `identifiers` (e2e, txid, our_number, authorization). `details`: all that is left.
    """
    if detail is None:
        return {}
    inner = _inner(detail)
    found = {
        "cancels": _cancelled(kind, Record(inner, "")),
        "payments": list(_payments(inner)),
        "details": _rest(inner),
    }
    return {name: value for name, value in found.items() if value}


def _inner(detail: Element) -> Element:
    """The CT-e wraps each kind of event in a group of its own, as `evCancCTe`."""
    wrapped = len(detail) == 1 and local_name(detail[0]).startswith("ev") and len(detail[0])
    return detail[0] if wrapped else detail


def _cancelled(kind: str, inner: Record) -> dict[str, str]:
    if kind == CANCEL_OF_ANY:
        cancelled = inner.text("tpEventoAut", "tpEventoCanc")
    else:
        cancelled = TAKES_BACK.get(kind, "")
    return {"event_type": cancelled, "protocol": inner.text(*PROTOCOLS)} if cancelled else {}


def _payments(inner: Element) -> Iterator[dict[str, Any]]:
    for group in inner.iter(*(f"{{*}}{name}" for name in PAYMENTS)):
        children = {local_name(child): nested(child) for child in group}
        payment = {str(name): str(text) for name, text in group.attrib.items()}
        payment |= {name: text for name, text in children.items() if isinstance(text, str) and text}
        found = identifiers(payment)
        yield {**payment, "identifiers": found} if found else dict(payment)


def _rest(inner: Element) -> dict[str, Any]:
    said = nested(inner)
    if not isinstance(said, dict):
        return {}
    return {name: value for name, value in said.items() if value and name not in TOLD_ELSEWHERE}
