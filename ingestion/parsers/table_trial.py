"""Columns as a person names them: whether they are enough, and how a table would be read by them.

The trial runs the very reader that will read the file afterwards, so what is shown is what comes.
"""

from collections.abc import Mapping

from ingestion.parsers.model import Options, Problem, Transaction, Value
from ingestion.parsers.table_files import parse_tables

SHOWN = 10
ROLE_NAMES = {
    "date": "Data",
    "amount": "Valor, com sinal",
    "debit": "Débito (saída)",
    "credit": "Crédito (entrada)",
    "dc": "Débito ou crédito (D/C)",
    "memo": "Histórico",
    "payee": "Favorecido ou pagador",
    "document": "Número do documento",
    "balance": "Saldo",
    "account": "Conta",
    "counter_account": "Contrapartida",
    "history": "Código do histórico",
    "tax_id": "CNPJ ou CPF",
    "key": "Chave de acesso",
    "external_id": "Identificador do banco",
    "due": "Vencimento",
}


class TableTrial(Value, frozen=True):
    """What a table would give: its first movements and doubts, and how many there are in all."""

    transactions: tuple[Transaction, ...]
    problems: tuple[Problem, ...]
    accepted: int
    informative: int
    rejected: int


def check_columns(columns: Mapping[str, int], width: int) -> dict[str, str]:
    """What is wrong with the columns that a person named: role → sentence, empty when nothing is.

    Args:
        columns: role → column, from 0.
        width: how many columns the table has.
    """
    wrong = {role: f"“{role}” não é um papel de coluna." for role in columns.keys() - ROLE_NAMES}
    for role, column in columns.items():
        if not 0 <= column < width:
            wrong[role] = f"A tabela não tem a coluna {column + 1}."
    wrong |= _missing(columns)
    taken = [column for column in columns.values() if list(columns.values()).count(column) > 1]
    for role, column in columns.items():
        if column in taken:
            wrong.setdefault(role, f"A coluna {column + 1} recebeu mais de um papel.")
    return wrong


def _missing(columns: Mapping[str, int]) -> dict[str, str]:
    """What a movement needs: a day, and either an amount or columns of debits and credits."""
    wrong = {}
    sides = {"debit", "credit"} & columns.keys()
    if "date" not in columns:
        wrong["date"] = "Escolha a coluna da data."
    if "amount" not in columns and not sides:
        wrong["amount"] = "Escolha a coluna do valor, ou as de débito e crédito."
    if "amount" in columns and sides:
        wrong["amount"] = "Escolha o valor, ou débito e crédito: não os dois ao mesmo tempo."
    if "dc" in columns and "amount" not in columns:
        wrong["dc"] = "D/C só diz o sinal de um valor: escolha também a coluna do valor."
    return wrong


def try_table(content: bytes, name: str, options: Options) -> TableTrial:
    """Read a table by the layout in the options and keep what fits on a page.

    Raises:
        ParseError: the layout is not this table's, or the file cannot be read.
    """
    parsed = parse_tables(content, name, options)
    return TableTrial(
        transactions=parsed.transactions[:SHOWN],
        problems=parsed.problems[:SHOWN],
        accepted=len(parsed.transactions),
        informative=parsed.informative,
        rejected=parsed.rejected,
    )
