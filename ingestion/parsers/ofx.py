"""OFX statements, SGML and XML, by an own tokenizer: files of Brazilian banks follow no parser.

Movements are cut out of the text first and read one by one; what is left is the skeleton of the
statement, whose tags must match. Source: OFX 1.6 and 2.2, sections 2 and 11.
"""

import re
from collections.abc import Iterator
from datetime import date

from ingestion.parsers.model import Parsed, ParseError, Problem
from ingestion.parsers.ofx_statement import StatementReader
from ingestion.parsers.ofx_text import read_text

PARSER = "ofx/2"
STATEMENTS = {"STMTRS", "CCSTMTRS", "INVSTMTRS"}
GROUPS = STATEMENTS | {
    "OFX", "SIGNONMSGSRSV1", "SONRS", "STATUS", "FI", "BANKMSGSRSV1", "STMTTRNRS",
    "CREDITCARDMSGSRSV1", "CCSTMTTRNRS", "BANKACCTFROM", "CCACCTFROM", "BANKTRANLIST", "STMTTRN",
    "LEDGERBAL", "AVAILBAL", "BALLIST", "BAL", "INVACCTFROM",
}  # fmt: skip
# Rows and positions of an investment account (OFX 2.2, section 13): they move papers, not cash.
INVESTMENTS = {
    "BUYDEBT", "BUYMF", "BUYOPT", "BUYOTHER", "BUYSTOCK", "CLOSUREOPT", "INCOME", "INVEXPENSE",
    "JRNLFUND", "JRNLSEC", "MARGININTEREST", "REINVEST", "RETOFCAP", "SELLDEBT", "SELLMF",
    "SELLOPT", "SELLOTHER", "SELLSTOCK", "SPLIT", "TRANSFER",
    "POSDEBT", "POSMF", "POSOPT", "POSOTHER", "POSSTOCK",
}  # fmt: skip
# Nubank never closes its list of movements; closing the statement around it closes it too.
LEFT_OPEN = {"BANKTRANLIST"}
OPEN_ROW, CLOSE_ROW = "<STMTTRN>", "</STMTTRN>"
REMEDY = "Exporte o extrato de novo no banco e envie-o sem abrir."

_TOKEN = re.compile(r"<(/?)([A-Za-z0-9._]+)(?:\s[^>]*)?(/?)>[ \t]*([^<\r\n]*)")
_ROW_TAG = re.compile(r"<(/?)\s*STMTTRN\s*>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x19\x1b-\x1f\x7f]")


def parse_ofx(content: bytes, *, today: date) -> Parsed:
    """Read every statement of a file; a movement that cannot be read is a problem with its number.

    Raises:
        ParseError: text_control, xml_dtd, ofx_truncated, ofx_malformed or ofx_statement.
    """
    text, problems = read_text(content)
    reader = StatementReader(today, problems)
    stack: list[str] = []
    _walk(_clean(text, problems), stack, reader)
    if stack or not text:
        message = "O extrato termina antes do fim; lançamentos podem ter ficado de fora."
        raise ParseError("ofx_truncated", message, place="fim do arquivo", remedy=REMEDY)
    reader.finish()
    if not reader.statements:
        message = "O arquivo OFX não traz extrato de conta nem fatura de cartão."
        raise ParseError("ofx_statement", message, remedy="Exporte o extrato do período no banco.")
    return Parsed(
        kind="ofx",
        parser=PARSER,
        transactions=tuple(reader.transactions),
        statements=tuple(reader.statements),
        problems=tuple(problems),
        informative=reader.informative,
        rejected=reader.rejected,
    )


def _clean(text: str, problems: list[Problem]) -> str:
    """The text without control characters."""
    if _CONTROL.search(text):
        message = "O extrato traz caracteres de controle, que foram retirados dos textos."
        remedy = "Confira os históricos; se faltar algo, exporte o extrato de novo."
        problems.append(Problem("text_control", "warning", "texto", message, remedy))
        text = _CONTROL.sub("", text)
    return text


def _walk(text: str, stack: list[str], reader: StatementReader) -> None:
    """Feed the skeleton and the movements to the reader, in the order of the file."""
    before, *rows = text.split(OPEN_ROW)
    _walk_between(before, stack, reader)
    for piece in rows:
        row, closed, rest = piece.partition(CLOSE_ROW)
        if not closed:
            _walk_between(OPEN_ROW + piece, stack, reader)
            continue
        if "</BANKTRANLIST" in row:
            raise _malformed("STMTTRN")
        reader.add_row(row)
        if "<" in rest:
            _walk_between(rest, stack, reader)


def _walk_between(text: str, stack: list[str], reader: StatementReader) -> None:
    """What is no movement, unless one hides there whose tags are spelled in another way."""
    usual = _ROW_TAG.sub(r"<\1STMTTRN>", text)
    if usual == text:
        _walk_skeleton(text, stack, reader)
    else:
        _walk(usual, stack, reader)


def _walk_skeleton(text: str, stack: list[str], reader: StatementReader) -> None:
    for closing, name, empty, value in _tokens(text):
        if name not in GROUPS:
            if not closing and stack:
                reader.set_value(stack[-1], name, value)
                if name in INVESTMENTS and stack[-1] == "INVSTMTRS":
                    reader.add_investment()
        elif closing:
            _close(name, stack)
        elif not empty:
            stack.append(name)
            if name in STATEMENTS:
                reader.start_statement()


def _tokens(text: str) -> Iterator[tuple[str, str, str, str]]:
    for closing, name, empty, value in _TOKEN.findall(text):
        yield closing, name.upper(), empty, value.strip()


def _close(name: str, stack: list[str]) -> None:
    """Close a group; only groups that banks are known to leave open may stand between."""
    while stack and stack[-1] != name and stack[-1] in LEFT_OPEN and name in stack:
        stack.pop()
    if not stack or stack[-1] != name:
        raise _malformed(stack[-1] if stack else name)
    stack.pop()


def _malformed(name: str) -> ParseError:
    message = f"As marcas do extrato não se fecham na ordem: {name}."
    return ParseError("ofx_malformed", message, place=name, remedy=REMEDY)
