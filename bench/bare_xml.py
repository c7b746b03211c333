"""The barest reading of the same XML files: compiled paths for the fields of each kind, as text.

No check, no date, no Decimal, no problem, no reading of what stands elsewhere than expected. Who
wants these fields of a month's files has to pay at least this.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from lxml import etree

WIDTH = 13  # text columns beside key, hash and status


@dataclass(frozen=True, slots=True)
class Bare:
    """Paths of one kind of file, from its root."""

    key: etree.XPath
    status: etree.XPath
    fields: tuple[etree.XPath, ...]
    items: etree.XPath


def compiled(namespace: str, base: str, key: str, status: str, fields: str, items: str) -> Bare:
    """Paths without prefixes get the namespace of their kind; `fields` stand below `base`."""

    def find(path: str, wrap: str = "string({})") -> etree.XPath:
        steps = (step if step[:1] in "@" else f"n:{step}" for step in path.split("/"))
        return etree.XPath(wrap.format("/".join(steps)), namespaces={"n": namespace})

    below = tuple(find(f"{base}/{field}") for field in fields.split())
    return Bare(find(key), find(status), below, find(items, "{}"))


NFE = compiled(
    "http://www.portalfiscal.inf.br/nfe",
    "NFe/infNFe",
    "NFe/infNFe/@Id",
    "protNFe/infProt/cStat",
    "ide/nNF ide/serie ide/dhEmi ide/natOp ide/tpNF ide/finNFe ide/tpAmb emit/CNPJ emit/xNome"
    " dest/CNPJ dest/xNome total/ICMSTot/vNF total/ICMSTot/vICMS total/ICMSTot/vProd",
    "NFe/infNFe/det/prod",
)
CTE = compiled(
    "http://www.portalfiscal.inf.br/cte",
    "CTe/infCte",
    "CTe/infCte/@Id",
    "protCTe/infProt/cStat",
    "ide/nCT ide/serie ide/dhEmi ide/natOp ide/tpCTe ide/tpAmb ide/toma3/toma emit/CNPJ emit/xNome"
    " rem/CNPJ rem/xNome dest/CNPJ dest/xNome vPrest/vTPrest imp/ICMS/ICMS00/vICMS",
    "CTe/infCte/vPrest/Comp",
)
NFSE = compiled(
    "http://www.sped.fazenda.gov.br/nfse",
    "infNFSe",
    "infNFSe/@Id",
    "infNFSe/cStat",
    "nNFSe dhProc emit/CNPJ emit/xNome DPS/infDPS/tpAmb DPS/infDPS/dhEmi DPS/infDPS/dCompet"
    " DPS/infDPS/toma/CNPJ DPS/infDPS/toma/xNome DPS/infDPS/serv/cServ/cTribNac"
    " DPS/infDPS/serv/cServ/xDescServ DPS/infDPS/valores/vServPrest/vServ valores/vISSQN"
    " valores/vLiq",
    "infNFSe/DPS/infDPS/serv/cServ",
)
ABRASF = compiled(
    "http://www.abrasf.org.br/nfse.xsd",
    "ListaNfse/CompNfse/Nfse/InfNfse",
    "ListaNfse/CompNfse/Nfse/InfNfse/Numero",
    "ListaNfse/CompNfse/NfseCancelamento/Confirmacao/DataHora",
    "CodigoVerificacao DataEmissao Servico/Valores/ValorServicos Servico/ItemListaServico"
    " Servico/Discriminacao PrestadorServico/IdentificacaoPrestador//Cnpj"
    " PrestadorServico/RazaoSocial TomadorServico//Cnpj ValoresNfse/ValorLiquidoNfse"
    " DeclaracaoPrestacaoServico/InfDeclaracaoPrestacaoServico/Competencia"
    " DeclaracaoPrestacaoServico/InfDeclaracaoPrestacaoServico/Servico/Valores/ValorServicos"
    " DeclaracaoPrestacaoServico/InfDeclaracaoPrestacaoServico/Tomador/RazaoSocial"
    " OrgaoGerador/CodigoMunicipio",
    "ListaNfse/CompNfse/Nfse/InfNfse/Servico",
)
EVENT = compiled(
    "http://www.portalfiscal.inf.br/nfe",
    "evento/infEvento",
    "evento/infEvento/@Id",
    "retEvento/infEvento/cStat",
    "cOrgao tpAmb CNPJ chNFe dhEvento tpEvento nSeqEvento detEvento/descEvento detEvento/nProt"
    " detEvento/xJust",
    "retEvento/infEvento",
)
ROOTS = {
    "nfeProc": NFE,
    "cteProc": CTE,
    "NFSe": NFSE,
    "ConsultarNfseResposta": ABRASF,
    "procEventoNFe": EVENT,
}


def bare_rows(path: Path) -> Iterator[tuple[str, ...]]:
    """Of each file: key, hash, status, fields, and all that was found as JSON."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            content = archive.read(member)
            root: Any = etree.fromstring(content)
            yield bare_row(content, root, ROOTS[root.tag.rpartition("}")[2]])


def bare_row(content: bytes, root: Any, bare: Bare) -> tuple[str, ...]:
    fields = [str(select(field, root)) for field in bare.fields]
    items = [{child.tag: child.text for child in item} for item in select(bare.items, root)]
    said = orjson.dumps({"fields": fields, "items": items}).decode()
    columns = (*fields, *[""] * WIDTH)[:WIDTH]
    digest = hashlib.sha256(content).hexdigest()
    return str(select(bare.key, root)), digest, str(select(bare.status, root)), *columns, said


def select(path: etree.XPath, element: Any) -> Any:
    """What a compiled path finds; its stubs know only that it finds something."""
    return path(element)
