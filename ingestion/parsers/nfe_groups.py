"""The groups of an NF-e as plain dictionaries: the XML is walked once, here and nowhere else.

One pass over the children of a group costs less than half of compiled XPaths for its fields, and
it keeps unknown tags. Names are cut behind a namespace as long as that of the NF-e: what stands in
a shorter or longer one, or in none, gets a name nobody asks for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from lxml import etree

from ingestion.parsers.model import ParseError

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
Fields = dict[str, str]
Element = etree._Element

_PREFIX = len(NAMESPACE) + 2
# Read by nobody, yet the original bytes keep them.
_SKIPPED = {"avulsa", "exporta", "compra", "cana", "infRespTec", "infSolicNFF", "pagAntecipado"}
_OF_ADDRESS = ("xMun", "UF")
_LINKS = ("gPgto", "pgto")  # a payment that is linked to the note, Nota Técnica 2026.006
_ALL_TEXT = etree.XPath("string()", smart_strings=False)


@dataclass(slots=True)
class Groups:
    """What stands in one `infNFe` and in its protocol, as written."""

    id_text: str
    layout: str
    content_hash: str
    ide: Fields = field(default_factory=dict)
    issuer: Fields = field(default_factory=dict)
    issuer_address: Fields = field(default_factory=dict)
    recipient: Fields | None = None
    recipient_address: Fields = field(default_factory=dict)
    others: dict[str, Fields] = field(default_factory=dict)  # role → who carries, hands over …
    items: list[tuple[str, Fields]] = field(default_factory=list)  # (nItem, prod)
    totals: Fields | None = None  # ICMSTot: vNF and what is not zero
    duplicates: list[Fields] = field(default_factory=list)  # cobr/dup
    payments: list[Fields] = field(default_factory=list)  # pag/detPag, or pag itself in 3.10
    links: list[Fields] = field(default_factory=list)  # payments linked by their transaction
    references: list[tuple[str, Any]] = field(default_factory=list)  # (refNFe …, what it says)
    protocol: Fields | None = None  # protNFe/infProt
    extra: dict[str, Any] = field(default_factory=dict)


def tag(name: str) -> str:
    """The full name of an NF-e element, for lxml."""
    return f"{{{NAMESPACE}}}{name}"


# What a line of a note tells here; the rest of a product costs its place and no more.
_OF_PRODUCT = {
    tag(name): name
    for name in ("cProd", "xProd", "NCM", "CFOP", "uCom", "qCom", "vUnCom", "vProd", "indTot")
}
_USUAL_ITEM = (tag("prod"), tag("imposto"))
_TOTAL = tag("vNF")


def local(element: Element) -> str:
    """The name of an element without the NF-e namespace."""
    return str(element.tag)[_PREFIX:]


def fields(group: Iterable[Element]) -> Fields:
    """The children of a group and their text, trimmed; the last of equal names wins."""
    return {child.tag[_PREFIX:]: (child.text or "").strip() for child in group}


def children(group: Element) -> dict[str, Element]:
    """The children of a group by their name: cheaper than asking for one of them by a path."""
    return {child.tag[_PREFIX:]: child for child in group}


def texts(group: dict[str, Element]) -> Fields:
    """The texts of children, trimmed."""
    return {name: (child.text or "").strip() for name, child in group.items()}


def nested(group: Element) -> Any:
    """A whole group as text, dictionaries and lists, for what has no column of its own."""
    if not len(group):
        return (group.text or "").strip()
    found: dict[str, Any] = {}
    for child in group:
        name = child.tag[_PREFIX:]
        value = nested(child) if len(child) else (child.text or "").strip()
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def read_groups(invoice: Element, protocol: Element | None) -> Groups:
    """Collect the groups of one `NFe` element and of its `infProt`.

    Raises:
        ParseError: `nfe_missing` when there is no `infNFe`.
    """
    content = children(invoice).get("infNFe")
    if content is None:
        message = "A nota não traz o grupo infNFe."
        raise ParseError("nfe_missing", message, place="infNFe", remedy="Peça o XML completo.")
    groups = Groups(content.get("Id", ""), content.get("versao", ""), content_hash(content))
    for child in content:
        name = child.tag[_PREFIX:]
        if name in _READERS:
            _READERS[name](groups, child)
        elif name not in _SKIPPED:
            groups.extra[name] = nested(child)
            groups.links += _linked_payments(child)
    groups.protocol = None if protocol is None else fields(protocol)
    return groups


def content_hash(content: Element) -> str:
    """sha256 of all the texts of an invoice in their order, and of its key.

    Blanks are left out, so indentation, prefixes, encodings and declarations make no difference:
    the same note sent by two systems is the same note.
    """
    text = "".join(str(_ALL_TEXT(content)).split())
    return sha256(f"{content.get('Id', '')} {text}".encode()).hexdigest()


def _linked_payments(group: Element) -> list[Fields]:
    links = (link for name in _LINKS for link in group.iter(tag(name)))
    return [
        {**{str(name): str(text) for name, text in link.attrib.items()}, **fields(link)}
        for link in links
        if link.get("idTransacao")
    ]


def _read_ide(groups: Groups, group: Element) -> None:
    groups.ide = fields(group)
    for name in ("NFref", "gPagAntecipado"):
        if name in groups.ide:
            for one in group.iterchildren(tag(name)):
                groups.references += [(local(child), nested(child)) for child in one]
    keys = [text for name, text in groups.references if name == "refNFe" and text]
    if keys:
        groups.extra["refNFe"] = keys
    if "pgtoVinc" in groups.ide:
        groups.links += _linked_payments(group)


def _read_issuer(groups: Groups, group: Element) -> None:
    found = children(group)
    groups.issuer = texts(found)
    groups.issuer_address = _address(found.get("enderEmit"))


def _read_recipient(groups: Groups, group: Element) -> None:
    found = children(group)
    groups.recipient = texts(found)
    groups.recipient_address = _address(found.get("enderDest"))


def _address(group: Element | None) -> Fields:
    """City and state; the rest of an address stays in the original bytes."""
    found: Fields = {}
    for child in group if group is not None else ():
        name = child.tag[_PREFIX:]
        if name in _OF_ADDRESS:
            found[name] = (child.text or "").strip()
            if len(found) == len(_OF_ADDRESS):
                break
    return found


def _read_other(groups: Groups, group: Element) -> None:
    groups.others[local(group)] = fields(group)


def _read_transport(groups: Groups, group: Element) -> None:
    carrier = children(group).get("transporta")
    if carrier is not None:
        _read_other(groups, carrier)


def _read_authorized(groups: Groups, group: Element) -> None:
    """Who may fetch the file, often the accountant: never a party of the note."""
    groups.extra.setdefault("autXML", []).extend(text for text in fields(group).values() if text)


def _read_item(groups: Groups, item: Element) -> None:
    """The product, and the document that this line alone refers to."""
    number = item.get("nItem", "")
    if tuple(child.tag for child in item) == _USUAL_ITEM:
        groups.items.append((number, _product(item[0])))
        return
    found = children(item)
    groups.items.append((number, _product(found["prod"]) if "prod" in found else {}))
    if "DFeReferenciado" in found:
        groups.references.append(("DFeReferenciado", nested(found["DFeReferenciado"])))


def _product(group: Element) -> Fields:
    return {
        name: (child.text or "").strip()
        for child in group
        if (name := _OF_PRODUCT.get(str(child.tag)))
    }


def _read_total(groups: Groups, group: Element) -> None:
    for child in group:
        name = child.tag[_PREFIX:]
        if name == "ICMSTot":
            groups.totals = _totals(child)
        else:
            groups.extra[name] = nested(child)


def _totals(group: Element) -> Fields:
    """The total of the note and what else is not zero: two of three are, and cost nothing here."""
    return {
        child.tag[_PREFIX:]: (child.text or "").strip()
        for child in group
        if child.text != "0.00" or child.tag == _TOTAL
    }


def _read_billing(groups: Groups, group: Element) -> None:
    for child in group:
        if local(child) == "dup":
            groups.duplicates.append(fields(child))
        else:
            groups.extra[local(child)] = nested(child)


def _read_payment(groups: Groups, group: Element) -> None:
    """4.00 writes each payment in a `detPag`, 3.10 repeats the whole `pag`."""
    details = []
    for child in group:
        name = child.tag[_PREFIX:]
        if name == "detPag":
            details.append(child)
        elif name == "vTroco":
            groups.extra[name] = (child.text or "").strip()
    groups.payments += [_payment(detail) for detail in details or [group]]


def _payment(group: Element) -> Fields:
    """A payment with what its card group says: the names of both differ."""
    found = children(group)
    card = found.pop("card", None)
    return texts(found) if card is None else {**texts(found), **fields(card)}


def _read_information(groups: Groups, group: Element) -> None:
    told = texts(children(group)).get("infCpl")
    if told:
        groups.extra["infCpl"] = told


_READERS = {
    "det": _read_item,
    "ide": _read_ide,
    "emit": _read_issuer,
    "dest": _read_recipient,
    "retirada": _read_other,
    "entrega": _read_other,
    "infIntermed": _read_other,
    "autXML": _read_authorized,
    "total": _read_total,
    "transp": _read_transport,
    "cobr": _read_billing,
    "pag": _read_payment,
    "infAdic": _read_information,
}
