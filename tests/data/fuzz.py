"""Damage to valid files: what readers of strangers' bytes must survive without losing count.

A seed is a small valid file; `damaged` is the hypothesis strategy of what may become of it. Damage
is a list of steps with places between 0 and 1, so a failure shrinks to few steps.
"""

import gzip
import io
import re
from collections.abc import Callable
from typing import NamedTuple

import xlsxwriter
import xlwt
from hypothesis import strategies as st

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed, ParseError, Problem
from tests.data import abrasf, cnab, cte, nfe, nfse, ofx, pdfs, sped, zips

CODE = re.compile(r"[a-z][a-z0-9_]{2,39}")
VALUE = re.compile(rb"(?<=[>|;\n])[^<>|;\r\n]+(?=[<|;\r])")
MARKS = re.compile(rb"[\x00-\x1f<>&|;]")
SPREAD, STRIDE = 65_536, 40_503
LONGEST_RUN = 64  # bytes that one step cuts or doubles
VALUES = [
    *(b"", b" ", b"0", b"-1", b"1", b"9" * 40, b"1e9", b"NaN", b",", b".", b"1.234,56", b"1234.5"),
    *(b"31/02/2026", b"2026-02-31", b"31022026", b"00000000", b"2026-10-20T25:00:00-03:00"),
    *(b"55", b"65", b"57", b"02", b"99", b"D", b"C", b"X", b"a" * 200, b"12ABC34501DE35"),
]
DICTIONARY = [
    *VALUES,
    *(b"", b"\x00", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"\x1a", b"\r", b"\n", b" "),
    *(b"<", b"</", b"/>", b"<!--", b"<![CDATA[", b"<!DOCTYPE a>", b"&#0;", b"&lt;", b'"', b"'"),
    *(b"|", b"|9999|1|\r\n", b"|C100|", b"|I250|", b";", b"\t", b"=1+1", b"<STMTTRN>", b"</OFX>"),
    *(b"PK\x03\x04", b"PK\x01\x02", b"%PDF-", b"endobj", b"/Encrypt 1 0 R", b"stream\n", b"(((("),
]


class Seed(NamedTuple):
    """A valid file and the name it comes under."""

    name: str
    content: bytes


class Step(NamedTuple):
    """One act of damage at a place between 0 and 1."""

    act: str  # flip, cut, double, insert, end, value
    place: float
    length: int
    piece: bytes


def steps(pieces: st.SearchStrategy[bytes], *acts: str) -> st.SearchStrategy[list[Step]]:
    """One to five steps of these kinds."""
    # Hypothesis loves small numbers; spread, they do not all strike the first bytes of the file.
    places = st.integers(0, SPREAD - 1).map(lambda number: (number + 1) * STRIDE % SPREAD / SPREAD)
    lengths = st.integers(1, LONGEST_RUN)
    step = st.builds(Step, st.sampled_from(acts), places, lengths, pieces)
    return st.lists(step, min_size=1, max_size=5)


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """The content after damage: half of the time to its values alone, which gets far inside."""
    texts = st.sampled_from(VALUES) | st.text(max_size=8).map(lambda text: text.encode())
    pieces = st.sampled_from(DICTIONARY) | st.binary(min_size=1, max_size=8)
    chosen = steps(texts, "value") | steps(pieces, *ACTS)
    return chosen.map(lambda done: damage(content, done))


def damage(content: bytes, done: list[Step]) -> bytes:
    """Carry out the steps, one after the other."""
    for step in done:
        start = int(step.place * len(content))
        content = ACTS[step.act](content, start, step)
    return content


def _flip(content: bytes, start: int, step: Step) -> bytes:
    flipped = bytes(byte ^ step.length for byte in content[start : start + 1])
    return content[:start] + flipped + content[start + 1 :]


def _value(content: bytes, start: int, step: Step) -> bytes:
    """Put another value where one stands; tags and separators stay, so readers get far with it."""
    found = VALUE.search(content, start) or VALUE.search(content)
    if found is None:
        return content
    return content[: found.start()] + MARKS.sub(b"", step.piece) + content[found.end() :]


def _double(content: bytes, start: int, step: Step) -> bytes:
    return content[: start + step.length] + content[start:]


