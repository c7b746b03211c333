"""PURE  Bank lines for which nobody issues a note, told by the words banks use for them."""

import re

from conciliacontag.brazil import fold

KINDS = (
    (
        "tarifa ou encargo do banco",
        r"TARIFAS?|TAR|CESTA|PACOTE (?:DE )?SERVICOS?|ANUIDADE|IOF|JUROS|ENCARGOS?|MORA"
        r"|MANUTENCAO DE CONTA",
    ),
    (
        "tributo ou guia",
        r"DARF|DARE|DAS|DAE|GARE|GNRE|GPS|GRF|GRRF|FGTS|INSS|SIMPLES NACIONAL|RECEITA FEDERAL"
        r"|TRIBUTOS?|IMPOSTOS?|IPTU|IPVA",
    ),
    ("folha de pagamento", r"SALARIOS?|FOLHA|PRO ?LABORE|FERIAS|RESCISAO|DECIMO TERCEIRO"),
    (
        "movimento entre contas próprias",
        r"APLICACAO|APLIC|RESGATE|RESG|CDB|POUPANCA|RENDIMENTOS?|MESMA TITULARIDADE"
        r"|TRANSF\w* ENTRE CONTAS|SAQUE|EMPRESTIMO|ESTORNO",
    ),
)
PATTERNS = tuple((title, re.compile(rf"\b(?:{words})\b")) for title, words in KINDS)


def without_note(memo: str) -> str:
    """Why a line of these words has no note, "" when it should have one."""
    told = fold(memo)
    return next((title for title, pattern in PATTERNS if pattern.search(told)), "")
