"""Small fiscal documents for tests: right by default, every odd thing a keyword away."""

from collections.abc import Sequence

from ingestion.parsers.access_key import check_digit

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
ISSUER = "11222333000181"
RECIPIENT = "11444777000161"


def access_key(
    issuer: str = ISSUER,
    number: int = 1,
    *,
    month: str = "2610",
    model: str = "55",
    series: int = 1,
) -> str:
    """44 characters with the right check digit."""
    body = f"35{month}{issuer.zfill(14)}{model}{series:03d}{number:09d}1{number % 10**8:08d}"
    return body + check_digit(body)


def item(number: int = 1, total: str = "100.00", description: str = "FARINHA DE TRIGO") -> str:
    """One `det`."""
    return (
        f'<det nItem="{number}"><prod><cProd>P{number}</cProd><xProd>{description}</xProd>'
        f"<NCM>11010010</NCM><CFOP>5102</CFOP><uCom>UN</uCom><qCom>1.0000</qCom>"
        f"<vUnCom>{total}</vUnCom><vProd>{total}</vProd><indTot>1</indTot></prod></det>"
    )


def protocol(key: str, status: str = "100") -> str:
    """The authorisation of a note."""
    return (
        f'<protNFe versao="4.00"><infProt><chNFe>{key}</chNFe><nProt>135260000000001</nProt>'
        f"<cStat>{status}</cStat></infProt></protNFe>"
    )


def invoice(
    *,
    key: str = "",
    number: int = 1,
    model: str = "55",
    issuer: str = ISSUER,
    recipient: str = f"<dest><CNPJ>{RECIPIENT}</CNPJ><xNome>MERCADO MODELO</xNome></dest>",
    total: str = "100.00",
    issued: str = "<dhEmi>2026-10-20T10:15:00-03:00</dhEmi>",
    items: Sequence[str] = (),
    more: str = "",
    more_totals: str = "",
    layout: str = "4.00",
    environment: str = "1",
    more_ide: str = "",
    purpose: str = "1",
) -> str:
    """A bare `NFe`; `more` goes behind the totals, `more_totals` inside ICMSTot, `more_ide` last in
    ide."""
    key = key or access_key(issuer, number, model=model)
    who = f"<CPF>{issuer}</CPF>" if len(issuer) == 11 else f"<CNPJ>{issuer}</CNPJ>"
    return (
        f'<NFe xmlns="{NAMESPACE}"><infNFe Id="NFe{key}" versao="{layout}"><ide><cUF>35</cUF>'
        f"<natOp>VENDA</natOp><mod>{model}</mod><serie>1</serie><nNF>{number}</nNF>{issued}"
        f"<tpNF>1</tpNF><tpEmis>1</tpEmis><tpAmb>{environment}</tpAmb><finNFe>{purpose}</finNFe>{more_ide}"
        "</ide>"
        f"<emit>{who}<xNome>PADARIA EXEMPLO</xNome><enderEmit><xMun>Santos</xMun><UF>SP</UF>"
        f"</enderEmit></emit>{recipient}{''.join(items) or item(total=total)}"
        f"<total><ICMSTot><vProd>{total}</vProd>{more_totals}<vNF>{total}</vNF></ICMSTot></total>"
        f"{more}</infNFe></NFe>"
    )


def authorized(*, status: str = "100", number: int = 1, **changes: object) -> bytes:
    """A whole `nfeProc` as bytes; the keywords are those of `invoice`."""
    note = invoice(number=number, **changes)  # type: ignore[arg-type]
    key = note.partition('Id="NFe')[2].partition('"')[0]
    text = f'<nfeProc xmlns="{NAMESPACE}" versao="4.00">{note}{protocol(key, status)}</nfeProc>'
    return text.encode()


def event(
    key: str = "",
    *,
    kind: str = "110111",
    status: str = "135",
    detail: str = "",
    sequence: int = 1,
    protocol: str = "135260000000002",
) -> bytes:
    """A `procEventoNFe`; without `status` only the request."""
    key = key or access_key()
    request = (
        f'<evento versao="1.00"><infEvento Id="ID{kind}{key}01"><CNPJ>{ISSUER}</CNPJ>'
        f"<chNFe>{key}</chNFe><dhEvento>2026-10-21T09:00:00-03:00</dhEvento>"
        f"<tpEvento>{kind}</tpEvento><nSeqEvento>{sequence}</nSeqEvento>"
        f"<detEvento><descEvento>Cancelamento</descEvento>{detail}</detEvento></infEvento></evento>"
    )
    answer = (
        f"<retEvento><infEvento><cStat>{status}</cStat><xMotivo>Resultado</xMotivo>"
        f"<chNFe>{key}</chNFe><tpEvento>{kind}</tpEvento><nProt>{protocol}</nProt>"
        f"</infEvento></retEvento>"
    )
    inside = request + (answer if status else "")
    return f'<procEventoNFe xmlns="{NAMESPACE}">{inside}</procEventoNFe>'.encode()


def voiding(
    *, status: str = "102", first: int = 5, last: int = 9, family: str = "NFe", answer: bool = True
) -> bytes:
    """A `procInutNFe` or `procInutCTe`; without `answer` only the request."""
    space, number, model = NAMESPACE, "nNF", "55"
    if family == "CTe":
        space, number, model = NAMESPACE.replace("nfe", "cte"), "nCT", "57"
    numbers = (
        f"<ano>26</ano><CNPJ>{ISSUER}</CNPJ><mod>{model}</mod><serie>1</serie>"
        f"<{number}Ini>{first}</{number}Ini><{number}Fin>{last}</{number}Fin>"
    )
    asked = f"<inut{family}><infInut>{numbers}</infInut></inut{family}>"
    answered = (
        f"<retInut{family}><infInut><cStat>{status}</cStat><xMotivo>Resultado</xMotivo>{numbers}"
        f"<dhRecbto>2026-10-22T09:00:00-03:00</dhRecbto><nProt>135260000000003</nProt></infInut>"
        f"</retInut{family}>"
    )
    inside = asked + (answered if answer else "")
    return f'<procInut{family} xmlns="{space}">{inside}</procInut{family}>'.encode()


def summary(key: str = "", *, status: str = "1", total: str = "100.00") -> bytes:
    """A `resNFe` of the distribution service."""
    return (
        f'<resNFe xmlns="{NAMESPACE}"><chNFe>{key or access_key()}</chNFe><CNPJ>{ISSUER}</CNPJ>'
        f"<xNome>PADARIA EXEMPLO</xNome><dhEmi>2026-10-20T10:15:00-03:00</dhEmi><tpNF>1</tpNF>"
        f"<vNF>{total}</vNF><cSitNFe>{status}</cSitNFe></resNFe>"
    ).encode()


def old_cancellation(key: str = "", *, status: str = "101") -> bytes:
    """A `procCancNFe` of layout 2.00."""
    key = key or access_key()
    return (
        f'<procCancNFe xmlns="{NAMESPACE}"><cancNFe><infCanc><chNFe>{key}</chNFe>'
        f"<xJust>PEDIDO DESFEITO</xJust></infCanc></cancNFe><retCancNFe><infCanc>"
        f"<cStat>{status}</cStat><chNFe>{key}</chNFe><dhRecbto>2026-10-21T09:00:00</dhRecbto>"
        f"<nProt>135260000000002</nProt></infCanc></retCancNFe></procCancNFe>"
    ).encode()
