"""EFD ICMS/IPI and EFD Contribuições: the lists of documents, as mentions of them.

Sources: Guia Prático da EFD ICMS/IPI, version 3.1.8 (registers 0000, 0150, B020, C100, C500, C800,
D100, D500 and D700; tables 4.1.1 and 4.1.2); Guia Prático da EFD Contribuições, version 1.35
(registers 0000, 0150, A100, C100, C500, D100 and D500; A010, C010 and D010). The fields used kept
their places through all layout versions; later versions only add fields behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from conciliacontag.brazil import clean_text, only_id
from ingestion.parsers.mentions import DOC_TYPES, is_document_key
from ingestion.parsers.model import Mention
from ingestion.parsers.sped_lines import Doubts, Record, parse_amount, parse_day
from ingestion.parsers.values import shown

PARSER = "efd/1"
OWN = "0"  # IND_EMIT: issued by the company itself
STATUSES = {"02": "cancelled", "03": "cancelled", "04": "denied", "05": "voided"}
ESTABLISHMENTS = {"A010", "C010", "D010", "F010"}  # Contribuições: whose documents follow


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a register of documents keeps what is read; fields count from 1, 0 is none."""

    number: int
    day: int
    total: int
    key: int = 0
    series: int = 0
    situation: int = 6
    model: int = 5
    emitter: int = 3
    party: int = 4
    doc_type: str = ""  # when the register itself tells, without a model


FREIGHT = Columns(number=9, day=11, total=15, key=10, series=7)
TELECOM = Columns(number=9, day=10, total=12, series=7)
BOTH = {
    "C100": Columns(number=8, day=10, total=12, key=9, series=7),
    "D100": FREIGHT,
    "D500": TELECOM,
    "C800": Columns(4, 5, 6, key=11, model=2, situation=3, emitter=0, party=0),
}
ICMS = {
    **BOTH,
    "B020": Columns(number=8, day=10, total=12, key=9, series=7),
    "C500": Columns(number=10, day=11, total=13, key=28, series=7),
    "D700": Columns(number=8, day=9, total=11, key=22, series=7),
}
CONTRIBUTIONS = {
    **BOTH,
    "A100": Columns(8, 10, 12, key=9, series=6, situation=5, model=0, doc_type="nfse"),
    "C500": Columns(7, 8, 10, key=15, series=5, situation=4, model=3, emitter=0, party=2),
}


@dataclass(frozen=True, slots=True)
class Known:
    """The company itself or a participant."""

    tax_id: str = ""
    name: str = ""


class Books:
    """Takes the records of one EFD in their order."""

    parser = PARSER

    def __init__(self, opening: Record) -> None:
        self.doubts = Doubts()
        self.mentions: list[Mention] = []
        # Both name their version first; only EFD ICMS/IPI has its dates in fields 4 and 5.
        is_icms = parse_day(opening.get(4)) is not None
        self._columns: Mapping[str, Columns] = ICMS if is_icms else CONTRIBUTIONS
        name, cnpj, cpf = (6, 7, 8) if is_icms else (8, 9, 0)
        self._own = _known(opening, name, cnpj, cpf)
        self._always_bought = set() if is_icms else {"C500"}
        self._participants: dict[str, Known] = {}

    def take(self, record: Record, number: int) -> None:
        """Read one record; `number` is not needed here."""
        columns = self._columns.get(record.kind)
        if columns is not None:
            self._take_document(record, columns)
        elif record.kind == "0150":
            self._participants[record.get(2)] = _known(record, 3, 5, 6)
        elif record.kind in ESTABLISHMENTS and record.get(2):
            self._own = Known(only_id(record.get(2)), self._own.name)

    def close(self) -> None:
        """The file has ended; nothing is pending."""

    def _take_document(self, record: Record, columns: Columns) -> None:
        number, series = _plain(record.get(columns.number)), _plain(record.get(columns.series))
        model = record.get(columns.model)
        issuer, recipient = self._parties(record, columns)
        key = self._key(record, columns)
        if not (key or number):
            message = "O documento não tem chave nem número; não há como reconhecê-lo."
            self.doubts.reject("sped_document", record.place, message)
            return
        doc_type = columns.doc_type or DOC_TYPES.get(model, "other")
        status = STATUSES.get(record.get(columns.situation), "authorized")
        self.mentions.append(
            Mention(
                natural_key=key or "|".join((issuer.tax_id, model or doc_type, series, number)),
                key=key,
                doc_type=doc_type,
                series=series,
                number=number,
                issuer_tax_id=issuer.tax_id,
                issuer_name=issuer.name,
                recipient_tax_id=recipient.tax_id,
                issued_on=self._day(record, columns),
                total=self._total(record, columns),
                fiscal_status=status,
                told_by="efd",
            )
        )

    def _parties(self, record: Record, columns: Columns) -> tuple[Known, Known]:
        """Issuer and recipient: the company and the participant, in the order IND_EMIT tells."""
        other = self._participants.get(record.get(columns.party), Known())
        if record.kind in self._always_bought:
            return other, self._own
        if columns.emitter and record.get(columns.emitter) != OWN:
            return other, self._own
        return self._own, other

    def _key(self, record: Record, columns: Columns) -> str:
        """The access key; keys of services have as many shapes as cities and stay as written."""
        written = clean_text(record.get(columns.key)).upper()
        if not written or columns.doc_type or is_document_key(written):
            return written
        message = (
            f"A chave “{shown(written)}” não é de nenhum documento ({len(written)} caracteres)."
        )
        remedy = "Confira a chave no sistema fiscal; o documento foi guardado pelo número."
        self.doubts.warn("sped_key", record.place, message, remedy)
        return ""

    def _day(self, record: Record, columns: Columns) -> date | None:
        written = record.get(columns.day)
        day = parse_day(written)
        if written and day is None:
            message = f"A data “{shown(written)}” não existe."
            self.doubts.warn("sped_date", record.place, message)
        return day

    def _total(self, record: Record, columns: Columns) -> Decimal | None:
        written = record.get(columns.total)
        total = parse_amount(written)
        if written and total is None:
            message = f"O valor “{shown(written)}” não é um número com vírgula."
            self.doubts.warn("sped_amount", record.place, message)
        return total


def _known(record: Record, name: int, cnpj: int, cpf: int) -> Known:
    tax_id = only_id(record.get(cnpj)) or only_id(record.get(cpf))
    return Known(clean_text(tax_id), clean_text(record.get(name)))


def _plain(text: str) -> str:
    """A series or number as keys write it, without leading zeros."""
    return clean_text(text).lstrip("0") or ("0" if text else "")
