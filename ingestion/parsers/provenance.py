"""Where each canonical field of a note stands in its XML.

One table for each layout, shared by all notes of it: nothing is built for a document. Items,
parties and instalments name the group that repeats; the page of a document shows the path.
"""

_NOTE = {
    "key": "infNFe/@Id",
    "layout": "infNFe/@versao",
    "model": "infNFe/ide/mod",
    "series": "infNFe/ide/serie",
    "number": "infNFe/ide/nNF",
    "issued_on": "infNFe/ide/dhEmi",
    "issued_at": "infNFe/ide/dhEmi",
    "environment": "infNFe/ide/tpAmb",
    "purpose": "infNFe/ide/finNFe",
    "direction": "infNFe/ide/tpNF",
    "operation": "infNFe/ide/natOp",
    "references": "infNFe/ide/NFref",
    "issuer": "infNFe/emit",
    "recipient": "infNFe/dest",
    "items": "infNFe/det/prod",
    "total": "infNFe/total/ICMSTot/vNF",
    "taxes": "infNFe/total",
    "withheld": "infNFe/total/retTrib",
    "net": "infNFe/cobr/fat/vLiq",
    "installments": "infNFe/cobr/dup",
    "payments": "infNFe/pag/detPag",
    "parties": "infNFe/transp/transporta",
    "fiscal_status": "protNFe/infProt/cStat",
    "protocol": "protNFe/infProt/nProt",
}
_DAY_ONLY = {"issued_on": "infNFe/ide/dEmi"}
_WITHOUT_PAYMENTS = {k: v for k, v in _NOTE.items() if k not in ("payments", "issued_at")}
NFE = {
    "4.00": _NOTE,
    "3.10": {**_NOTE, "payments": "infNFe/pag"},
    "2.00": {**_WITHOUT_PAYMENTS, **_DAY_ONLY},
}


def of_note(layout: str) -> dict[str, str]:
    """The table of a layout; one that is not known is read as the newest."""
    return NFE.get(layout, _NOTE)
