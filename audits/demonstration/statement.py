"""A bank statement as Brazilian banks write it: OFX 1.02, SGML, tags that nobody closes.

The header says USASCII and 1252, the bytes are cp1252 with accents, and the ledger balance is the
opening balance plus all movements.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HEADER = (
    "OFXHEADER:100",
    "DATA:OFXSGML",
    "VERSION:102",
    "SECURITY:NONE",
    "ENCODING:USASCII",
    "CHARSET:1252",
    "COMPRESSION:NONE",
    "OLDFILEUID:NONE",
    "NEWFILEUID:NONE",
    "",
)


@dataclass(frozen=True, slots=True)
class BankRow:
    """One movement. `document` is the access key it really pays, "" when there is no note."""

    posted_on: date
    amount: Decimal  # signed
    memo: str
    payee: str = ""
    document: str = ""
    label: str = ""  # how the planted problems find the row; rows of one label share a FITID
    is_clear: bool = False  # the text says enough to book it without a person


@dataclass(frozen=True, slots=True)
class Account:
    """The account of the statement and what stood on it before the first movement."""

    bank: str
    branch: str
    number: str
    opening: Decimal


def number_rows(rows: list[BankRow]) -> list[tuple[str, BankRow]]:
    """Order movements by day and give each its FITID: the day and a counter."""
    given: dict[str, str] = {}
    numbered = []
    for place, row in enumerate(sorted(rows, key=lambda row: row.posted_on), 1):
        fitid = f"{row.posted_on:%Y%m%d}{place:04d}"
        numbered.append((given.setdefault(row.label, fitid) if row.label else fitid, row))
    return numbered


def closing_balance(account: Account, rows: list[tuple[str, BankRow]]) -> Decimal:
    """Opening balance plus every movement."""
    return account.opening + sum((row.amount for _, row in rows), Decimal(0))


def write_statement(
    account: Account, rows: list[tuple[str, BankRow]], starts_on: date, ends_on: date
) -> bytes:
    """Write one account's statement; `rows` come with their FITIDs, in the bank's order."""
    lines = [
        *HEADER,
        *_opening(account, starts_on, ends_on),
        *_movement("0", BankRow(starts_on, account.opening, "SALDO ANTERIOR")),
        *(line for fitid, row in rows for line in _movement(fitid, row)),
        "</BANKTRANLIST>",
        "<LEDGERBAL>",
        f"<BALAMT>{closing_balance(account, rows)}",
        f"<DTASOF>{_moment(ends_on)}",
        "</LEDGERBAL>",
        "</STMTRS>",
        "</STMTTRNRS>",
        "</BANKMSGSRSV1>",
        "</OFX>",
        "",
    ]
    return "\r\n".join(lines).encode("cp1252")


def _opening(account: Account, starts_on: date, ends_on: date) -> list[str]:
    return [
        "<OFX>",
        "<SIGNONMSGSRSV1>",
        "<SONRS>",
        "<STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        f"<DTSERVER>{_moment(ends_on)}",
        "<LANGUAGE>POR",
        "</SONRS>",
        "</SIGNONMSGSRSV1>",
        "<BANKMSGSRSV1>",
        "<STMTTRNRS>",
        "<TRNUID>1",
        "<STATUS><CODE>0<SEVERITY>INFO</STATUS>",
        "<STMTRS>",
        "<CURDEF>BRL",
        "<BANKACCTFROM>",
        f"<BANKID>{account.bank}",
        f"<BRANCHID>{account.branch}",
        f"<ACCTID>{account.number}",
        "<ACCTTYPE>CHECKING",
        "</BANKACCTFROM>",
        "<BANKTRANLIST>",
        f"<DTSTART>{_moment(starts_on)}",
        f"<DTEND>{_moment(ends_on)}",
    ]


def _movement(fitid: str, row: BankRow) -> list[str]:
    payee = [f"<NAME>{row.payee}"] if row.payee else []
    return [
        "<STMTTRN>",
        f"<TRNTYPE>{'CREDIT' if row.amount > 0 else 'DEBIT'}",
        f"<DTPOSTED>{_moment(row.posted_on)}",
        f"<TRNAMT>{row.amount}",
        f"<FITID>{fitid}",
        *payee,
        f"<MEMO>{row.memo}",
        "</STMTTRN>",
    ]


def _moment(day: date) -> str:
    return f"{day:%Y%m%d}120000[-3:BRT]"
