"""CNAB 240 returns: lots of titles (segments T and U), of statement rows (E), of payments.

Source: FEBRABAN, "Layout Padrão CNAB 240", version 10.9.
"""

from collections.abc import Iterable

from ingestion.parsers.cnab_layouts import SIZE_240, layout_240
from ingestion.parsers.cnab_rows import Titles
from ingestion.parsers.cnab_statement import StatementRows
from ingestion.parsers.cnab_text import remittance
from ingestion.parsers.cnab_values import REMEDY, account_name, number_of
from ingestion.parsers.model import Parsed

PARSER = "cnab240/1"
SEQUENCES = 100_000  # numbers in a lot have five digits, and begin again
RECORDS_OF_LOT = (18, 23)
RECORDS_OF_FILE = (24, 29)
SENT = 143  # position that says 1 for a remittance, though some banks write it in returns too
# Segments that only a remittance of titles holds.
SENT_SEGMENTS = frozenset("PQ")
RETURNED = frozenset("TE")  # operations of a lot that only a bank writes: return, statement
PAYMENTS = frozenset("ABCJNOWZ")  # segments of payments to suppliers, wages, taxes


def parse_cnab240(lines: list[str]) -> Parsed:
    """Read the lots of a return.

    Raises:
        ParseError: `cnab_remittance`.
    """
    _refuse_remittance(lines)
    reader = _Reader(lines[0][:3])
    reader.walk(lines)
    return reader.parsed()


def _refuse_remittance(lines: list[str]) -> None:
    operations = {text[8:9] for text in lines[:50] if text[7:8] == "1"}
    segments = {text[13:14] for text in lines[:50] if text[7:8] == "3"}
    is_sent = lines[0][SENT - 1 : SENT] == "1" and "T" not in segments
    if (is_sent and not operations & RETURNED) or "R" in operations or segments & SENT_SEGMENTS:
        raise remittance()


def _belong(title: str, payment: str) -> bool:
    """Whether T and U are of one title: same movement, the same or the next number in the lot."""
    if title[15:17] != payment[15:17]:
        return False
    try:
        return (int(payment[8:13]) - int(title[8:13])) % SEQUENCES < 2
    except ValueError:
        return True


class _Reader:
    """Walks the lines once; a title waits for its second line."""

    def __init__(self, bank: str) -> None:
        self.bank = bank
        self.layout = layout_240(bank)
        self.titles = Titles(bank, SIZE_240, self.layout)
        self.statement = StatementRows(bank, self.titles)
        self.payments = 0
        self._lot_starts = 0
        self._records = 0
        self._has_end = False

    def walk(self, lines: Iterable[str]) -> None:
        add, waiting, start = self.titles.add, "", 0
        for number, text in enumerate(lines, 1):
            segment = text[13:14] if text[7:8] == "3" else ""
            if segment == "U" and waiting and _belong(waiting, text):
                add(start, waiting, text, waiting[3:7], waiting[8:13])
                self._records += 2
                waiting = ""
                continue
            if not segment and not text.strip():
                continue
            if waiting:
                self._lone(start)
            waiting = text if segment == "T" else ""
            if waiting:
                start = number
            else:
                self._other(number, text, segment)
        if waiting:
            self._lone(start)

    def parsed(self) -> Parsed:
        titles = self.titles
        if not self._has_end:
            message = "O arquivo não traz o registro final (tipo 9); pode estar incompleto."
            titles.problem("cnab_total", "warning", "fim do arquivo", message, REMEDY)
        if titles.shifted:
            message = "Há linhas rejeitadas pelo tamanho: o total do arquivo não merece confiança."
            titles.problem("cnab_total", "warning", "arquivo", message, REMEDY)
        if self.payments:
            message = f"Há {self.payments} registros de pagamentos, que não viram lançamento."
            remedy = "As saídas entram pelo extrato da conta."
            titles.problem("cnab_payments", "info", "arquivo", message, remedy)
        titles.finish()
        self.statement.finish()
        return Parsed(
            kind="cnab",
            parser=PARSER,
            transactions=tuple(titles.transactions),
            statements=tuple(self.statement.statements),
            problems=tuple(titles.problems),
            informative=titles.informative,
            rejected=titles.rejected,
        )

    def _lone(self, number: int) -> None:
        self._records += 1
        message = "O segmento T veio sem o segmento U do mesmo título, que diz o valor pago."
        self.titles.refuse("cnab_pair", number, message, REMEDY)

    def _other(self, number: int, text: str, segment: str) -> None:
        """Complements of a title or a payment are counted; they carry no money of their own."""
        self._records += 1
        if not segment:
            self._structure(number, text)
        elif segment == "E":
            self.statement.add(number, text)
        elif segment == "U":
            message = "O segmento U veio sem o segmento T do mesmo título."
            self.titles.refuse("cnab_pair", number, message, REMEDY)
        else:
            self.titles.informative += 1
            self.payments += segment in PAYMENTS

    def _structure(self, number: int, text: str) -> None:
        """Headers and trailers of the file and of its lots."""
        kind = text[7:8]
        if kind == "1":
            self._lot_starts = self._records
            if text[8:9] == "E":
                self.statement.open(text)
            else:
                self.titles.account = account_name(
                    self.bank, text, self.layout.branch, self.layout.account
                )
        elif kind == "5":
            self.statement.close(number, text)
            self._check_lot(number, text)
        elif kind == "9":
            self._has_end = True
            told = number_of(text, RECORDS_OF_FILE)
            self._check(number, told, {self._records}, "O arquivo")
        elif kind not in tuple("024"):
            message = f"O tipo de registro “{kind}” não existe no leiaute."
            self.titles.refuse("cnab_line", number, message, REMEDY)

    def _check_lot(self, number: int, text: str) -> None:
        """Santander counts the details of a lot; FEBRABAN its header and trailer too."""
        count = self._records - self._lot_starts + 1
        if self._lot_starts:
            told = number_of(text, RECORDS_OF_LOT)
            self._check(number, told, {count, count - 2}, "O lote")

    def _check(self, number: int, told: int | None, counts: set[int], what: str) -> None:
        if self.layout.counts_records and told and told not in counts:
            message = f"{what} diz ter {told} registros, mas traz {max(counts)}."
            self.titles.problem("cnab_total", "warning", f"linha {number}", message, REMEDY)
