"""PURE  The message that asks a client for what a month lacks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from conciliacontag.brazil import format_brl, format_date
from reconciliation.watch.model import Row, WatchList

ASKED = {
    "statement_days": "Extratos",
    "payments_without_note": "Notas de pagamentos que saíram da conta",
    "receipts_without_note": "De que venda são estes recebimentos",
    "notes_expected": "Notas de fornecedores que costumam mandar todo mês",
    "number_gaps": "Números de notas emitidas que não recebemos",
    "xml_missing": "XML de notas citadas em outros arquivos",
    "paid_twice": "Pagamentos iguais e próximos: confirme se são dois mesmo",
}
HEADER = ("O que falta", "Data", "Valor (R$)", "Contraparte", "Detalhe", "Observação")


@dataclass(frozen=True, slots=True)
class ClientRequest:
    """What is asked: a text to send, and the same as rows for a spreadsheet."""

    subject: str
    text: str
    rows: tuple[tuple[str, ...], ...]  # under `HEADER`

    @property
    def count(self) -> int:
        return len(self.rows)


def client_request(
    company: str, month_name: str, lists: Iterable[WatchList], *, answer_by: date
) -> ClientRequest:
    """Name everything the client can help with, by date, amount and other side.

    Args:
        month_name: `outubro de 2026`.
        answer_by: the day until which an answer is asked for.
    """
    parts = [(ASKED[one.code], asked_rows(one)) for one in lists if one.code in ASKED]
    parts = [(title, rows) for title, rows in parts if rows]
    rows = tuple(as_cells(title, row) for title, listed in parts for row in listed)
    subject = f"Documentos de {month_name}: {company}"
    if not rows:
        return ClientRequest(subject, f"Nada falta em {month_name}. Obrigado!", ())
    return ClientRequest(subject, written(company, month_name, parts, answer_by), rows)


def asked_rows(one: WatchList) -> list[Row]:
    return [row for row in one.rows if row.is_asked]


def written(
    company: str, month_name: str, parts: list[tuple[str, list[Row]]], answer_by: date
) -> str:
    lines = [
        "Olá!",
        "",
        f"Para fechar {month_name} de {company}, ainda precisamos do seguinte:",
    ]
    for number, (title, rows) in enumerate(parts, 1):
        lines += ["", f"{number}. {title} ({len(rows)})", *map(as_line, rows)]
    lines += [
        "",
        f"Pode mandar os arquivos (XML, PDF ou OFX) até {format_date(answer_by)}? Se algum"
        " pagamento não tiver nota, diga do que se trata.",
        "",
        "Obrigado!",
    ]
    return "\n".join(lines)


def as_line(row: Row) -> str:
    """`- 05/10/2026 · R$ 1.200,00 · MOINHO SUL · PIX ENVIADO`; what is not known is left out."""
    said = tuple(dict.fromkeys(filter(None, facts(row))))
    return f"- {' · '.join(said)}" + (f" ({row.note})" if row.note else "")


def facts(row: Row) -> Iterator[str]:
    yield format_date(row.day) if row.day else ""
    yield format_brl(abs(row.amount)) if row.amount is not None else ""
    yield row.party
    yield row.told


def as_cells(title: str, row: Row) -> tuple[str, ...]:
    amount = "" if row.amount is None else f"{abs(row.amount):.2f}".replace(".", ",")
    day = format_date(row.day) if row.day else ""
    return title, day, amount, row.party, row.told, row.note
