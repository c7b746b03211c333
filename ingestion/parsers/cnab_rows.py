"""Titles of a boleto return: what brought money becomes a transaction, the rest is counted.

Each title is one record. A settlement counts with the amount paid, on the day of its credit; a
confirmation, a rejection or a tariff is informative, said once per code with its count.
"""

from collections import Counter
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from conciliacontag.brazil import format_brl
from ingestion.parsers.cnab_layouts import PAYMENT, TITLE, Layout
from ingestion.parsers.cnab_movements import movements
from ingestion.parsers.cnab_values import (
    cutter,
    parse_cents,
    parse_charges,
    parse_day,
    parse_due,
    parse_label,
    parse_name,
    parse_net,
    parse_tax_id,
)
from ingestion.parsers.model import ParseError, Problem, Severity, Transaction

CHECK = "Confira o boleto no internet banking."
LENGTH = "Se foi editado ou convertido, baixe o retorno de novo; senão, confira os valores."
# Where in what was cut: the title's value, the first charge, the amounts credited and paid.
VALUE, FIRST_CHARGE = TITLE.index("title_value"), TITLE.index("fee")
NET = len(TITLE) + PAYMENT.index("net")
PAID = len(TITLE) + PAYMENT.index("paid")


class Titles:
    """Receives the lines of each title of one file and counts every one."""

    def __init__(self, bank: str, size: int, layout: Layout) -> None:
        self.bank, self.size = bank, size
        self.account = ""
        self.codes = movements(bank, size)
        self.transactions: list[Transaction] = []
        self.problems: list[Problem] = []
        self.informative = 0
        self.rejected = 0
        self.shifted = 0
        self.told: dict[str, list[Decimal]] = {}  # title values by movement, for the trailer
        self._unpaid: Counter[str] = Counter()
        self._unknown: dict[str, int] = {}
        self._odd: list[int] = []
        self._odd_paid: dict[str, list[tuple[int, Decimal]]] = {}
        self._names, self._settled = self.codes.names, self.codes.settled
        self._tells = bool(layout.totals)
        self._cut_title = cutter(layout.title, TITLE)
        self._cut_payment = cutter(layout.payment or layout.title, PAYMENT)

    def add(self, number: int, title: str, payment: str, lot: str, sequence: str) -> bool:
        """One title: `payment` is its second line, or the same one. True when it brought money."""
        pieces = self._cut_title(title) + self._cut_payment(payment)
        try:
            title_value = paid = parse_cents(pieces[VALUE])
            if pieces[PAID] != pieces[VALUE]:
                paid = parse_cents(pieces[PAID])
            is_paid = pieces[0] in self._settled and bool(paid)
            if is_paid:
                self._settle(number, pieces, title_value, paid, lot, sequence)
            if len(title) != self.size or len(payment) != self.size:
                self._measure(number, title, payment, pieces)
            if not is_paid:
                self._note(number, pieces[0], paid)
        except ParseError as error:
            self._reject(number, title, payment, error)
            return False
        if self._tells:
            self.told.setdefault(pieces[0], []).append(title_value)
        return is_paid

    def problem(
        self, code: str, severity: Severity, place: str, message: str, remedy: str = CHECK
    ) -> None:
        self.problems.append(Problem(code, severity, place, message, remedy))

    def refuse(self, code: str, number: int, message: str, remedy: str) -> None:
        """A record that stays out."""
        self.problem(code, "error", f"linha {number}", message, remedy)
        self.rejected += 1

    def finish(self) -> None:
        """Say what was counted and not said yet."""
        self._count_repeated()
        if self._unpaid:
            said = ", ".join(
                f"{count} × {code} {self._names[code]}"
                for code, count in sorted(self._unpaid.items())
            )
            message = f"Movimentos sem pagamento, que não viram lançamento: {said}."
            self.problem("cnab_confirmed", "info", "arquivo", message, "Nada a fazer.")
        for code, number in self._unknown.items():
            message = f"O código de movimento “{code}” não consta do manual do banco {self.bank}."
            self.problem("cnab_movement", "warning", f"linha {number}", message)
        self._say_odd_payments()
        if self._odd:
            message = f"Há {len(self._odd)} linhas com tamanho diferente de {self.size} posições."
            place = f"linha {self._odd[0]}"
            self.problem("cnab_length", "warning", place, message, LENGTH)

    def _settle(
        self,
        number: int,
        pieces: tuple[str, ...],
        title_value: Decimal,
        paid: Decimal,
        lot: str,
        sequence: str,
    ) -> None:
        """A title that brought money: runs for every one of a large file, so nothing is copied."""
        movement, our_number, document, control, payer, payer_id, due_on = pieces[:VALUE]
        occurred_on = parse_day(pieces[-2])
        posted_on = parse_day(pieces[-1]) or _day(occurred_on)
        our_number, document = our_number.strip(), document.strip()
        if document[:1] == "0":
            document = parse_label(document)
        name = self._names[movement]
        told = f"{our_number} · doc. {document}" if document else our_number
        extra = {
            "identifiers": _identifiers(our_number, document, control, payer_id),
            "title_value": title_value, "due_on": parse_due(due_on), "occurred_on": occurred_on,
            "movement": movement, "movement_name": name, "lot": lot, "sequence": sequence,
        }  # fmt: skip
        if pieces[NET] != pieces[PAID] or "".join(pieces[FIRST_CHARGE:NET]).strip("0"):
            extra |= _charges(pieces)
        self.transactions.append(
            Transaction(
                f"{our_number}/{lot}{sequence}", self.account, posted_on, paid,
                f"{name} · nosso número {told}", parse_name(payer), movement, document, 1, number,
                extra, "boleto",
            )
        )  # fmt: skip

    def _count_repeated(self) -> None:
        """Titles of one identity get ordinals; there are seldom any, so they are sought at last."""
        titles = [row.external_id for row in self.transactions if row.source == "boleto"]
        if len(set(titles)) == len(titles):
            return
        repeated = {identity: 0 for identity, count in Counter(titles).items() if count > 1}
        for place, row in enumerate(self.transactions):
            if row.source == "boleto" and row.external_id in repeated:
                repeated[row.external_id] += 1
                self.transactions[place] = replace(row, ordinal=repeated[row.external_id])

    def _note(self, number: int, movement: str, paid: Decimal) -> None:
        """A title without payment; one that the codes call unpaid, yet with an amount, is odd."""
        if not (movement.isascii() and movement.isdigit()):
            raise ParseError("cnab_value", "O código de movimento não é um número.", remedy=CHECK)
        self.informative += 1
        if movement in self.codes.reversed:
            message = f"{self._names.get(movement, 'Estorno')}: confira o crédito anterior."
            self.problem("cnab_reversal", "warning", f"linha {number}", message)
        elif movement in self.codes.settled or paid:
            self._odd_paid.setdefault(movement, []).append((number, paid))
        if movement in self._names:
            self._unpaid[movement] += 1
        else:
            self._unknown.setdefault(movement, number)

    def _say_odd_payments(self) -> None:
        for movement, found in self._odd_paid.items():
            total = format_brl(sum((paid for _, paid in found), Decimal()))
            message = f"{len(found)} títulos com movimento {movement}, que não é liquidação, trazem"
            message = f"{message} {total} pagos; não viraram lançamento."
            if movement in self.codes.settled:
                message = f"{len(found)} liquidações vieram sem valor pago; não viraram lançamento."
            self.problem("cnab_paid", "warning", f"linha {found[0][0]}", message)

    def _reject(self, number: int, title: str, payment: str, error: ParseError) -> None:
        """A title that does not fit; in a line of another length, because its fields moved."""
        in_payment = payment is not title and not self._fails(title)
        place, line = (number + 1, payment) if in_payment else (number, title)
        if len(line) == self.size:
            self.refuse(error.code, place, error.message, error.remedy)
            return
        message = f"A linha tem {len(line)} posições em vez de {self.size}; os campos não se"
        self.shifted += 1
        self.refuse("cnab_line", place, f"{message} encaixam: {error.message}", error.remedy)

    def _fails(self, title: str) -> bool:
        """Whether the first line of a title has a value that cannot be read."""
        pieces = self._cut_title(title)
        try:
            parse_cents(pieces[VALUE])
        except ParseError:
            return True
        return not pieces[0].isdigit()

    def _measure(self, number: int, title: str, payment: str, pieces: tuple[str, ...]) -> None:
        """Trimmed lines, and blanks behind the end, are harmless; any other length is said.

        Raises:
            ParseError: `cnab_date`, when the days show that fields have moved.
        """
        for text in pieces[-2:]:
            parse_day(text)
        for line in (title, payment):
            is_cut = len(line) < self.size and line.endswith(" ")
            if is_cut or len(line.rstrip()) > self.size:
                self._odd.append(number)
                return


def _day(occurred_on: date | None) -> date:
    """The day of a settlement that tells none of its credit.

    Raises:
        ParseError: `cnab_date`: it tells no day at all.
    """
    if occurred_on is None:
        message = "A liquidação veio sem data de crédito e sem data de ocorrência."
        raise ParseError("cnab_date", message, remedy=CHECK)
    return occurred_on


def _charges(pieces: tuple[str, ...]) -> dict[str, Decimal]:
    """What was added or taken off, and what reached the account when that is not what was paid."""
    found = parse_charges(pieces[FIRST_CHARGE:NET])
    return found | parse_net(pieces[NET]) if pieces[NET] != pieces[PAID] else found


def _identifiers(our_number: str, document: str, control: str, payer_id: str) -> dict[str, str]:
    found = {"our_number": our_number}
    if document:
        found["document"] = document
    control = control.strip()
    if control.strip(" 0"):
        found["control"] = control
    tax_id = parse_tax_id(payer_id)
    if tax_id:
        found["tax_id"] = tax_id
    return found
