"""Events of NF-e and NFC-e: cancellation, correction, manifestation, delivery and any other type.

Source: Nota Técnica 2011.003 and those of each event. An event counts once the tax authority
registered it: 135 linked to the note, 136 registered before the note arrived, 155 out of time.
Until 2012 a cancellation was a message of its own (`cancNFe`, layout 2.00): it reads as an event.
"""

from ingestion.parsers.access_key import parse_access_key, plain_key
from ingestion.parsers.event_details import event_extra
from ingestion.parsers.fiscal_status import REGISTERED
from ingestion.parsers.model import Event, Problem
from ingestion.parsers.records import Element, local_name
from ingestion.parsers.tree import NOTHING, Record
from ingestion.parsers.values import parse_aware, shown

CANCELLATION = "110111"
OLD_ACCEPTED = frozenset(("101", "151", "155"))
KEYS = ("chNFe", "chCTe")
REMEDY = "Consulte os eventos da nota no portal da NF-e e envie o evento com a resposta."


def read_event(record: Element) -> tuple[Event, list[Problem]]:
    """Read a `procEventoNFe`, an `evento` without answer or a `retEvento` without request.

    Raises:
        ParseError: `nfe_key`: the event names no right access key.
    """
    asked = _part(record, "evento", "infEvento")
    answered = _part(record, "retEvento", "infEvento")
    event = _event(asked or NOTHING, answered or NOTHING)
    parse_access_key(event.document_key, place="infEvento/chNFe")
    return event, _findings(answered, "retEvento/infEvento", event)


def read_cancellation(record: Element, suffix: str = "NFe") -> tuple[Event, list[Problem]]:
    """Read a `procCancNFe`, `cancNFe` or `retCancNFe`; `suffix` CTe for those of the CT-e.

    Raises:
        ParseError: `nfe_key`: the cancellation names no right access key.
    """
    request = _part(record, f"canc{suffix}", "infCanc")
    answered = _part(record, f"retCanc{suffix}", "infCanc")
    asked, answer = request or NOTHING, answered or NOTHING
    status = answer.short("cStat", 4)
    event = Event(
        document_key=plain_key(asked.text(*KEYS) or answer.text(*KEYS)),
        event_type=CANCELLATION,
        sequence=1,
        protocol=answer.short("nProt", 20),
        occurred_at=parse_aware(answer.text("dhRecbto")),
        author="",
        description="Cancelamento",
        accepted=status in OLD_ACCEPTED,
        status_code=status,
        text=asked.text("xJust"),
    )
    parse_access_key(event.document_key, place=f"infCanc/ch{suffix}")
    return event, _findings(answered, f"retCanc{suffix}/infCanc", event)


def _part(record: Element, name: str, group: str) -> Record | None:
    """The group of the request or of the answer: the record itself, or one of its children."""
    whole = Record(record, "nfe")
    return whole.below(group if local_name(record) == name else f"{name}/{group}")


def _event(asked: Record, answered: Record) -> Event:
    kind = asked.short("tpEvento", 6) or answered.short("tpEvento", 6)
    status = answered.short("cStat", 4)
    detail = asked.find("detEvento")
    told = NOTHING if detail is None else Record(detail, "nfe")
    return Event(
        document_key=plain_key(asked.text(*KEYS) or answered.text(*KEYS)),
        event_type=kind,
        sequence=(answered if asked is NOTHING else asked).sequence("nSeqEvento"),
        protocol=answered.short("nProt", 20),
        occurred_at=parse_aware(asked.text("dhEvento") or answered.text("dhRegEvento")),
        author=asked.text("CNPJ", "CPF")[:20],
        description=told.text("descEvento") or answered.text("xEvento", "xMotivo"),
        accepted=status in REGISTERED,
        status_code=status,
        text=told.text("xJust", "xCorrecao"),
        extra=event_extra(kind, detail),
    )


def _findings(answered: Record | None, place: str, event: Event) -> list[Problem]:
    if answered is None:
        message = "O evento é só um pedido: falta a resposta da SEFAZ, e por isso não vale."
        return [Problem("nfe_protocol", "warning", place.partition("/")[0], message, REMEDY)]
    if event.accepted:
        return []
    reason = shown(answered.text("xMotivo"))
    message = f"A SEFAZ não registrou o evento (situação {shown(event.status_code)}, {reason})."
    return [Problem("nfe_protocol", "warning", f"{place}/cStat", message, REMEDY)]
