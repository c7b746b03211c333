"""The identifiers by which a payment says which bank movement it is.

Events and notes write one code, whose meaning follows from the means of payment. Names are those of
the movements' own identifiers, so that both sides can be compared letter by letter. Source: table
of `tPag` (Nota Técnica 2020.006 and Informe Técnico 2026.001) and, for the end-to-end identifier,
the Manual de Padrões para Iniciação do Pix.
"""

import re
from collections.abc import Mapping

E2E = re.compile(r"[ED][0-9]{8}20[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{4}[0-9A-Za-z]{11}")
BOLETO = "15"
CARDS = frozenset(("03", "04", "10", "11", "12", "13"))
PIX = frozenset(("17", "20", "23", "24"))
CODES = ("idTransacao", "cAut")


def identifiers(payment: Mapping[str, str]) -> dict[str, str]:
    """`e2e`, `txid`, `our_number` or `authorization` → the code of a payment as written.

    `payment` holds the fields of a `detPag`, with its card group, or of a linked `gPgto`.
    """
    code = next((payment[name] for name in CODES if payment.get(name)), "")
    if not code:
        return {}
    return {_kind(payment.get("tPag") or payment.get("tpMeioPgto", ""), code): code}


def _kind(means: str, code: str) -> str:
    if E2E.fullmatch(code):
        return "e2e"
    if means == BOLETO:
        return "our_number"
    return "txid" if means in PIX else "authorization"
