"""What a proof found, in words a person can act on. Codes are stable, sentences Portuguese."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from conciliacontag.brazil import format_brl, format_date, format_tax_id
from ingestion.proofs.balances import Span, first_break
from ingestion.proofs.duplicates import Twins
from ingestion.proofs.numbers import Gap, Numbers
from ingestion.proofs.settlements import Settlement

TYPES = {"nfe": "NF-e", "nfce": "NFC-e", "cte": "CT-e", "nfse": "NFS-e", "cteos": "CT-e OS"}
VOIDED = "Nada a fazer: a SEFAZ registrou a inutilização desses números."


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a month's page; `documents` and `account` lead to what it is about."""

    code: str
    severity: str  # error, warning, info
    message: str
    remedy: str
    count: int = 1  # notes, numbers or days concerned
    amount: Decimal | None = None
    documents: tuple[UUID, ...] = ()
    account: str = ""


def gap_findings(gaps: Iterable[Gap]) -> Iterator[Finding]:
    """Missing numbers are warnings; explained ones are told, so that nobody looks for them."""
    for gap in gaps:
        numbers, told = gap.numbers, _told_numbers(gap.numbers)
        if gap.reason == "missing":
            remedy = "Peça os XML ao cliente ou envie a inutilização desses números."
            message = f"Falta {told}."
            yield Finding("number_gap", "warning", message, remedy, numbers.count)
        elif gap.reason == "voided":
            message = f"Não existe {told}: números inutilizados."
            yield Finding("number_voided", "info", message, VOIDED, numbers.count)
        else:
            remedy = "Peça o XML ao cliente; outro arquivo mostra que a nota existe."
            message = f"Falta o XML de {told}, mas outro arquivo fala da nota."
            yield Finding("xml_missing", "warning", message, remedy, numbers.count)


def balance_findings(account: str, spans: list[Span]) -> Iterator[Finding]:
    """The first day of an account that does not add up, or that all of them do."""
    broken = first_break(spans)
    name = account or "sem número"
    if broken is not None:
        yield Finding(
            "balance_break",
            "error",
            f"Na conta {name}, o saldo de {format_date(broken.until)} não fecha: com os lançamentos"
            f" desde {format_date(broken.after)} seria {format_brl(broken.expected)}, e o extrato"
            f" diz {format_brl(broken.told)} (diferença de {format_brl(broken.difference)}).",
            "Provavelmente falta um lançamento nesse intervalo: exporte o extrato de novo.",
            count=sum(not span.is_proved for span in spans),
            amount=broken.difference,
            account=account,
        )
    elif spans:
        days = f"{format_date(spans[0].after)} a {format_date(spans[-1].until)}"
        message = f"Na conta {name}, os saldos de {days} fecham com os lançamentos."
        yield Finding("balance_proved", "info", message, "", len(spans), account=account)


def settlement_findings(days: Iterable[Settlement]) -> Iterator[Finding]:
    """Days whose boletos and settlement in the statement do not agree."""
    for one in days:
        day = format_date(one.day)
        if one.boletos is None:
            message = (
                f"O extrato traz {format_brl(one.credited or Decimal(0))} de liquidação de cobrança"
                f" em {day}, e nenhum relatório diz de quais boletos."
            )
            remedy = "Envie o retorno CNAB ou a francesinha desse dia."
            yield Finding("settlement_unexplained", "warning", message, remedy, 1, one.credited)
        elif one.credited is None:
            message = (
                f"Os boletos de {day} somam {format_brl(one.boletos)}, mas o extrato não traz a"
                " liquidação desse dia."
            )
            remedy = "Confira se o crédito caiu em outro dia ou em outra conta."
            yield Finding("settlement_missing", "warning", message, remedy, 1, one.boletos)
        else:
            message = (
                f"Em {day}, os boletos somam {format_brl(one.boletos)} e o extrato credita"
                f" {format_brl(one.credited)}: diferença de {format_brl(one.difference)}."
            )
            remedy = "Confira tarifas descontadas do crédito e boletos que faltam no relatório."
            yield Finding("settlement_difference", "error", message, remedy, 1, one.difference)


def twin_findings(groups: Iterable[Twins]) -> Iterator[Finding]:
    """Notes that may be one business twice."""
    for twins in groups:
        first, count = twins.notes[0], len(twins.notes)
        numbers = ", ".join(note.number for note in twins.notes)
        name = TYPES.get(first.doc_type, first.doc_type)
        ids = tuple(note.id for note in twins.notes)
        if twins.reason == "same_number":
            message = (
                f"{count} documentos têm o mesmo número: {name} {first.number}, série"
                f" {first.series or '—'}, de {format_tax_id(first.issuer)}."
            )
            remedy = "Confira qual vale no portal e peça ao emitente o cancelamento do outro."
            yield Finding("same_number", "warning", message, remedy, count, first.total, ids)
        else:
            message = (
                f"As notas {numbers} de {format_tax_id(first.issuer)} têm o mesmo destinatário, o"
                f" mesmo dia ({format_date(first.issued_on)}) e o mesmo valor,"
                f" {format_brl(first.total)}."
            )
            remedy = "Confirme com o cliente se são vendas diferentes antes de pagar ou cobrar."
            yield Finding("same_sale", "info", message, remedy, count, first.total, ids)


def _told_numbers(numbers: Numbers) -> str:
    name = TYPES.get(numbers.model, numbers.model)
    issuer = format_tax_id(numbers.issuer)
    range_ = f"nº {numbers.first}"
    if numbers.count > 1:
        range_ = f"do nº {numbers.first} ao {numbers.last} ({numbers.count} números)"
    return f"{name} série {numbers.series or '—'} de {issuer}, {range_}"
