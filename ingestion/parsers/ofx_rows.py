"""One movement of an OFX statement: from its tags to a transaction, a refusal or a balance row.

Source: OFX 1.6 and 2.2, section 11.4.3 (STMTTRN), and what Brazilian banks write instead: decimal
commas, padded amounts, empty FITIDs, and balance rows disguised as movements.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from conciliacontag.brazil import CENT, clean_text, fold
from ingestion.parsers.model import ParseError
from ingestion.parsers.values import shown

Fields = dict[str, str]

_MOVEMENT = """
    TRNTYPE DTPOSTED DTUSER DTAVAIL TRNAMT FITID CORRECTFITID CORRECTACTION SRVRTID CHECKNUM REFNUM
    SIC PAYEEID NAME EXTDNAME PAYEE ADDR1 ADDR2 ADDR3 CITY STATE POSTALCODE COUNTRY PHONE STMTTRN
    BANKACCTTO CCACCTTO BANKID BRANCHID ACCTID ACCTTYPE ACCTKEY MEMO MEMO2 CURRENCY ORIGCURRENCY
    CURRATE CURSYM INV401KSOURCE VALUEDATE TRANSACTIONSPLIT CATEGORY ACCTBAL
"""
NAMES = frozenset(_MOVEMENT.split())

MAX_SHAPES = 8  # orders of tags remembered for one file

_LEAF = re.compile(r"<([A-Za-z0-9._]+)\s*/?>[ \t]*([^<\r\n]*)")
_KNOWN = "|".join(sorted(NAMES))
_LOOSE_LEAF = re.compile(rf"<({_KNOWN})\s*/?>[ \t]*(.*?)(?=[\r\n]|</?(?:{_KNOWN})\s*/?>|\Z)")
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#[0-9]{1,6}|#x[0-9A-Fa-f]{1,5});")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_PLAIN_AMOUNT = re.compile(r"-?[0-9]{1,13}\.[0-9]{2}")
_AMOUNT = re.compile(
    r"([+-]?)([0-9]{1,13}|[0-9]{1,3}(?:([.,])[0-9]{3}(?:\3[0-9]{3}){0,3}))(?:([.,])([0-9]{1,10}))?"
)
_NO_AMOUNT = re.compile(r"[\s.,]*")
_BALANCE = re.compile(
    r"(?:S ?A ?L ?D ?O|SLD)(?: (?:DO |DE |EM |NA |NO )?(?:DIA|ANTERIOR|FINAL|INICIAL|ATUAL|TOTAL"
    r"|PARCIAL|DISPONIVEL|BLOQUEADO|DEVEDOR|CREDOR|CONTA|APLIC[A-Z. ]*|C/C|[0-9/. -]+)){0,3}"
)
_DATE = re.compile(r"[0-9]{8}(?:[0-9]{4,6}(?:[.,:][0-9]*)?)?\s*(?:\[[^\]]{0,20}\])?")


class RowReader:
    """Reads the movements of one file; a bank writes the tags of nearly all in the same order.

    That order, learnt from the rows before, becomes one pattern that a row matches whole.
    """

    def __init__(self) -> None:
        self._shapes: list[tuple[re.Pattern[str], tuple[str, ...]]] = []

    def read(self, row: str) -> Fields:
        """The values of a movement by tag."""
        for shape, names in self._shapes:
            found = shape.fullmatch(row)
            if found is not None:
                return _tidy(row, dict(zip(names, found.groups(), strict=True)))
        pairs = _LEAF.findall(row)
        leaves = dict(pairs)
        if row.count("<") - row.count("</") != len(leaves) or not leaves.keys() <= NAMES:
            # A `<` inside a text costs a second, slower reading.
            leaves.update(_LOOSE_LEAF.findall(row))
        elif len(pairs) == len(leaves) and len(self._shapes) < MAX_SHAPES:
            self._shapes.append((_shape(tuple(leaves)), tuple(leaves)))
        return _tidy(row, leaves)


def _shape(names: tuple[str, ...]) -> re.Pattern[str]:
    """Possessive throughout: a row either has this order or fails at once."""
    leaf = r"\s*+<{0}\s*+/?+>[ \t]*+([^<\r\n]*+)[\r\n]*+(?:</{0}>)?+"
    return re.compile("".join(leaf.format(re.escape(name)) for name in names) + r"\s*+")


def _tidy(row: str, leaves: Fields) -> Fields:
    if "&" in row:
        leaves = {name: _ENTITY.sub(_entity, value) for name, value in leaves.items()}
    if " \r" in row or " \n" in row or " <" in row or "\t" in row:
        return {name: value.rstrip() for name, value in leaves.items()}
    return leaves


def parse_amount(text: str) -> Decimal:
    """An amount with point or comma and at most two decimals that count.

    Thousands are understood when the other mark stands before the cents; `1.234` alone is a guess.

    Raises:
        ParseError: `value_amount` for anything that would need a guess.
    """
    if _PLAIN_AMOUNT.fullmatch(text):
        return Decimal(text)
    found = _AMOUNT.fullmatch(text)
    if found:
        sign, whole, thousands, mark, written = found.groups()
        decimals = (written or "").rstrip("0") if len(written or "") > 3 else written or ""
        if len(decimals) <= 2 and (thousands is None or (mark and mark != thousands)):
            digits = whole.replace(thousands, "") if thousands else whole
            return Decimal(f"{sign}{digits}.{decimals or '0'}").quantize(CENT)
    remedy = "Confira o lançamento no extrato do banco e exporte de novo."
    raise ParseError("value_amount", f"O valor “{shown(text)}” não pôde ser lido.", remedy=remedy)


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date | None:
    """The day of `AAAAMMDD` with optional time and zone, as the bank wrote it; None when wrong."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def require_date(text: str) -> date:
    """As `parse_date`.

    Raises:
        ParseError: `value_date` when the day does not exist or is written otherwise.
    """
    day = parse_date(text)
    if day is None:
        message = f"A data “{shown(text)}” não existe ou está fora do formato AAAAMMDD."
        remedy = "Confira o lançamento no extrato do banco e exporte de novo."
        raise ParseError("value_date", message, remedy=remedy)
    return day


def is_balance(leaves: Fields) -> bool:
    """Whether the movement only tells a balance: such rows have a fixed text and no identity."""
    if leaves.get("FITID", "").strip("0"):
        written = leaves.get("TRNAMT", "")
        if written[-1:].isdigit() or not _NO_AMOUNT.fullmatch(written):
            return False
    return _BALANCE.fullmatch(fold(leaves.get("MEMO") or leaves.get("NAME", ""))) is not None


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name in _ENTITIES:
        return _ENTITIES[name]
    code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return clean_text(chr(code)) if code > 31 else ""
