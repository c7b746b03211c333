"""Twelve problems put into the month on purpose, each with what the product has to show for it.

`expected` uses few words, so that stored rows can answer: `problem` with `file` (a finding of
that code on that file), `stored_once` (one document of that key), `fiscal_status` with `key`,
`not_booked` (FITIDs whose rows no run may book), `document_open` (a key still waiting for money),
`transactions` with `fitid` (how many rows of that FITID were kept).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from audits.demonstration.identity import CAMPINAS, Entity, cpf, customer
from audits.demonstration.invoice import Invoice, basket, moment
from audits.demonstration.plan import (
    COMPANY,
    Deal,
    by_nameless_pix,
    by_pix,
    by_ted,
    paid,
    sold,
    sold_to_consumer,
)
from audits.demonstration.statement import BankRow
from audits.demonstration.xml import file_name, write_cancellation, write_invoice

JOSEFA = Entity(cpf(913_552_408), "Josefa Pereira Antunes", CAMPINAS)
JOSE = Entity(cpf(917_204_663), "José Pereira Antunes", CAMPINAS)
COPY_NAME = "nota-3104-reenviada-pelo-cliente.xml"
STATEMENT_NAME = "extrato-2026-10.ofx"
CANCELLED, CANCELLED_PAID, TEST, UNPAID, TWIN, OTHER_TWIN, SHORT = range(3181, 3188)
CUT, WRONG_KEY = 3188, 3189
FOR_JOSEFA = 15_227
COPIED = 3104


@dataclass(frozen=True, slots=True)
class Planted:
    """One problem: a stable code, what it is in Portuguese, and how to see it was found."""

    code: str
    title: str
    expected: Mapping[str, Any]


def planted_deals() -> list[Deal]:
    """The notes with a problem, and the rows that pay them, truly or seemingly."""
    josefa = sold_to_consumer(FOR_JOSEFA, date(2026, 10, 22), JOSEFA, 431)
    looks_like = paid(josefa, josefa.total, date(2026, 10, 22), _by_namesake, clear=False)
    cancelled_paid = _note(CANCELLED_PAID, 8)
    too_late = paid(cancelled_paid, cancelled_paid.total, date(2026, 10, 9), by_pix, clear=False)
    short = _note(SHORT, 19)
    less = paid(short, short.total - 10, date(2026, 10, 20), by_ted, clear=False)
    return [
        Deal(_note(CANCELLED, 6)),
        Deal(cancelled_paid, (_relabel(too_late, "cancelada-paga", document=""),)),
        Deal(_test_note()),
        Deal(_note(UNPAID, 5)),
        *(_twin(number) for number in (TWIN, OTHER_TWIN)),
        Deal(short, (_relabel(less, "dez-a-menos", document=short.key),)),
        Deal(josefa, (_relabel(looks_like, "nome-parecido", document=""),)),
    ]


def planted_rows() -> list[BankRow]:
    """A payment that no note explains, and two equal fees under one FITID."""
    fee = BankRow(date(2026, 10, 23), Decimal("-1.75"), "TARIFA ENVIO PIX", label="fitid-repetido")
    freight = BankRow(
        date(2026, 10, 21),
        Decimal("-1385.60"),
        "TED ENVIADA - FRETES",
        "TRANSPORTADORA GUARA LTDA",
        label="sem-nota",
    )
    return [fee, fee, freight]


def broken_files() -> Iterator[tuple[str, bytes]]:
    """A note cut off in the middle, and one whose key has a wrong check digit."""
    cut, wrong = _note(CUT, 15), _note(WRONG_KEY, 16)
    content = write_invoice(cut)
    yield file_name(cut), content[: len(content) * 3 // 5]
    yield _wrong_name(wrong), write_invoice(wrong).replace(wrong.key.encode(), _wrong_key(wrong))


def events(notes: Mapping[int, Invoice]) -> Iterator[tuple[str, bytes]]:
    """The two cancellations, as registered."""
    for number, hours, reason in (
        (CANCELLED, 3, "Pedido desfeito pelo cliente antes da entrega"),
        (CANCELLED_PAID, 20, "Mercadoria em falta no estoque, venda desfeita"),
    ):
        note = notes[number]
        at = note.issued_at + timedelta(hours=hours)
        yield f"{note.key}-procEventoNFe.xml", write_cancellation(note, at, reason)


def list_planted(notes: Mapping[int, Invoice], fitids: Mapping[str, str]) -> tuple[Planted, ...]:
    """All twelve, once the notes have keys and the bank rows their FITIDs."""
    key = {number: note.key for number, note in notes.items()}
    return (*_in_notes(key), *_in_files(notes[TEST], fitids), *_in_payments(key, fitids))


def _in_notes(key: Mapping[int, str]) -> Iterator[Planted]:
    yield Planted(
        "nota_repetida",
        "A mesma nota chegou duas vezes, com outro nome de arquivo",
        {"stored_once": key[COPIED]},
    )
    yield Planted(
        "nota_cancelada",
        "Nota cancelada por evento registrado na SEFAZ",
        {"fiscal_status": "cancelled", "key": key[CANCELLED]},
    )
    yield Planted(
        "nota_sem_pagamento",
        "Nota de venda à vista que ninguém pagou",
        {"document_open": key[UNPAID]},
    )


def _in_files(test: Invoice, fitids: Mapping[str, str]) -> Iterator[Planted]:
    cut, wrong = _note(CUT, 15), _note(WRONG_KEY, 16)
    for code, title, problem, file in (
        ("xml_cortado", "XML interrompido no meio da transmissão", "xml_malformed", file_name(cut)),
        ("chave_errada", "Chave de acesso com dígito errado", "nfe_key", _wrong_name(wrong)),
        ("nota_de_teste", "Nota emitida em homologação", "nfe_test", file_name(test)),
    ):
        yield Planted(code, title, {"problem": problem, "file": file})
    yield Planted(
        "fitid_repetido",
        "Duas tarifas iguais com o mesmo FITID: as duas ficam",
        {
            "problem": "ofx_fitid_repeated",
            "file": STATEMENT_NAME,
            "fitid": fitids["fitid-repetido"],
            "transactions": 2,
        },
    )


def _in_payments(key: Mapping[int, str], fitids: Mapping[str, str]) -> Iterator[Planted]:
    cancelled = {"fiscal_status": "cancelled", "key": key[CANCELLED_PAID]}
    for code, title, labels, more in (
        (
            "cancelada_paga",
            "Cliente pagou uma nota que já estava cancelada",
            ("cancelada-paga",),
            cancelled,
        ),
        (
            "notas_gemeas",
            "Duas notas de igual valor e dois PIX que não dizem de quem são",
            ("gemea-3185", "gemea-3186"),
            {},
        ),
        (
            "dez_a_menos",
            "Pagamento R$ 10,00 menor que a nota",
            ("dez-a-menos",),
            {"document_open": key[SHORT]},
        ),
        ("pagamento_sem_nota", "Pagamento de frete sem nota", ("sem-nota",), {}),
        (
            "nome_parecido",
            "José pagou o mesmo valor da nota de Josefa",
            ("nome-parecido",),
            {"document_open": key[FOR_JOSEFA]},
        ),
    ):
        yield Planted(code, title, {**more, "not_booked": [fitids[label] for label in labels]})


def _note(number: int, day: int) -> Invoice:
    return sold(number, date(2026, 10, day), customer(number % 52), number - 2_900)


def _test_note() -> Invoice:
    day = date(2026, 10, 2)
    items = basket(290, 2)
    return Invoice(
        "55", TEST, moment(day, 290), COMPANY, customer(TEST % 52), items, environment="2"
    )


def _twin(number: int) -> Deal:
    """One of two notes of the same goods to different buyers."""
    day = date(2026, 10, 14)
    invoice = Invoice(
        "55", number, moment(day, number), COMPANY, customer(number % 52), basket(285, 3)
    )
    row = paid(invoice, invoice.total, date(2026, 10, 15), by_nameless_pix, clear=False)
    return Deal(invoice, (_relabel(row, f"gemea-{number}", document=invoice.key),))


def _by_namesake(party: Entity, invoice: Invoice) -> tuple[str, str]:
    return by_pix(JOSE, invoice)


def _relabel(row: BankRow, label: str, *, document: str) -> BankRow:
    return BankRow(row.posted_on, row.amount, row.memo, row.payee, document, label)


def _wrong_key(invoice: Invoice) -> bytes:
    wrong = (int(invoice.key[-1]) + 1) % 10
    return f"{invoice.key[:-1]}{wrong}".encode()


def _wrong_name(invoice: Invoice) -> str:
    return f"{_wrong_key(invoice).decode()}-procNFe.xml"
