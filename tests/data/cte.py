"""Small freight documents for tests: right by default, every odd thing a keyword away."""

from tests.data.nfe import ISSUER, RECIPIENT, access_key

NAMESPACE = "http://www.portalfiscal.inf.br/cte"
CONSIGNEE = "12ABC34501DE35"  # letters are valid in a CNPJ since July 2026
INVOICE = access_key(RECIPIENT, 9)


def party(group: str, tax_id: str, name: str, address: str) -> str:
    """One party with the city of its address."""
    return (
        f"<{group}><CNPJ>{tax_id}</CNPJ><xNome>{name}</xNome>"
        f"<{address}><xMun>Santos</xMun><UF>SP</UF></{address}></{group}>"
    )


def protocol(key: str, status: str = "100") -> str:
    """The authorisation of a CT-e."""
    return (
        f'<protCTe versao="4.00"><infProt><chCTe>{key}</chCTe><nProt>135260000000009</nProt>'
        f"<cStat>{status}</cStat></infProt></protCTe>"
    )


def cte(
    *,
    key: str = "",
    number: int = 1,
    model: str = "57",
    kind: str = "0",
    payer: str = "<toma3><toma>3</toma></toma3>",
    total: str = "250.00",
    issued: str = "2026-10-20T10:15:00-03:00",
    more: str = "",
    own_payer: str = "",
    environment: str = "1",
    layout: str = "4.00",
) -> str:
    """A bare `CTe`; `more` goes inside infCte, `own_payer` is the `toma` of a CT-e OS."""
    key = key or access_key(ISSUER, number, model=model)
    root = "CTeOS" if model == "67" else "CTe"
    return (
        f'<{root} xmlns="{NAMESPACE}"><infCte Id="CTe{key}" versao="{layout}"><ide><cUF>35</cUF>'
        f"<CFOP>5353</CFOP><natOp>TRANSPORTE</natOp><mod>{model}</mod><serie>1</serie>"
        f"<nCT>{number}</nCT><dhEmi>{issued}</dhEmi><tpAmb>{environment}</tpAmb>"
        f"<tpCTe>{kind}</tpCTe>{payer}</ide>"
        f"{party('emit', ISSUER, 'TRANSPORTES EXEMPLO', 'enderEmit')}{own_payer}"
        f"{party('rem', RECIPIENT, 'FABRICA EXEMPLO', 'enderReme')}"
        f"{party('dest', CONSIGNEE, 'LOJA EXEMPLO', 'enderDest')}"
        f"<vPrest><vTPrest>{total}</vTPrest><vRec>{total}</vRec>"
        f"<Comp><xNome>FRETE PESO</xNome><vComp>{total}</vComp></Comp></vPrest>"
        f"<imp><ICMS><ICMS00><vICMS>30.00</vICMS></ICMS00></ICMS></imp>"
        f"<infCTeNorm><infDoc><infNFe><chave>{INVOICE}</chave></infNFe></infDoc></infCTeNorm>"
        f"{more}</infCte></{root}>"
    )


def authorized_cte(
    *, number: int = 1, status: str = "100", beside: str = "", **changes: str
) -> bytes:
    """A whole `cteProc`; `beside` stands behind the protocol."""
    document = cte(number=number, **changes)
    key = document.partition('Id="CTe')[2].partition('"')[0]
    text = f'<cteProc xmlns="{NAMESPACE}">{document}{protocol(key, status)}{beside}</cteProc>'
    return text.encode()


def answer(key: str = "", *, status: str = "135", kind: str = "110111") -> str:
    """A `retEventoCTe`."""
    return (
        f'<retEventoCTe xmlns="{NAMESPACE}"><infEvento><cStat>{status}</cStat>'
        f"<xMotivo>Resultado</xMotivo><chCTe>{key or access_key(model='57')}</chCTe>"
        f"<tpEvento>{kind}</tpEvento><nSeqEvento>01</nSeqEvento>"
        f"<dhRegEvento>2026-10-21T09:00:00-03:00</dhRegEvento><nProt>135260000000010</nProt>"
        f"</infEvento></retEventoCTe>"
    )


def cte_event(*, kind: str = "110111", status: str = "135", key: str = "") -> bytes:
    """A `procEventoCTe` as some systems write it, itself without the namespace."""
    key = key or access_key(model="57")
    request = (
        f'<eventoCTe xmlns="{NAMESPACE}"><infEvento><CNPJ>{ISSUER}</CNPJ><chCTe>{key}</chCTe>'
        f"<dhEvento>2026-10-21T09:00:00-03:00</dhEvento><tpEvento>{kind}</tpEvento>"
        f"<nSeqEvento>1</nSeqEvento><detEvento><evCancCTe><descEvento>Cancelamento</descEvento>"
        f"<xJust>Carga recusada</xJust></evCancCTe></detEvento></infEvento></eventoCTe>"
    )
    inside = request + (answer(key, status=status, kind=kind) if status else "")
    return f"<procEventoCTe>{inside}</procEventoCTe>".encode()
