"""The printed page of a document (DANFE, DACTE, DANFSe), drawn in a limited process of its own.

`python -m ingestion.parsers.printing TYPE KEY [cancelled]` reads the XML from standard input and
writes the PDF to standard output; it ends with 3 when the document has no such page or is not in
the file. Source of the pages: Manual de Orientação do Contribuinte, Anexo II; library
BrazilFiscalReport, which reads text from strangers and so runs where it can hurt nobody.
"""

import resource
import sys
from collections.abc import Callable
from typing import Any

from brazilfiscalreport.dacte import Dacte, DacteConfig
from brazilfiscalreport.danfce import Danfce
from brazilfiscalreport.danfe import Danfe, DanfeConfig
from brazilfiscalreport.danfse import Danfse, DanfseConfig
from lxml import etree

from ingestion.parsers.model import ParseError
from ingestion.parsers.xml import load_xml

MEMORY = 512 * 1024 * 1024
NOT_PRINTED = 3

Printer = Callable[[str, bool], Any]
PRINTERS: dict[str, Printer] = {
    "nfe": lambda xml, gone: Danfe(xml=xml, config=DanfeConfig(watermark_cancelled=gone)),
    "nfce": lambda xml, gone: Danfce(xml=xml),
    "cte": lambda xml, gone: Dacte(xml=xml, config=DacteConfig(watermark_cancelled=gone)),
    "nfse": lambda xml, gone: Danfse(xml=xml, config=DanfseConfig(watermark_cancelled=gone)),
}
# The element that carries the Id, and how far up the whole document reaches.
WRAPPERS = {"nfeProc", "cteProc", "NFSe"}


def main(arguments: list[str]) -> int:
    """Print one document of the XML on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    doc_type, key, *rest = arguments
    page = print_document(sys.stdin.buffer.read(), doc_type, key, cancelled=bool(rest))
    if page is None:
        return NOT_PRINTED
    sys.stdout.buffer.write(page)
    return 0


def print_document(content: bytes, doc_type: str, key: str, *, cancelled: bool) -> bytes | None:
    """The PDF of the document with this access key; None when there is nothing to print."""
    printer = PRINTERS.get(doc_type)
    try:
        document = _find(load_xml(content), key)
    except ParseError:
        return None
    if printer is None or document is None:
        return None
    xml = etree.tostring(document, encoding="unicode", with_tail=False)
    try:
        return bytes(printer(xml, cancelled).output())
    except (KeyError, ValueError, AttributeError, TypeError, IndexError):
        return None  # the note lacks what the page must show; the mirror shows what there is


def _find(root: etree._Element, key: str) -> etree._Element | None:
    """The document with this key, with its protocol when that stands beside it."""
    for element in root.iter():
        if str(element.get("Id", "")).endswith(key) and not _is_event(element):
            parent = element.getparent()
            above = parent if parent is None else parent.getparent()
            if above is not None and etree.QName(above).localname in WRAPPERS:
                return above
            return parent
    return None


def _is_event(element: etree._Element) -> bool:
    return etree.QName(element).localname.startswith("infEvento")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
