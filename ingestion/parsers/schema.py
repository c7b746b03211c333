"""The published JSON Schema of the canonical document: `python -m ingestion.parsers.schema`.

Written to docs/documento.schema.json from the types themselves and the sentences below; a test says
when the file is stale. It describes what is stored and what the API gives for each document.
"""

import sys
from typing import Any

import msgspec

from ingestion.parsers.fiscal_status import STATUSES
from ingestion.parsers.model import Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"
AMOUNT = r"^-?[0-9]+(\.[0-9]+)?$"
TITLE = "Documento fiscal canônico"
ABOUT = (
    "O que o Conciliacontag guarda de cada documento fiscal, seja qual for o layout de origem. "
    "Valores são textos com ponto decimal; dias são AAAA-MM-DD; instantes trazem o fuso."
)
TYPES = ("nfe", "nfce", "cte", "cteos", "nfse", "dps")
ENUMS = {
    ("Document", "doc_type"): TYPES,
    ("Document", "fiscal_status"): (*dict.fromkeys(STATUSES.values()), "unauthorized"),
}
DESCRIPTIONS = {
    "Document": {
        "doc_type": "Tipo: nfe, nfce, cte, cteos, nfse ou dps.",
        "key": "Chave natural: chave de acesso de 44 caracteres, os 50 da NFS-e nacional ou, na "
        "NFS-e municipal, cidade, provedor, número e código de verificação separados por “|”.",
        "model": "Modelo: 55, 65, 57 ou 67; vazio para serviços.",
        "series": "Série, como escrita.",
        "number": "Número, como escrito.",
        "issued_on": "Dia da emissão.",
        "issued_at": "Instante da emissão; nulo quando o documento diz só o dia.",
        "total": "Valor total do documento; na NF-e, vNF.",
        "issuer": "Emitente, sempre do grupo próprio, nunca da chave.",
        "recipient": "Destinatário ou tomador; vazio quando o documento não o diz.",
        "fiscal_status": "Situação segundo o protocolo do próprio documento, antes dos eventos.",
        "protocol": "Número do protocolo de autorização.",
        "environment": "Ambiente: 1 produção, 2 homologação.",
        "purpose": "Finalidade da NF-e: 1 normal, 2 complementar, 3 ajuste, 4 devolução, 5 "
        "crédito, 6 débito.",
        "direction": "Sentido para o emitente: 0 entrada, 1 saída.",
        "operation": "Natureza da operação.",
        "layout": "Versão do layout de origem, como 4.00.",
        "installments": "Duplicatas ou parcelas declaradas.",
        "payments": "Pagamentos declarados: meio (tPag) e valor.",
        "items": "Linhas do documento.",
        "taxes": "Totais acima de zero, pelo nome do layout: vICMS, vIBS, vCBS, vNFTot.",
        "extra": "O que não tem campo próprio, como escrito: grupos desconhecidos, pagamentos com "
        "identificadores, CNPJ autorizados a baixar o XML.",
        "content_hash": "SHA-256 do que o documento diz: mesma chave e outro hash é conflito.",
        "competence_on": "Dia do serviço, quando não é o da emissão.",
        "net": "Valor a pagar depois das retenções, quando há retenção.",
        "withheld": "Tributos retidos: iss, irrf, pis, cofins, csll, inss.",
        "parties": "Outros papéis: transportador, retirada, entrega, tomador, remetente.",
        "references": "Outros documentos que este cita.",
        "provenance": "De onde veio cada campo: caminho no arquivo original.",
    },
    "Party": {
        "tax_id": "CNPJ (pode ter letras), CPF, identificação estrangeira ou vazio, sem máscara.",
        "name": "Nome ou razão social.",
        "city": "Município.",
        "state": "UF.",
    },
    "Installment": {
        "number": "Número da parcela, como escrito.",
        "due_on": "Vencimento; nulo quando não se lê.",
        "amount": "Valor da parcela.",
    },
    "Item": {
        "number": "Número da linha.",
        "code": "Código do produto no emitente.",
        "description": "Descrição.",
        "ncm": "NCM.",
        "cfop": "CFOP.",
        "unit": "Unidade comercial.",
        "quantity": "Quantidade comercial.",
        "unit_price": "Valor unitário.",
        "total": "Valor da linha.",
    },
    "Reference": {
        "kind": "O que é citado: nfe, nfce, cte, nfse, nf (papel), nfp (produtor), ecf, "
        "nfe_masked (chave com o código zerado).",
        "key": "Chave de acesso ou o que identifica o documento citado.",
    },
}
SUMMARIES = {
    "Document": TITLE,
    "Party": "Quem participa do documento.",
    "Installment": "Uma parcela declarada.",
    "Item": "Uma linha do documento.",
    "Reference": "Outro documento citado por este.",
}


def document_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of `Document` as its JSON is stored."""
    schema = msgspec.json.schema(Document)
    for name, kind in schema["$defs"].items():
        kind |= {"title": name, "description": SUMMARIES[name], "additionalProperties": False}
        for field, said in kind["properties"].items():
            kind["properties"][field] = _described(said, name, field)
    return {"$schema": DIALECT, "title": TITLE, "description": ABOUT, **_with_amounts(schema)}


def _described(said: dict[str, Any], name: str, field: str) -> dict[str, Any]:
    allowed = ENUMS.get((name, field))
    described = {"description": DESCRIPTIONS[name][field], **said}
    return {**described, "enum": list(allowed)} if allowed else described


def _with_amounts(said: Any) -> Any:
    """The same schema, with the shape of an amount where the types only say that it is one."""
    if isinstance(said, list):
        return [_with_amounts(one) for one in said]
    if not isinstance(said, dict):
        return said
    found = {name: _with_amounts(one) for name, one in said.items()}
    if found.get("format") == "decimal":
        del found["format"]
        found["pattern"] = AMOUNT
    return found


def written() -> bytes:
    """The schema as it stands in docs/documento.schema.json."""
    return msgspec.json.format(msgspec.json.encode(document_schema()), indent=2) + b"\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(written())
