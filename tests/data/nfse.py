"""Small national service notes for tests: right by default, every odd thing a keyword away."""

from ingestion.parsers.access_key import modulo_11
from tests.data.nfe import ISSUER, RECIPIENT

NAMESPACE = "http://www.sped.fazenda.gov.br/nfse"
WITHHELD = (
    "<tribMun><tribISSQN>1</tribISSQN><tpRetISSQN>2</tpRetISSQN></tribMun><tribFed><piscofins>"
    "<vPis>6.50</vPis><vCofins>30.00</vCofins><tpRetPisCofins>{code}</tpRetPisCofins></piscofins>"
    "<vRetCP>110.00</vRetCP><vRetIRRF>15.00</vRetIRRF><vRetCSLL>10.00</vRetCSLL></tribFed>"
)


def note_key(number: int = 1, issuer: str = ISSUER) -> str:
    """50 characters with the right check digit."""
    body = f"355030812{issuer}{number:013d}2610{number:09d}"
    return body + modulo_11(body)


def declaration(
    number: int = 1, *, taxes: str = "", more: str = "", total: str = "1000.00", emitter: str = "1"
) -> str:
    """An `infDPS`; `taxes` goes into valores/trib, `more` before the provider."""
    return (
        f'<infDPS Id="DPS35503082{ISSUER}00001{number:015d}"><tpAmb>1</tpAmb>'
        f"<dhEmi>2026-10-19T18:00:00-03:00</dhEmi><serie>1</serie><nDPS>{number}</nDPS>"
        f"<dCompet>2026-09-30</dCompet><tpEmit>{emitter}</tpEmit>{more}"
        f"<prest><CNPJ>{ISSUER}</CNPJ><xNome>ESCRITORIO EXEMPLO</xNome></prest>"
        f"<toma><CNPJ>{RECIPIENT}</CNPJ><xNome>MERCADO MODELO</xNome></toma>"
        f"<serv><cServ><cTribNac>171901</cTribNac><xDescServ>HONORÁRIOS</xDescServ></cServ></serv>"
        f"<valores><vServPrest><vServ>{total}</vServ></vServPrest><trib>{taxes}</trib></valores>"
        f"</infDPS>"
    )


def dps(**changes: str) -> bytes:
    """A `DPS` alone, as a system sends it."""
    content = declaration(**changes)  # type: ignore[arg-type]
    return f'<DPS xmlns="{NAMESPACE}" versao="1.01">{content}</DPS>'.encode()


def nfse(
    number: int = 1,
    *,
    key: str = "",
    status: str = "100",
    net: str = "1000.00",
    withheld: str = "",
    **changes: str,
) -> bytes:
    """A whole `NFSe`; the other keywords are those of `declaration`."""
    total_withheld = f"<vTotalRet>{withheld}</vTotalRet>" if withheld else ""
    text = (
        f'<NFSe xmlns="{NAMESPACE}" versao="1.01"><infNFSe Id="NFS{key or note_key(number)}">'
        f"<nNFSe>{number}</nNFSe><xTribNac>Contabilidade</xTribNac><cStat>{status}</cStat>"
        f"<dhProc>2026-10-20T10:15:00-03:00</dhProc><nDFSe>77</nDFSe><emit><CNPJ>{ISSUER}</CNPJ>"
        f"<xNome>ESCRITORIO EXEMPLO</xNome><enderNac><UF>SP</UF></enderNac></emit>"
        f"<valores><vISSQN>50.00</vISSQN>{total_withheld}<vLiq>{net}</vLiq></valores>"
        f"<DPS>{declaration(number, **changes)}</DPS></infNFSe></NFSe>"
    )
    return text.encode()


def nfse_event(
    kind: str = "101101", *, key: str = "", replaced_by: str = "", registered: bool = True
) -> bytes:
    """An `evento`, or only its request when it was not registered."""
    other = f"<chSubstituta>{replaced_by}</chSubstituta>" if replaced_by else ""
    space = "" if registered else f' xmlns="{NAMESPACE}"'
    request = (
        f"<pedRegEvento{space}><infPedReg><tpAmb>1</tpAmb>"
        f"<dhEvento>2026-10-21T09:00:00-03:00</dhEvento><CNPJAutor>{ISSUER}</CNPJAutor>"
        f"<chNFSe>{key or note_key()}</chNFSe><e{kind}><xDesc>Cancelamento de NFS-e</xDesc>"
        f"<cMotivo>1</cMotivo><xMotivo>Serviço não prestado</xMotivo>{other}</e{kind}></infPedReg>"
        f"</pedRegEvento>"
    )
    if not registered:
        return request.encode()
    return (
        f'<evento xmlns="{NAMESPACE}"><infEvento><nSeqEvento>2</nSeqEvento><nDFSe>88</nDFSe>'
        f"{request}</infEvento></evento>"
    ).encode()
