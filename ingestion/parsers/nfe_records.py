"""The records of NF-e and NFC-e that a file may hold, and what reads each of them."""

from collections.abc import Mapping

from ingestion.parsers.events import read_cancellation, read_event
from ingestion.parsers.model import Options, ParseError, Problem
from ingestion.parsers.nfe import build_document
from ingestion.parsers.nfe_checks import check_invoice
from ingestion.parsers.nfe_groups import NAMESPACE, children, read_groups, tag
from ingestion.parsers.records import (
    Element,
    Family,
    Found,
    ReadRecord,
    local_name,
    namespace_of,
    noting,
    read_record,
)
from ingestion.parsers.summaries import summary_reader
from ingestion.parsers.voiding import voiding_reader

WRAPPERS = frozenset(
    (
        "enviNFe", "envEvento", "retEnvEvento", "retConsSitNFe", "retConsReciNFe", "retEnviNFe",
        "retDistDFeInt", "loteDistDFeInt",
    )
)  # fmt: skip
NOTE_PARTS = ("NFe", "protNFe")  # what an authorized note consists of

_NFE = tag("NFe")


def _read_invoice(record: Element, options: Options, found: Found) -> None:
    parts = {"NFe": record} if record.tag == _NFE else children(record)
    if "NFe" not in parts:
        message = "O nfeProc não traz a nota."
        raise ParseError("nfe_missing", message, place="NFe", remedy="Peça o XML completo.")
    protocol = children(parts["protNFe"]).get("infProt") if "protNFe" in parts else None
    groups = read_groups(parts["NFe"], protocol)
    findings: list[Problem] = []
    document = build_document(groups, findings)
    findings += check_invoice(document, groups, options.today)
    found.documents.append(document)
    found.problems += findings
    if len(parts) > len(NOTE_PARTS):
        _read_events_beside(record, options, found)


def _read_events_beside(record: Element, options: Options, found: Found) -> None:
    """Events that a system saved behind the protocol, as nfephp does with a cancellation."""
    for child in record:
        name = local_name(child)
        if name in EVENTS and namespace_of(child) == NAMESPACE:
            read_record(child, EVENTS[name], options, found)


def _read_event(record: Element, _options: Options, found: Found) -> None:
    event, findings = read_event(record)
    found.events.append(event)
    found.problems += findings


def _read_cancellation(record: Element, _options: Options, found: Found) -> None:
    event, findings = read_cancellation(record)
    found.events.append(event)
    found.problems += findings


_read_voiding = voiding_reader("NFe", "nNFIni", "nNFFin")

EVENTS: Mapping[str, ReadRecord] = {
    **dict.fromkeys(("procEventoNFe", "evento", "retEvento"), _read_event),
    **dict.fromkeys(("procCancNFe", "cancNFe", "retCancNFe"), _read_cancellation),
}

RECORDS: Mapping[str, ReadRecord] = {
    "nfeProc": _read_invoice,
    "NFe": _read_invoice,
    **EVENTS,
    "procInutNFe": _read_voiding,
    "inutNFe": _read_voiding,
    "retInutNFe": _read_voiding,
    "resNFe": summary_reader("NFe", "vNF"),
    "resEvento": noting("É um resumo de evento da SEFAZ, não o evento."),
    "protNFe": noting("É só um protocolo de autorização, sem a nota."),
}

NFE = Family(
    parser="nfe/2",
    namespace=NAMESPACE,
    records=RECORDS,
    wrappers=WRAPPERS,
    packed=frozenset({"docZip"}),
)
