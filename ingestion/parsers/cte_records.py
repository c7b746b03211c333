"""The records of CT-e and CT-e OS that a file may hold, and what reads each of them."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from ingestion.parsers.access_key import plain_key
from ingestion.parsers.cte import build_cte
from ingestion.parsers.cte_checks import check_cte, read_key
from ingestion.parsers.event_details import event_extra
from ingestion.parsers.events import read_cancellation
from ingestion.parsers.fiscal_status import REGISTERED
from ingestion.parsers.model import Event, Options, ParseError, Problem
from ingestion.parsers.records import Element, Family, Found, ReadRecord, local_name, noting
from ingestion.parsers.summaries import summary_reader
from ingestion.parsers.tree import NOTHING, ORIGINAL, Record
from ingestion.parsers.values import parse_aware, shown
from ingestion.parsers.voiding import voiding_reader

NAMESPACE = "http://www.portalfiscal.inf.br/cte"
DOCUMENTS = ("CTe", "CTeOS", "CTeSimp")
EVENT_RECORDS = ("procEventoCTe", "eventoCTe", "retEventoCTe")
CANCELLATION = "110111"
REMEDY = "Consulte os eventos no portal do CT-e e envie o evento com a resposta."
WRAPPERS = frozenset(
    (
        "enviCTe", "retEnviCTe", "retConsReciCTe", "retConsSitCTe", "retConsSitCTeOS",
        "retDistDFeInt", "loteDistDFeInt", "cteDadosMsg",
    )
)  # fmt: skip


def _read_cte(record: Element, options: Options, found: Found) -> None:
    content = _content(record)
    protocol = Record(record, "cte").below("protCTe/infProt")
    reading = Record(content, "cte")
    document = build_cte(reading, protocol)
    findings = check_cte(document, reading, protocol, options.today)
    events = list(_events_beside(record, document.key, found))
    if any(_cancels(one, document.key) for one in events):
        document = replace(document, fiscal_status="cancelled")
    found.documents.append(document)
    found.events += events
    found.problems += [*reading.problems, *findings]


def _cancels(event: Event, key: str) -> bool:
    return event.accepted and event.event_type == CANCELLATION and event.document_key == key


def _content(record: Element) -> Element:
    whole = Record(record, "cte")
    paths = ["infCte", *(f"{name}/infCte" for name in DOCUMENTS)]
    content = next((group for group in map(whole.find, paths) if group is not None), None)
    if content is None:
        message = "O arquivo não traz o grupo infCte do CT-e."
        raise ParseError("cte_missing", message, place="infCte", remedy=ORIGINAL)
    return content


def _events_beside(record: Element, key: str, found: Found) -> Iterator[Event]:
    """Events that a system saved behind the protocol, as nfephp does with a cancellation."""
    for element in record.iter("{*}retEventoCTe"):
        parent = element.getparent()
        whole = parent if parent is not None and local_name(parent) == EVENT_RECORDS[0] else element
        try:
            event, findings = read_cte_event(whole)
        except ParseError as error:
            found.problems.append(error.as_problem())
            found.rejected += 1
            continue
        found.problems += findings
        if event.document_key != key:
            message = "O evento guardado com o CT-e é de outra chave de acesso."
            found.problems.append(Problem("cte_key", "warning", "chCTe", message, REMEDY))
        yield event


def _read_event(record: Element, _options: Options, found: Found) -> None:
    event, findings = read_cte_event(record)
    found.events.append(event)
    found.problems += findings


def read_cte_event(record: Element) -> tuple[Event, list[Problem]]:
    """Read a `procEventoCTe`, an `eventoCTe` without answer or a `retEventoCTe` without request.

    Raises:
        ParseError: `cte_key`: the event names no right access key.
    """
    whole, name = Record(record, "cte"), local_name(record)
    asked = whole.below("infEvento" if name == "eventoCTe" else "eventoCTe/infEvento")
    answered = whole.below("infEvento" if name == "retEventoCTe" else "retEventoCTe/infEvento")
    event = _event(asked or NOTHING, answered or NOTHING)
    read_key(event.document_key, place="infEvento/chCTe")
    return event, _findings(answered)


def _event(asked: Record, answered: Record) -> Event:
    status = answered.short("cStat", 3)
    detail = asked.find("detEvento")
    inner = Record(detail[0], "cte") if detail is not None and len(detail) else asked
    return Event(
        document_key=plain_key(asked.text("chCTe") or answered.text("chCTe")),
        event_type=asked.short("tpEvento", 6) or answered.short("tpEvento", 6),
        sequence=(answered if asked is NOTHING else asked).sequence("nSeqEvento"),
        protocol=answered.short("nProt", 20),
        occurred_at=parse_aware(asked.text("dhEvento") or answered.text("dhRegEvento")),
        author=asked.text("CNPJ", "CPF")[:20],
        description=inner.text("descEvento") or answered.text("xEvento", "xMotivo"),
        accepted=status in REGISTERED,
        status_code=status,
        text=inner.text("xJust", "xObs") or _correction(inner),
        extra=event_extra(asked.text("tpEvento"), detail),
    )


def _correction(detail: Record) -> str:
    """The fields a letter of correction changes, one sentence each."""
    changes = [
        f"{one.text('grupoAlterado')}/{one.text('campoAlterado')}: {one.text('valorAlterado')}"
        for one in detail.each("infCorrecao")
        if one.text("campoAlterado")
    ]
    return "; ".join(changes)


def _read_cancellation(record: Element, _options: Options, found: Found) -> None:
    """The message that cancelled before there were events."""
    event, findings = read_cancellation(record, "CTe")
    found.events.append(event)
    found.problems += findings


def _findings(answered: Record | None) -> list[Problem]:
    if answered is None:
        message = "O evento é só um pedido: falta a resposta da SEFAZ, e por isso não vale."
        return [Problem("cte_protocol", "warning", "retEventoCTe", message, REMEDY)]
    status = answered.text("cStat")
    if status in REGISTERED:
        return []
    reason = shown(answered.text("xMotivo"))
    message = f"A SEFAZ não registrou o evento (situação {shown(status)}, {reason})."
    return [Problem("cte_protocol", "warning", "retEventoCTe/infEvento/cStat", message, REMEDY)]


RECORDS: Mapping[str, ReadRecord] = {
    **dict.fromkeys((*DOCUMENTS, "cteProc", "cteOSProc", "cteSimpProc"), _read_cte),
    **dict.fromkeys(EVENT_RECORDS, _read_event),
    "protCTe": noting("É só um protocolo de autorização, sem o CT-e."),
    "GTVeProc": noting("É uma guia de transporte de valores (GTV-e); não cobra nada."),
    "GTVe": noting("É uma guia de transporte de valores (GTV-e); não cobra nada."),
    **dict.fromkeys(("procCancCTe", "cancCTe", "retCancCTe"), _read_cancellation),
    **dict.fromkeys(
        ("procInutCTe", "inutCTe", "retInutCTe"), voiding_reader("CTe", "nCTIni", "nCTFin")
    ),
    "resCTe": summary_reader("CTe", "vTPrest"),
}

CTE = Family(
    parser="cte/1",
    namespace=NAMESPACE,
    records=RECORDS,
    wrappers=WRAPPERS,
    packed=frozenset({"docZip"}),
    bare=frozenset({"procEventoCTe"}),
)
