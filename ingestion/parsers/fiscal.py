"""A fiscal XML file: unwraps envelopes and batches, and reads every record inside.

Wrappers come from the web services (SOAP, enviNFe, envEvento, retDistDFeInt with its docZip); a
root that is none of them is refused: a file of another system must never look like an empty one.
"""

import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from ingestion.parsers.events import read_event
from ingestion.parsers.model import Document, Event, Parsed, ParseError, Problem
from ingestion.parsers.nfe import build_document
from ingestion.parsers.nfe_checks import check_invoice
from ingestion.parsers.nfe_groups import NAMESPACE, Element, read_groups, tag
from ingestion.parsers.values import shown
from ingestion.parsers.xml import load_xml

PARSER = "nfe/1"
INVOICES = {tag("nfeProc"), tag("NFe")}
EVENTS = {tag("procEventoNFe"), tag("evento"), tag("retEvento")}
SUMMARIES = {
    tag("resNFe"): "É um resumo da SEFAZ, não a nota: baixe o XML completo.",
    tag("resEvento"): "É um resumo de evento da SEFAZ, não o evento.",
    tag("procInutNFe"): "Registra números de nota inutilizados; não há nota.",
    tag("inutNFe"): "Pede a inutilização de números de nota; não há nota.",
    tag("retInutNFe"): "Responde à inutilização de números de nota; não há nota.",
    tag("protNFe"): "É só um protocolo de autorização, sem a nota.",
}
WRAPPERS = {
    tag(name)
    for name in (
        "enviNFe", "envEvento", "retEnvEvento", "retConsSitNFe", "retConsReciNFe", "retEnviNFe",
        "retDistDFeInt", "loteDistDFeInt",
    )
}  # fmt: skip
ENVELOPES = (
    "{http://schemas.xmlsoap.org/soap/envelope/}",
    "{http://www.w3.org/2003/05/soap-envelope}",
    f"{{{NAMESPACE}/wsdl/",
)
RECORDS = INVOICES | EVENTS | SUMMARIES.keys()
DOC_ZIP = tag("docZip")
UNPACKED = 10 * 1024 * 1024  # bytes of one docZip
DEEPEST = 12  # levels of wrapping; SOAP and a batch make six
OTHERS = {
    "cte": "um documento de CT-e",
    "mdfe": "um documento de MDF-e",
    "nfse": "uma NFS-e",
    "abrasf": "uma NFS-e",
}


@dataclass(slots=True)
class _Found:
    documents: list[Document] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    informative: int = 0
    rejected: int = 0


def parse_fiscal(content: bytes, *, today: date) -> Parsed:
    """Read all notes and events of an XML file; a refused record leaves the others in.

    Raises:
        ParseError: not a safe XML (xml_…) or no document the reader knows (xml_root).
    """
    root = load_xml(content)
    found = _Found()
    for record in _records(root, 0, found):
        _read(record, today, found)
    if not (found.documents or found.events or found.informative or found.rejected):
        _answer_without_records(root, found)
    return Parsed(
        kind=_kind(found),
        parser=PARSER,
        documents=tuple(found.documents),
        events=tuple(found.events),
        problems=tuple(found.problems),
        informative=found.informative,
        rejected=found.rejected,
    )


def _records(element: Element, depth: int, found: _Found) -> Iterator[Element]:
    """Every record below a wrapper, in the order of the file."""
    name = str(element.tag)
    if name in RECORDS:
        yield element
    elif name == DOC_ZIP:
        yield from _unpacked(element, depth, found)
    elif name in WRAPPERS or name.startswith(ENVELOPES):
        for child in element if depth < DEEPEST else ():
            yield from _records(child, depth + 1, found)
    elif depth == 0:
        raise _unknown_root(name)


def _unpacked(element: Element, depth: int, found: _Found) -> Iterator[Element]:
    """The document inside a docZip: base64 over gzip, as the distribution service sends it."""
    try:
        root = load_xml(_inflated(element.text or ""))
    except ParseError as error:
        found.problems.append(replace(error.as_problem(), place=_doc_zip_place(element)))
        found.rejected += 1
    else:
        yield from _records(root, depth + 1, found)


def _inflated(text: str) -> bytes:
    inflate = zlib.decompressobj(wbits=31)
    try:
        content = inflate.decompress(binascii.a2b_base64(text), UNPACKED)
    except (binascii.Error, zlib.error, ValueError):
        content = b""
    if not inflate.eof:
        remedy = "Baixe o documento de novo na SEFAZ."
        raise ParseError("zip_malformed", "O docZip está cortado ou danificado.", remedy=remedy)
    return content


def _doc_zip_place(element: Element) -> str:
    return f"docZip {element.get('NSU', '')}".strip()


def _read(record: Element, today: date, found: _Found) -> None:
    try:
        if record.tag in INVOICES:
            _read_invoice(record, today, found)
        elif record.tag in EVENTS:
            event, findings = read_event(record)
            found.events.append(event)
            found.problems += findings
        else:
            _note(str(record.tag), SUMMARIES[str(record.tag)], found)
    except ParseError as error:
        found.problems.append(error.as_problem())
        found.rejected += 1


def _read_invoice(record: Element, today: date, found: _Found) -> None:
    invoice = record if record.tag == tag("NFe") else record.find(tag("NFe"))
    if invoice is None:
        message = "O nfeProc não traz a nota."
        raise ParseError("nfe_missing", message, place="NFe", remedy="Peça o XML completo.")
    protocol = None
    if record is not invoice:
        protocol = record.find(f"{tag('protNFe')}/{tag('infProt')}")
    groups = read_groups(invoice, protocol)
    findings: list[Problem] = []
    document = build_document(groups, findings)
    findings += check_invoice(document, groups, today)
    found.documents.append(document)
    found.problems += findings


def _note(name: str, message: str, found: _Found) -> None:
    place = name.rpartition("}")[2]
    remedy = "Nada a fazer; o arquivo fica guardado."
    found.problems.append(Problem("summary", "info", place, message, remedy))
    found.informative += 1


def _answer_without_records(root: Element, found: _Found) -> None:
    """A wrapper that carries nothing: the answer of a query, or an empty batch."""
    _note(str(root.tag), "A resposta do serviço não traz nota nem evento.", found)


def _unknown_root(name: str) -> ParseError:
    namespace = name.partition("}")[0].lower()
    other = next((text for mark, text in OTHERS.items() if mark in namespace), "")
    shown_name = shown(name.rpartition("}")[2])
    message = f"O XML é {other}." if other else f"O XML começa por “{shown_name}”."
    remedy = "Envie NF-e, NFC-e ou evento com o namespace http://www.portalfiscal.inf.br/nfe."
    return ParseError("xml_root", f"{message} O leitor não o conhece.", place="raiz", remedy=remedy)


def _kind(found: _Found) -> str:
    if found.documents:
        return found.documents[0].doc_type
    if found.events:
        return "event"
    return "summary" if found.informative else "unknown"
