"""CT-e (57) and CT-e OS (67), layouts 4.00, 3.00 and 2.00, into the canonical document.

Source: Manual de Orientação do Contribuinte do CT-e 4.00 and Nota Técnica 2025.001 (IBS, CBS). The
carrier issues and is paid; who pays is the tomador, so the tomador is the recipient. Sender,
shipper, receiver and consignee of the goods stand in `parties`.
"""

from decimal import Decimal

from ingestion.parsers.access_key import plain_key
from ingestion.parsers.fiscal_status import STATUSES
from ingestion.parsers.model import Document, Installment, Item, Party, Reference
from ingestion.parsers.nfe_groups import content_hash
from ingestion.parsers.records import Element
from ingestion.parsers.tree import ZERO, Record, kept, named

DOC_TYPES = {"57": "cte", "67": "cteos"}
PARTIES = {"rem": "sender", "exped": "shipper", "receb": "receiver", "dest": "consignee"}
PAYERS = ("rem", "exped", "receb", "dest")  # by toma3/toma: 0 to 3
# tpCTe → purpose; 1 waits for money. A complement and a substitute are charged as well: the kind of
# their reference tells them apart. An annulment only undoes; nobody pays it.
PURPOSES = {"0": "1", "1": "1", "2": "4", "3": "1", "5": "1", "6": "1"}
OTHER_PURPOSE = "3"
TAXES = {
    "vICMS": "ICMS/{}/vICMS",
    "vICMSSTRet": "ICMS/{}/vICMSSTRet",
    "vICMSOutraUF": "ICMS/{}/vICMSOutraUF",
    "vICMSUFFim": "ICMSUFFim/vICMSUFFim",
    "vFCPUFFim": "ICMSUFFim/vFCPUFFim",
    "vIBS": "IBSCBS/gIBSCBS/vIBS",
    "vCBS": "IBSCBS/gIBSCBS/gCBS/vCBS",
    "vTotTrib": "vTotTrib",
    "vPIS": "infTribFed/vPIS",
    "vCOFINS": "infTribFed/vCOFINS",
    "vIR": "infTribFed/vIR",
    "vINSS": "infTribFed/vINSS",
    "vCSLL": "infTribFed/vCSLL",
}
REFERENCES = (
    ("", "infCTeNorm/infDoc/infNFe/chave"),
    ("", "rem/infNFe/chave"),  # layout 1.04 kept the notes with the sender
    ("", "det/infNFe/chNFe"),  # CT-e simplificado
    ("cte", "infCTeNorm/docAnt/emiDocAnt/idDocAnt/idDocAntEle/chCTe"),
    ("cte", "infCTeNorm/docAnt/emiDocAnt/idDocAnt/idDocAntEle/chave"),
    ("cte", "infCTeNorm/infCTeMultimodal/chCTeMultimodal"),
    ("replaced", "infCTeNorm/infCteSub/chCte"),
    ("replaced", "infCteSub/chCte"),
    ("complemented", "infCteComp/chCTe"),
    ("complemented", "infCteComp/chave"),
    ("annulled", "infCteAnu/chCte"),
)
NOTE_KINDS = {"65": "nfce"}  # by the model in the key
EXTRA = (
    "ide/tpCTe", "ide/tpServ", "ide/tpEmis", "ide/modal", "ide/CFOP", "ide/xMunIni", "ide/UFIni",
    "ide/xMunFim", "ide/UFFim", "compl/xObs", "infCTeNorm/infCarga", "infCTeNorm/infServico",
    "imp/IBSCBS", "imp/vTotDFe", "infCTeNorm/cobr/fat",
)  # fmt: skip
PROVENANCE = {
    "key": "infCte/@Id",
    "model": "infCte/ide/mod",
    "series": "infCte/ide/serie",
    "number": "infCte/ide/nCT",
    "issued_on": "infCte/ide/dhEmi",
    "total": "infCte/vPrest/vTPrest",
    "net": "infCte/vPrest/vRec",
    "issuer": "infCte/emit",
    "recipient": "infCte/ide/toma3|toma4, infCte/toma",
    "purpose": "infCte/ide/tpCTe",
    "environment": "infCte/ide/tpAmb",
    "operation": "infCte/ide/natOp",
    "fiscal_status": "protCTe/infProt/cStat",
    "protocol": "protCTe/infProt/nProt",
    "installments": "infCte/infCTeNorm/cobr/dup",
    "items": "infCte/vPrest/Comp",
    "references": "infCte/infCTeNorm/infDoc",
}


