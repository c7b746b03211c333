"""SPED files, told apart by their opening: ECD, EFD ICMS/IPI, EFD Contribuições, ECF and parts.

Every record up to 9999 is counted. Entries and documents are read; the rest is informative.
"""

from typing import Protocol

from ingestion.parsers.model import Parsed, ParseError
from ingestion.parsers.sped_ecd import Ledger
from ingestion.parsers.sped_efd import Books
from ingestion.parsers.sped_lines import Doubts, Record, read_records
from ingestion.parsers.values import shown

UNREAD = "sped/1"
SEND = "Envie o arquivo completo, como o programa da Receita o gerou ou recebeu."


class Book(Protocol):
    """What reads the records of one kind of file."""

    parser: str
    doubts: Doubts

    def take(self, record: Record, number: int) -> None: ...
    def close(self) -> None: ...


class Unread:
    """Counts the records of a file of which nothing is read."""

    parser = UNREAD

    def __init__(self, opening: Record) -> None:
        self.doubts = Doubts()
        if opening.kind == "0000":
            message = "A ECF não traz documentos nem lançamentos: seus registros só são contados."
            self.doubts.tell("sped_ecf", opening.place, message)
        else:
            message = "O arquivo começa sem o registro 0000: é só uma parte de um SPED."
            self.doubts.warn("sped_opening", opening.place, message, SEND)

    def take(self, record: Record, number: int) -> None:
        """Nothing is kept of it."""

    def close(self) -> None:
        """Nothing is pending."""


def parse_sped(content: bytes) -> Parsed:
    """Read a SPED file up to its record 9999; the signature behind it is left alone.

    Raises:
        ParseError: `sped_opening`: no line of the file is a record.
    """
    records = read_records(content)
    last = opening = next(records, None)
    if last is None or opening is None:
        message = "Nenhuma linha do arquivo é um registro do SPED."
        raise ParseError("sped_opening", message, remedy=SEND)
    book = _open(opening)
    number = 1
    book.take(opening, number)
    for number, last in enumerate(records, 2):
        book.take(last, number)
    book.close()
    if opening.kind == "0000":
        _check_end(last, number, book.doubts)
    return _parsed(book, number)


def _open(opening: Record) -> Book:
    if opening.kind != "0000" or opening.get(2) == "LECF":
        return Unread(opening)
    return Ledger() if opening.get(2) == "LECD" else Books(opening)


def _check_end(last: Record, number: int, doubts: Doubts) -> None:
    """Record 9999 tells how many records there are, itself among them."""
    if last.kind != "9999":
        message = "O arquivo termina sem o registro 9999: pode estar cortado."
        doubts.warn("sped_total", last.place, message, SEND)
    elif last.get(2) != str(number):
        message = f"O registro 9999 declara {shown(last.get(2))} linhas, e o arquivo tem {number}."
        doubts.warn("sped_total", last.place, message, SEND)


def _parsed(book: Book, number: int) -> Parsed:
    transactions = tuple(book.transactions) if isinstance(book, Ledger) else ()
    mentions = tuple(book.mentions) if isinstance(book, Books) else ()
    return Parsed(
        "sped",
        book.parser,
        transactions=transactions,
        statements=tuple(book.statements()) if isinstance(book, Ledger) else (),
        mentions=mentions,
        problems=book.doubts.told(),
        informative=number - len(transactions) - len(mentions) - book.doubts.rejected,
        rejected=book.doubts.rejected,
    )
