"""What the columns of bank statements and ledgers are called, and which role each name has.

The names come from exports of Banco do Brasil, Itaú, Bradesco, Santander, Caixa, Sicoob, Nubank and
Inter, of the ledger of Domínio, and of international statements. Within a role the first name wins:
a file may bring both "Histórico" and "Detalhes".
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from conciliacontag.brazil import fold
from ingestion.parsers.grid import Cell, Row, is_blank, written
from ingestion.parsers.table_values import day_parts, shows_decimal

NAMES: Mapping[str, tuple[str, ...]] = {
    "date": (
        "DATA", "DATE", "DATA LANCAMENTO", "DATA DO LANCAMENTO", "DATA DE LANCAMENTO",
        "DATA MOVIMENTO", "DATA DO MOVIMENTO", "DATA MOVIMENTACAO", "DATA MOV", "DT MOVIMENTO",
        "DT LANCAMENTO", "DATA TRANSACAO", "DATA DA TRANSACAO", "DATA OPERACAO", "DATA PAGAMENTO",
        "DATA DE PAGAMENTO", "DIA", "POSTING DATE", "TRANSACTION DATE", "BOOKING DATE",
        "DATA CONTABIL",
    ),
    "amount": (
        "VALOR", "VALOR LANCAMENTO", "VALOR DO LANCAMENTO", "VALOR TRANSACAO",
        "VALOR DA TRANSACAO", "VALOR BRL", "VALOR EM REAIS", "VLR", "VL", "QUANTIA", "MONTANTE",
        "AMOUNT", "VALUE",
    ),
    "debit": (
        "DEBITO", "DEBITOS", "DEBIT", "DEBITS", "SAIDA", "SAIDAS", "VALOR DEBITO", "WITHDRAWAL",
        "WITHDRAWALS", "VALOR A DEBITO",
    ),
    "credit": (
        "CREDITO", "CREDITOS", "CREDIT", "CREDITS", "ENTRADA", "ENTRADAS", "VALOR CREDITO",
        "DEPOSIT", "DEPOSITS", "VALOR A CREDITO",
    ),
    "dc": (
        "D C", "C D", "DC", "DEBITO CREDITO", "CREDITO DEBITO", "DEB CRED", "NATUREZA", "SINAL",
        "TIPO LANCAMENTO", "TIPO DE LANCAMENTO", "TIPO", "CREDIT DEBIT",
    ),
    "memo": (
        "HISTORICO", "DESCRICAO", "LANCAMENTO", "LANCAMENTOS", "DESCRICAO DO LANCAMENTO", "MEMO",
        "DESCRIPTION", "LABEL", "TITULO", "TITLE", "ESTABELECIMENTO", "DETALHES", "DETALHE",
        "DETAIL", "DETAILS", "COMPLEMENTO",
    ),
    "payee": (
        "FAVORECIDO", "BENEFICIARIO", "CLIENTE", "FORNECEDOR", "RAZAO SOCIAL", "NOME",
        "CONTRAPARTE", "PARTNER NAME", "PARTNER", "PAYEE", "NAME",
    ),
    "document": (
        "DOCUMENTO", "NUMERO DO DOCUMENTO", "NUMERO DOCUMENTO", "NO DOCUMENTO", "N DOCUMENTO",
        "NO DOC", "N DOC", "NR DOC", "NUM DOC", "DOC", "DCTO", "DCTO NO", "NUMERO",
        "OPERATION NUMBER", "CHECK NUMBER", "REFERENCIA", "REFERENCE", "REF",
    ),
    "balance": ("SALDO", "SALDOS", "SALDO ATUAL", "SALDO FINAL", "SALDO EM CONTA", "BALANCE"),
    "account": ("CONTA", "CONTA CORRENTE", "CONTA CONTABIL", "ACCOUNT", "ACCOUNT NUMBER"),
    "counter_account": (
        "CTA C PART", "CONTRAPARTIDA", "CONTRA PARTIDA", "CTA CONTRAPARTIDA", "C PARTIDA",
        "CONTA CONTRAPARTIDA",
    ),
    "history": ("COD HISTORICO", "CODIGO HISTORICO", "CODIGO DO HISTORICO", "COD HIST", "HIST"),
    "tax_id": ("CNPJ", "CPF", "CNPJ CPF", "CPF CNPJ", "CNPJ DO FAVORECIDO", "TAX ID"),
    "key": ("CHAVE", "CHAVE DE ACESSO", "CHAVE NFE", "CHAVE NF E", "ACCESS KEY"),
    "external_id": (
        "IDENTIFICADOR", "ID", "FITID", "ID TRANSACAO", "ID DA TRANSACAO", "TRANSACTION ID",
    ),
    "due": ("VENCIMENTO", "DATA VENCIMENTO", "DATA DE VENCIMENTO", "DUE DATE"),
}  # fmt: skip
# What else a person may name on the mapping page.
ROLES = tuple(NAMES)

_UNIT = re.compile(r"\([^)]*\)|R\$|US\$|€")
_PUNCTUATION = re.compile(r"[^A-Z0-9]+")
_RANKS = {name: (role, rank) for role, names in NAMES.items() for rank, name in enumerate(names)}


def plain(cell: Cell) -> str:
    """A header cell for comparing: `Valor (R$)` becomes `VALOR`, `D/C` becomes `D C`."""
    return _PUNCTUATION.sub(" ", _UNIT.sub(" ", fold(written(cell)))).strip()


def fingerprint(header: Row) -> str:
    """SHA-256 of the folded, trimmed cells of a header; empty cells at its end do not count."""
    cells = [fold(written(cell)) for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    return sha256("\x1f".join(cells).encode()).hexdigest()


def shape_fingerprint(rows: Sequence[Row]) -> str:
    """For a table without header: SHA-256 of what kind of value each column holds."""
    width = max((len(row) for row in rows), default=0)
    shapes = [_shape([row[n] for row in rows if n < len(row)]) for n in range(width)]
    return sha256(("shape\x1f" + "\x1f".join(shapes)).encode()).hexdigest()


def _shape(cells: Sequence[Cell]) -> str:
    kinds = {_kind(cell) for cell in cells} - {""}
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind(cell: Cell) -> str:
    if not isinstance(cell, str):
        return "number" if isinstance(cell, (int, float)) else "day"
    if not cell.strip():
        return ""
    if day_parts(cell):
        return "day"
    return "number" if shows_decimal(cell) or _NUMBER.fullmatch(cell.strip()) else "text"


_NUMBER = re.compile(r"[-+(]?[0-9]+(?:[.,][0-9]+)?\)?")


def guess_roles(header: Row) -> dict[str, int]:
    """The column of each role that the names of a header tell."""
    best: dict[str, tuple[int, int]] = {}
    for column, cell in enumerate(header):
        role, rank = _RANKS.get(plain(cell), ("", 0))
        if role and (role not in best or rank < best[role][0]):
            best[role] = rank, column
    return {role: column for role, (_, column) in best.items()}


def is_enough(roles: Mapping[str, int]) -> bool:
    """Whether the roles make a movement: a day, and an amount or a column of debits or credits."""
    return "date" in roles and bool({"amount", "debit", "credit"} & roles.keys())


def repeated(header: Row, roles: Mapping[str, int]) -> str:
    """The first name of a used column that another column bears too, "" when none does."""
    names = [plain(cell) for cell in header]
    used = (written(header[column]) for column in roles.values() if column < len(header))
    return next((name for name in used if names.count(plain(name)) > 1), "")


def looks_like_header(row: Row) -> bool:
    """Whether a row may be a header: several texts and no number or day."""
    filled = [cell for cell in row if written(cell)]
    texts = [cell for cell in filled if _kind(cell) == "text"]
    return len(filled) > 1 and len(texts) == len(filled) and not is_blank(row)
