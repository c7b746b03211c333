"""National NFS-e 1.01 and 1.00, and the DPS it is made of, into the canonical document.

Source: Leiaute da NFS-e nacional (Anexo I) and Notas Técnicas SE/CGNFS-e 004 to 007 (IBS, CBS and
withheld contributions). The note is issued when the system generates it (`dhProc`); the service
belongs to the month of `dCompet`. A DPS declares a service and is no note yet.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from ingestion.parsers.access_key import modulo_11, plain_key
from ingestion.parsers.model import Document, Item, Party, Reference
from ingestion.parsers.nfe_groups import content_hash
from ingestion.parsers.tree import ORIGINAL, ZERO, Record, kept, named
from ingestion.parsers.values import shown

# City 7, environment 1, kind of tax id 1, tax id 14, number 13, year and month 4, code 9, digit 1.
KEY = re.compile(r"[0-9]{9}[0-9A-Z]{14}[0-9]{27}")
# City 7, kind of tax id 1, tax id 14, series 5, number 15.
DPS_ID = re.compile(r"DPS[0-9]{8}[0-9A-Z]{14}[0-9]{20}")
# Generated; generated in place of another; by decision of a court; single; of a MEI.
GENERATED = {"100", "101", "102", "103", "107"}
# finNFSe → purpose; 1 waits for money. A declaration waits for its note, not for money.
PURPOSES = {"0": "1", "1": "5", "2": "6"}
OTHER_PURPOSE, DECLARATION = "3", "9"
PROVIDER_ISSUES = {"", "1"}  # tpEmit; 2 and 3: the taker or the intermediary issues for it
ISS_WITHHELD = {"2", "3"}  # tpRetISSQN: by the taker, by the intermediary
# tpRetPisCofins: 1 and 2 are of before 2026 and say nothing of the CSLL.
PIS_WITHHELD = {"1", "3", "4", "5", "9"}
COFINS_WITHHELD = {"1", "3", "4", "6", "7"}
FEDERAL = "valores/trib/tribFed"
RETENTION = (f"{FEDERAL}/piscofins/tpRetPisCofins", f"{FEDERAL}/tpRetPisCofins")
WITHHELD = {
    "irrf": f"{FEDERAL}/vRetIRRF",
    "csll": f"{FEDERAL}/vRetCSLL",
    "inss": f"{FEDERAL}/vRetCP",
}
TAXES = {
    "vISSQN": "valores/vISSQN",
    "vIBS": "IBSCBS/totCIBS/gIBS/vIBSTot",
    "vCBS": "IBSCBS/totCIBS/gCBS/vCBS",
}
DECLARED_TAXES = {"vPIS": f"{FEDERAL}/piscofins/vPis", "vCOFINS": f"{FEDERAL}/piscofins/vCofins"}
EXTRA = ("xLocEmi", "xLocPrestacao", "cLocIncid", "xTribNac", "cStat", "nDFSe", "IBSCBS")
DECLARED_EXTRA = (
    "dhEmi", "nDPS", "tpEmit", "subst", "serv/locPrest", "serv/infoCompl", "serv/obra",
    "valores/vDescCondIncond", "valores/vDedRed", "valores/trib",
)  # fmt: skip
PROVENANCE = {
    "key": "infNFSe/@Id",
    "number": "infNFSe/nNFSe",
    "series": "infNFSe/DPS/infDPS/serie",
    "issued_on": "infNFSe/dhProc",
    "competence_on": "infNFSe/DPS/infDPS/dCompet",
    "total": "infNFSe/DPS/infDPS/valores/vServPrest/vServ",
    "net": "infNFSe/valores/vLiq",
    "withheld": "infNFSe/DPS/infDPS/valores/trib",
    "issuer": "infNFSe/emit",
    "recipient": "infNFSe/DPS/infDPS/toma",
    "fiscal_status": "infNFSe/cStat",
    "environment": "infNFSe/DPS/infDPS/tpAmb",
    "items": "infNFSe/DPS/infDPS/serv/cServ",
    "references": "infNFSe/DPS/infDPS/subst/chSubstda",
}
DPS_PROVENANCE = {
    **{name: path.removeprefix("infNFSe/DPS/") for name, path in PROVENANCE.items()},
    "key": "infDPS/@Id",
    "number": "infDPS/nDPS",
    "issued_on": "infDPS/dhEmi",
    "issuer": "infDPS/prest",
}

# The provider is paid: to the issuer every service is an exit. Services have no model.
_note = partial(Document, doc_type="nfse", model="", direction="1", provenance=PROVENANCE)
_declaration = partial(Document, doc_type="dps", model="", direction="1", provenance=DPS_PROVENANCE)


def build_nfse(note: Record, declared: Record) -> Document:
    """The canonical document of one `infNFSe` with its `infDPS`.

    Raises:
        ParseError: nfse_key, nfse_missing, nfse_amount or nfse_date: the note cannot be used.
    """
    key = read_key(note.element.get("Id", "").removeprefix("NFS"), note)
    note.require(("nNFSe",))
    issued_on, issued_at = note.issued("dhProc", "DPS/infDPS/dhEmi")
    issuer = read_issuer(note, declared)
    status = note.text("cStat")
    if status not in GENERATED:
        message = f"A situação “{shown(status)}” da nota não é a de uma NFS-e gerada."
        note.warn("protocol", "cStat", message, "Consulte a nota no portal da NFS-e nacional.")
    return _note(
        key=key,
        series=declared.short("serie", 5),
        number=note.short("nNFSe", 20),
        issued_on=issued_on,
        issued_at=issued_at,
        total=declared.total("valores/vServPrest/vServ"),
        issuer=issuer,
        recipient=read_party(declared.below("toma")),
        fiscal_status="authorized" if status in GENERATED else "unauthorized",
        protocol=note.short("nDFSe", 20),
        environment=declared.short("tpAmb", 1) or "1",
        purpose=PURPOSES.get(declared.text("IBSCBS/finNFSe") or "0", OTHER_PURPOSE),
        operation=note.text("xTribNac"),
        layout=_layout(note),
        items=read_items(declared),
        taxes={**note.amounts(TAXES), **declared.amounts(DECLARED_TAXES)},
        extra={**kept(note, EXTRA), **kept(declared, DECLARED_EXTRA)},
        content_hash=content_hash(note.element),
        competence_on=declared.day("dCompet"),
        net=note.amount("valores/vLiq"),
        withheld=read_withheld(note, declared),
        parties=read_parties(declared, issuer),
        references=tuple(read_references(declared)),
    )


def build_dps(declared: Record) -> Document:
    """The canonical document of one `infDPS` that has not become a note.

    Raises:
        ParseError: nfse_missing, nfse_amount or nfse_date.
    """
    declared.require(("nDPS",))
    issued_on, issued_at = declared.issued("dhEmi")
    issuer = read_party(declared.below("prest"))
    message = "É uma DPS: declara o serviço, mas ainda não é a NFS-e."
    declared.warn("protocol", "nDPS", message, "Envie a NFS-e gerada a partir desta declaração.")
    return _declaration(
        key=dps_key(declared, issuer),
        series=declared.short("serie", 5),
        number=declared.short("nDPS", 20),
        issued_on=issued_on,
        issued_at=issued_at,
        total=declared.total("valores/vServPrest/vServ"),
        issuer=issuer,
        recipient=read_party(declared.below("toma")),
        fiscal_status="unauthorized",
        protocol="",
        environment=declared.short("tpAmb", 1) or "1",
        purpose=DECLARATION,
        operation="",
        layout=_layout(declared),
        items=read_items(declared),
        taxes=declared.amounts(DECLARED_TAXES),
        extra=kept(declared, DECLARED_EXTRA),
        content_hash=content_hash(declared.element),
        competence_on=declared.day("dCompet"),
        withheld=declared.amounts(WITHHELD),
        parties=read_parties(declared, issuer),
        references=tuple(read_references(declared)),
    )


def read_key(text: str, record: Record) -> str:
    """The 50 characters that identify a national NFS-e; a wrong check digit is only said.

    Raises:
        ParseError: `nfse_key`: length or alphabet.
    """
    key = plain_key(text)
    if not KEY.fullmatch(key):
        message = f"Chave da NFS-e fora do formato ({len(key)} caracteres em vez de 50)."
        raise record.refusal("key", "@Id", message)
    if key[49] != modulo_11(key[:49]):
        message = "A chave da NFS-e tem dígito verificador incorreto."
        record.warn("key", "@Id", message, ORIGINAL)
    return key


def dps_key(declared: Record, issuer: Party) -> str:
    """The Id of the declaration, or provider, series and number when systems write another."""
    written = declared.element.get("Id", "").strip()
    if DPS_ID.fullmatch(written):
        return written
    return "|".join(("DPS", issuer.tax_id, declared.text("serie")[:5], declared.text("nDPS")[:15]))


def read_issuer(note: Record, declared: Record) -> Party:
    """The provider, who is paid: the one that issues, unless taker or intermediary issued for it.

    Raises:
        ParseError: `nfse_missing`.
    """
    group = note.below("emit")
    if declared.text("tpEmit") not in PROVIDER_ISSUES or group is None:
        group = declared.below("prest")
    if group is None:
        raise note.refusal("missing", "emit", "Falta no documento: emit.")
    return read_party(group)


def read_party(group: Record | None) -> Party:
    """A party; addresses carry only the code of the city, so most have no name of it."""
    if group is None:
        return Party()
    return Party(
        group.tax_id("CNPJ", "CPF", foreign="NIF"),
        group.text("xNome"),
        group.text("end/xMun", "end/endExt/xCidade"),
        group.text("enderNac/UF", "end/UF"),
    )


def read_parties(declared: Record, issuer: Party) -> dict[str, Party]:
    """Provider when another issued, intermediary, and who receives the service (IBS and CBS)."""
    provider = read_party(declared.below("prest"))
    found = named(provider, "provider") if provider.tax_id != issuer.tax_id else {}
    found |= named(read_party(declared.below("interm")), "intermediary")
    return found | named(read_party(declared.below("IBSCBS/dest")), "receiver")


def read_items(declared: Record) -> tuple[Item, ...]:
    """The one service of a note."""
    total = declared.amount("valores/vServPrest/vServ") or ZERO
    service = declared.below("serv/cServ")
    code = service.text("cTribNac") if service else ""
    described = service.text("xDescServ") if service else ""
    return (Item(1, code, described, "", "", "", Decimal(1), total, total),)


def read_withheld(note: Record, declared: Record) -> dict[str, Decimal]:
    """What the payer keeps back, by tax.

    `vRetCSLL` may be the sum of CSLL, PIS and COFINS (NT 007): PIS and COFINS are told apart only
    when the total withheld (`vTotalRet`) is not reached without them.
    """
    found = declared.amounts(WITHHELD)
    iss = note.amount("valores/vISSQN")
    if iss and declared.text("valores/trib/tribMun/tpRetISSQN") in ISS_WITHHELD:
        found["iss"] = iss
    if note.amount("valores/vTotalRet") == sum(found.values(), ZERO):
        return found
    code = declared.text(*RETENTION)
    contributions = declared.amounts(DECLARED_TAXES)
    for name, tax, codes in (
        ("pis", "vPIS", PIS_WITHHELD),
        ("cofins", "vCOFINS", COFINS_WITHHELD),
    ):
        if code in codes and tax in contributions:
            found[name] = contributions[tax]
    return found


def read_references(declared: Record) -> Iterator[Reference]:
    """The note that this one replaces, and those it refers to."""
    for key in declared.texts("subst/chSubstda"):
        yield Reference("replaced", key)
    for key in declared.texts("IBSCBS/gRefNFSe/refNFSe"):
        yield Reference("nfse", key)


def _layout(record: Record) -> str:
    """The version stands on the root or on the group, by the system that wrote the file."""
    parent = record.element.getparent()
    own = record.element.get("versao", "")
    return (parent.get("versao", "") if parent is not None else "") or own
