"""A fiscal XML file: unwraps envelopes and batches, and reads every record inside.

Wrappers come from the web services (SOAP, batches, answers, the distribution with its docZip); a
root that is none of them is refused: a file of another system must never look like an empty one.
"""

import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from ingestion.parsers.abrasf_records import ABRASF
from ingestion.parsers.cte_records import CTE
from ingestion.parsers.model import Options, Parsed, ParseError
from ingestion.parsers.nfe_records import NFE
from ingestion.parsers.nfse_records import NFSE
from ingestion.parsers.paulistana import PAULISTANA
from ingestion.parsers.records import (
    Element,
    Family,
    Found,
    local_name,
    namespace_of,
    note,
    read_record,
)
from ingestion.parsers.values import shown
from ingestion.parsers.xml import load_xml

FAMILIES = (NFE, CTE, NFSE, PAULISTANA, ABRASF)
BY_NAMESPACE = {family.namespace: family for family in FAMILIES if family.namespace}
# Told by the name of the root alone: the cities never agreed on a namespace.
ROOTS = tuple(family for family in FAMILIES if not family.namespace)
SOAP = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
SERVICES = tuple(f"{namespace}/wsdl/" for namespace in BY_NAMESPACE)
UNPACKED = 10 * 1024 * 1024  # bytes of one docZip
DEEPEST = 12  # levels of wrapping; SOAP and a batch make six
REMEDY = "Envie NF-e, NFC-e, CT-e, NFS-e ou evento como o portal o entregou, sem alterar."
OTHERS = {
    "mdfe": "um documento de MDF-e",
    "nfse": "uma mensagem de NFS-e sem nota",
    "abrasf": "uma mensagem de NFS-e sem nota",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file an element stands."""

    above: Family | None = None  # the family of the wrapper around it
    depth: int = 0
    in_soap: bool = False  # what cities wrap an answer in has a name of its own at each of them

    def below(self, family: Family | None, *, in_soap: bool = False) -> "_Place":
        return _Place(family or self.above, self.depth + 1, self.in_soap or in_soap)


def parse_fiscal(content: bytes, *, options: Options) -> Parsed:
    """Read all notes and events of an XML file; a refused record leaves the others in.

    Raises:
        ParseError: not a safe XML (xml_…) or no document the reader knows (xml_root).
    """
    root = load_xml(content)
    found = Found()
    for family, record in _records(root, _Place(), found):
        found.parser = found.parser or family.parser
        read_record(record, family.records[local_name(record)], options, found)
    if found.is_empty:
        note(root, "A resposta do serviço não traz nota nem evento.", found)
    return Parsed(
        kind=_kind(found),
        parser=found.parser or NFE.parser,
        documents=tuple(found.documents),
        events=tuple(found.events),
        voidings=tuple(found.voidings),
        mentions=tuple(found.mentions),
        problems=tuple(found.problems),
        informative=found.informative,
        rejected=found.rejected,
    )


def _records(element: Element, place: _Place, found: Found) -> Iterator[tuple[Family, Element]]:
    """Every record below a wrapper, with its family, in the order of the file."""
    name, namespace = local_name(element), namespace_of(element)
    family = _family(name, namespace, place.above)
    is_soap = namespace in SOAP or namespace.startswith(SERVICES)
    if family and name in family.records:
        yield family, element
    elif family and name in family.packed:
        yield from _unpacked(element, family, place, found)
    elif is_soap or place.in_soap or (family and family.has(name)):
        yield from _inside(element, place.below(family, in_soap=is_soap), found)
    elif place.depth == 0:
        raise _unknown_root(name, namespace)


def _inside(element: Element, place: _Place, found: Found) -> Iterator[tuple[Family, Element]]:
    """The records in a wrapper, also when it carries the answer as one escaped text."""
    if place.depth > DEEPEST:
        return
    for child in element:
        yield from _records(child, place, found)
    text = (element.text or "").strip()
    if text.startswith("<") and not len(element):
        declaration, _, rest = text.partition("?>")
        try:
            root = load_xml((rest if declaration.startswith("<?xml") else text).encode())
        except ParseError as error:
            _refuse(error, local_name(element), found)
        else:
            yield from _records(root, place.below(None), found)


def _family(name: str, namespace: str, above: Family | None) -> Family | None:
    """The family of an element: by its namespace, else that of its wrapper, else by its name."""
    if namespace in BY_NAMESPACE:
        return BY_NAMESPACE[namespace]
    named = [family for family in FAMILIES if not namespace and name in family.bare]
    candidates = (above,) if above and above.adopts else ()
    return next((one for one in (*candidates, *named, *ROOTS) if one and one.has(name)), None)


def _unpacked(
    element: Element, family: Family, place: _Place, found: Found
) -> Iterator[tuple[Family, Element]]:
    """The document inside a docZip: base64 over gzip, as the distribution service sends it."""
    try:
        root = load_xml(_inflated(element.text or ""))
    except ParseError as error:
        _refuse(error, f"docZip {element.get('NSU', '')}".strip(), found)
    else:
        yield from _records(root, place.below(family), found)


def _refuse(error: ParseError, place: str, found: Found) -> None:
    found.problems.append(replace(error.as_problem(), place=place))
    found.rejected += 1


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


def _unknown_root(name: str, namespace: str) -> ParseError:
    other = next((text for mark, text in OTHERS.items() if mark in namespace.lower()), "")
    message = f"O XML é {other}." if other else f"O XML começa por “{shown(name)}”."
    message += " O leitor não o conhece."
    return ParseError("xml_root", message, place="raiz", remedy=REMEDY)


def _kind(found: Found) -> str:
    if found.documents:
        return found.documents[0].doc_type
    if found.events or found.voidings:
        return "event"
    return "summary" if found.mentions or found.informative else "unknown"
