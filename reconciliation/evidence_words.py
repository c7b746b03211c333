"""The evidence of a score in the words that screens use."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

FACTORS = {
    "amount": "Valor",
    "key": "Chave de acesso",
    "our_number": "Nosso número",
    "txid": "Identificador do PIX",
    "number": "Número da nota",
    "tax_id": "CNPJ ou CPF",
    "date": "Data",
    "name": "Nome",
    "kind": "Tipo de lançamento",
    "split": "Parcela suposta",
    "limit": "Limite da certeza",
    "rival": "Concorrente próximo",
    "rule": "Regra da empresa",
}


def evidence_rows(evidence: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The evidence of a score with its factors named for people."""
    return [
        {
            **row,
            "title": FACTORS.get(row["factor"], row["factor"]),
            "is_against": Decimal(str(row["points"])) < 0,
        }
        for row in evidence
    ]