ACTS: dict[str, Callable[[bytes, int, Step], bytes]] = {
    "flip": _flip,
    "cut": lambda content, start, step: content[:start] + content[start + step.length :],
    "double": _double,
    "value": _value,
    "insert": lambda content, start, step: content[:start] + step.piece + content[start:],
    "end": lambda content, start, step: content[: max(start, len(content) // 2)],
}


def verdict(seed: Seed, content: bytes, options: Options) -> Parsed | ParseError:
    """What the reader says of a damaged seed, once it was found to keep its promises.

    Raises:
        AssertionError: a count below zero, a rejected record without its reason, a problem without
            code, sentence or remedy. Any other exception is one that the reader let through.
    """
    try:
        parsed = parse(content, seed.name, options=options)
    except ParseError as error:
        check_problem(error.as_problem())
        return error
    errors = sum(1 for problem in parsed.problems if problem.severity == "error")
    assert parsed.kind and parsed.parser, parsed
    assert parsed.informative >= 0, parsed
    assert 0 <= parsed.rejected <= errors, parsed
    assert parsed.read >= 0, parsed
    for problem in parsed.problems:
        check_problem(problem)
    return parsed


def check_problem(problem: Problem) -> None:
    """A stable code, a sentence, and what to do about it."""
    assert CODE.fullmatch(problem.code), problem
    assert problem.message.endswith((".", "?", "”")), problem
    assert problem.remedy.strip(), problem
    assert "\x00" not in problem.message + problem.place, problem


def workbook() -> bytes:
    """A statement as .xlsx."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Extrato")
        for place, row in enumerate(ROWS):
            sheet.write_row(place, 0, row)
    return target.getvalue()


def old_workbook() -> bytes:
    """The same as .xls."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Extrato")
    for line, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            sheet.write(line, column, cell)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def page() -> bytes:
    """The same as the HTML that portals call .xls."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    return f"<html><body><table>{rows}</table></body></html>".encode()


ROWS = (
    ("Data", "Histórico", "Valor", "Saldo"),
    ("01/10/2026", "PIX RECEBIDO", "1.250,00", "2.250,00"),
    ("02/10/2026", "TARIFA", "-12,50", "2.237,50"),
)
JOURNAL = sped.entry(
    "1", sped.item("2.1.1.01", "1500,00", "D"), sped.item("1.1.1.01", "1500,00", "C")
)
BALANCES = ("|I150|01012026|31012026|", "|I155|1.1.1.01||1,00|D|0,00|1,00|0,00|D|")
BOLETO = "34191.75009 00000.178517 51501.600004 1 87040000030000"
TITLE = cnab.detail_400(2, {63: "00000001", 86: "00000001"})
STATEMENT = cnab.statement_240([("05102026", 1000, "PIX")], opening=0, closing=1000)

# By reader: the kinds that `sniff` names, and what a kind holds that has code of its own.
SEEDS: dict[str, Seed] = {
    "xml nfe": Seed("nota.xml", nfe.authorized()),
    "xml event": Seed("evento.xml", nfe.event()),
    "xml cte": Seed("cte.xml", cte.authorized_cte(beside=cte.answer())),
    "xml nfse": Seed("nfse.xml", nfse.nfse()),
    "xml abrasf": Seed("nfse.xml", abrasf.listed(abrasf.first(), abrasf.second())),
    "xml paulistana": Seed("nfse.xml", abrasf.paulistana()),
    "ofx": Seed("extrato.ofx", ofx.statement([ofx.move(), ofx.move(identity="F2")])),
    "cnab 240": Seed("a.ret", cnab.as_bytes(cnab.return_240([cnab.title(1), cnab.title(2)]))),
    "cnab 240 statement": Seed("a.ret", cnab.as_bytes(STATEMENT)),
    "cnab 400": Seed("a.ret", cnab.as_bytes(cnab.return_400([TITLE]))),
    "sped ecd": Seed("ecd.txt", sped.sped(sped.ledger(*BALANCES, *JOURNAL))),
    "sped efd": Seed("efd.txt", sped.sped(sped.icms(sped.invoice_row())) + sped.SIGNATURE),
    "sped contributions": Seed("efd.txt", sped.sped(sped.contributions(sped.invoice_row()))),
    "pdf": Seed("a.pdf", pdfs.pdf([pdfs.text_page(nfe.access_key(), BOLETO), pdfs.PICTURE])),
    "image": Seed("a.png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    "table": Seed("a.csv", "\r\n".join(";".join(row) for row in ROWS).encode("cp1252")),
    "office": Seed("a.xlsx", workbook()),
    "ole": Seed("a.xls", old_workbook()),
    "html": Seed("a.xls", page()),
    "gzip": Seed("nota.xml.gz", gzip.compress(nfe.authorized(), mtime=0)),
}
PACKAGE = zips.archive(
    [
        zips.Entry("nota.xml", nfe.authorized(), 8),
        zips.Entry("i.zip", zips.archive([zips.Entry("a.ofx", ofx.statement([ofx.move()]))]), 8),
        zips.Entry("pasta/"),
    ]
)