def build_cte(record: Record, protocol: Record | None) -> Document:
    """The canonical document of one `infCte`; doubts are added to the record's problems.

    Raises:
        ParseError: cte_missing, cte_amount or cte_date: the document cannot be used at all.
    """
    record.require(("ide/nCT",))
    issued_on, issued_at = record.issued("ide/dhEmi", "ide/dEmi")
    issuer = record.below("emit")
    if issuer is None:
        raise record.refusal("missing", "emit", "Falta no documento: emit.")
    return Document(
        doc_type=DOC_TYPES.get(record.text("ide/mod"), "cte"),
        key=written_key(record.element),
        model=record.short("ide/mod", 2),
        series=record.short("ide/serie", 5),
        number=record.short("ide/nCT", 20),
        issued_on=issued_on,
        issued_at=issued_at,
        total=record.total("vPrest/vTPrest", "total/vTPrest"),
        issuer=read_party(issuer),
        recipient=payer(record),
        fiscal_status=fiscal_status(record, protocol),
        protocol=protocol.short("nProt", 20) if protocol else "",
        environment=record.short("ide/tpAmb", 1),
        purpose=PURPOSES.get(record.text("ide/tpCTe") or "0", OTHER_PURPOSE),
        direction="1",
        operation=record.text("ide/natOp"),
        layout=record.element.get("versao", ""),
        installments=_installments(record),
        items=_items(record),
        taxes=_taxes(record),
        extra=kept(record, EXTRA),
        content_hash=content_hash(record.element),
        net=record.amount("vPrest/vRec", "total/vTRec"),
        parties=_parties(record),
        references=_references(record),
        provenance=PROVENANCE,
    )


def written_key(content: Element) -> str:
    """The access key of `infCte/@Id`, without its prefix; it is not checked here."""
    return plain_key(content.get("Id", "").removeprefix("CTe"))


def fiscal_status(record: Record, protocol: Record | None) -> str:
    """What the protocol says of the document; a protocol for another key says nothing."""
    if protocol is None or plain_key(protocol.text("chCTe")) != written_key(record.element):
        return "unauthorized"
    return STATUSES.get(protocol.text("cStat"), "unauthorized")


def payer(record: Record) -> Party:
    """The tomador: one of the four parties by its number, or a party of its own."""
    own = record.below("ide/toma4") or record.below("toma")
    if own is not None and own.text("CNPJ", "CPF", "xNome"):
        return read_party(own)
    which = record.text("ide/toma3/toma", "ide/toma03/toma", "toma/toma")
    index = int(which) if which in {"0", "1", "2", "3"} else -1
    group = record.below(PAYERS[index]) if index >= 0 else None
    return read_party(group) if group is not None else Party()


def read_party(group: Record) -> Party:
    """A party and the city of its address, whose group has another name for each role."""
    address = next((child for child in group.element if len(child)), None)
    place = Record(address, group.family) if address is not None else None
    return Party(
        group.tax_id("CNPJ", "CPF", foreign="idEstrangeiro"),
        group.text("xNome"),
        place.text("xMun") if place else "",
        place.text("UF") if place else "",
    )


def _parties(record: Record) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for name, role in PARTIES.items():
        group = record.below(name)
        if group is not None:
            found |= named(read_party(group), role)
    return found


def _installments(record: Record) -> tuple[Installment, ...]:
    found = []
    for path in ("infCTeNorm/cobr/dup", "cobr/dup"):
        for one in record.each(path):
            amount = one.amount("vDup")
            if amount is not None:
                found.append(Installment(one.text("nDup"), one.day("dVenc"), amount))
    return tuple(found)


def _items(record: Record) -> tuple[Item, ...]:
    """The parts of the price; they need not add up to it."""
    found = []
    for number, one in enumerate(record.each("vPrest/Comp"), 1):
        amount = one.amount("vComp") or ZERO
        found.append(_item(number, one.text("xNome"), record, amount))
    if not found:
        total = record.amount("vPrest/vTPrest", "total/vTPrest") or ZERO
        found.append(_item(1, record.text("ide/natOp"), record, total))
    return tuple(found)


def _item(number: int, name: str, record: Record, amount: Decimal) -> Item:
    return Item(
        number=number,
        code="",
        description=name,
        ncm="",
        cfop=record.text("ide/CFOP"),
        unit="",
        quantity=Decimal(1),
        unit_price=amount,
        total=amount,
    )


def _taxes(record: Record) -> dict[str, Decimal]:
    group = record.below("imp")
    if group is None:
        return {}
    icms = group.find("ICMS")
    which = str(icms[0].tag).rpartition("}")[2] if icms is not None and len(icms) else "ICMS00"
    return group.amounts({name: path.format(which) for name, path in TAXES.items()})


def _references(record: Record) -> tuple[Reference, ...]:
    found = [
        Reference(kind or NOTE_KINDS.get(key[20:22], "nfe"), key)
        for kind, path in REFERENCES
        for key in record.texts(path)
    ]
    for paper in record.each("infCTeNorm/infDoc/infNF"):
        found.append(Reference("nf", f"{paper.text('serie')}/{paper.text('nDoc')}"))
    return tuple(found)
