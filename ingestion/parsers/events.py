"""Events of NF-e and NFC-e: cancellation, correction, manifestation, delivery and any other type.

Source: Nota Técnica 2011.003 and those of each event. An event counts once the tax authority
registered it: 135 linked to the note, 136 registered before the note arrived, 155 out of time.
"""

from datetime import datetime

from conciliacontag.brazil import clean_text
from ingestion.parsers.access_key import parse_access_key
from ingestion.parsers.model import Event, Problem
from ingestion.parsers.nfe_groups import Element, Fields, fields, tag
from ingestion.parsers.values import parse_moment, shown

ACCEPTED = {"135", "136", "155"}
TEXTS = ("xJust", "xCorrecao")
REMEDY = "Consulte os eventos da nota no portal da NF-e e envie o evento com a resposta."


def read_event(record: Element) -> tuple[Event, list[Problem]]:
    """Read a `procEventoNFe`, an `evento` without answer or a `retEvento` without request.

    Raises:
        ParseError: `nfe_key`: the event names no right access key.
    """
    request = _request(record)
    answer = _answer(record)
    asked = {} if request is None else fields(request)
    answered = {} if answer is None else fields(answer)
    key = asked.get("chNFe") or answered.get("chNFe", "")
    parse_access_key(key, place="infEvento/chNFe")
    return _event(key, asked, answered, _detail(request)), _findings(answer, answered)


def _request(record: Element) -> Element | None:
    if record.tag == tag("evento"):
        return record.find(tag("infEvento"))
    return record.find(f"{tag('evento')}/{tag('infEvento')}")


def _answer(record: Element) -> Element | None:
    if record.tag == tag("retEvento"):
        return record.find(tag("infEvento"))
    return record.find(f"{tag('retEvento')}/{tag('infEvento')}")


def _detail(request: Element | None) -> Fields:
    detail = None if request is None else request.find(tag("detEvento"))
    return {} if detail is None else fields(detail)


def _event(key: str, asked: Fields, answered: Fields, detail: Fields) -> Event:
    sequence = asked.get("nSeqEvento") or answered.get("nSeqEvento", "")
    status = answered.get("cStat", "")
    described = detail.get("descEvento") or answered.get("xEvento") or answered.get("xMotivo", "")
    return Event(
        document_key=key,
        event_type=clean_text(asked.get("tpEvento") or answered.get("tpEvento", "")),
        sequence=int(sequence) if sequence.isascii() and sequence.isdigit() else 1,
        protocol=answered.get("nProt", ""),
        occurred_at=_moment(asked.get("dhEvento") or answered.get("dhRegEvento", "")),
        author=asked.get("CNPJ") or asked.get("CPF", ""),
        description=clean_text(described),
        accepted=status in ACCEPTED,
        status_code=status,
        text=clean_text(next((detail[name] for name in TEXTS if detail.get(name)), "")),
    )


def _moment(text: str) -> datetime | None:
    moment = parse_moment(text)
    return moment if moment and moment.tzinfo else None


def _findings(answer: Element | None, answered: Fields) -> list[Problem]:
    if answer is None:
        message = "O evento é só um pedido: falta a resposta da SEFAZ, e por isso não vale."
        return [Problem("nfe_protocol", "warning", "retEvento", message, REMEDY)]
    status = answered.get("cStat", "")
    if status in ACCEPTED:
        return []
    reason = shown(answered.get("xMotivo", ""))
    message = f"A SEFAZ não registrou o evento (situação {shown(status)}, {reason})."
    return [Problem("nfe_protocol", "warning", "retEvento/infEvento/cStat", message, REMEDY)]
