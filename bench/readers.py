"""Each reader beside the barest program that finds the same values, in the same run.

    python3 dev bench readers [--documents 2000] [--rounds 5] [--only nfe]

A section is a function that returns figures; the rounds of both programs alternate, so that a busy
machine slows both. Prints JSON with both speeds and ends with 1 below a limit.
"""

import argparse
import gc
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import orjson
from lxml import etree

from audits.demonstration.xml import write_invoices
from bench import bank_files, tables
from ingestion.parsers import parse
from ingestion.parsers.model import Options

Figures = dict[str, Any]
Section = Callable[[int, int], Figures]

OPTIONS = Options(date(2026, 11, 21))
NFE = "{http://www.portalfiscal.inf.br/nfe}"
HANDFUL = 50  # files read by one program before the other takes its turn
NFE_RATIO = 0.60  # of the bare program's speed
GROUPS = ("ide", "emit", "dest")
ADDRESSES = (f"{NFE}emit/{NFE}enderEmit", f"{NFE}dest/{NFE}enderDest")
# Most notes have none of these, and who wants the field has to look.
SELDOM = (
    "ide/NFref", "ide/gPagAntecipado", "det/DFeReferenciado", "retirada", "entrega", "autXML",
    "transp/transporta", "infIntermed", "total/ISSQNtot", "total/retTrib", "total/ISTot",
    "total/vNFTot", "cobr/fat", "pag/vTroco", "pag/detPag/card",
)  # fmt: skip
RARE = tuple("/".join(f"{NFE}{name}" for name in path.split("/")) for path in SELDOM)
BELOW = (f"{NFE}cobr/{NFE}dup", f"{NFE}pag/{NFE}detPag", f"{NFE}det/{NFE}prod")


def bare_note(content: bytes) -> Figures:
    """The fields of a canonical NF-e as text: no check, no Decimal, no date, no hash."""
    root: Any = etree.fromstring(content)
    note = root.find(f".//{NFE}infNFe")
    found: Figures = {"key": note.get("Id"), "layout": note.get("versao")}
    for name in GROUPS:
        found[name] = children(note.find(NFE + name))
    for path in ADDRESSES:
        address = note.find(path)
        found[path] = (address.findtext(f"{NFE}xMun"), address.findtext(f"{NFE}UF"))
    for path in BELOW + RARE:
        found[path] = [children(group) for group in note.iterfind(path)]
    found["items"] = [item.get("nItem") for item in note.iterfind(f"{NFE}det")]
    found["totals"] = children(note.find(f"{NFE}total/{NFE}ICMSTot"))
    found["reform"] = [
        (leaf.tag, leaf.text) for leaf in note.find(f"{NFE}total/{NFE}IBSCBSTot").iter()
    ]
    found["text"] = note.findtext(f"{NFE}infAdic/{NFE}infCpl")
    found["protocol"] = children(root.find(f"{NFE}protNFe/{NFE}infProt"))
    return found


def children(group: Any) -> dict[str, str]:
    return {child.tag: child.text for child in group}


def read_note(content: bytes) -> None:
    """A fast run that lost notes is no run."""
    if len(parse(content, "nota.xml", options=OPTIONS).documents) != 1:
        sys.exit("a note was not read")


def nfe(count: int, rounds: int) -> Figures:
    """Notes of 4 to 8 kB: our reader through `parse`, canonical document, checks and hash."""
    notes = [content for _, content in write_invoices(count)]
    bare, ours = compare(bare_note, read_note, notes, rounds)
    return {
        "documents": count,
        "bytes_each": sum(map(len, notes)) // count,
        "bare_a_second": round(count / bare),
        "ours_a_second": round(count / ours),
        "ratio": round(bare / ours, 2),
        "limit": NFE_RATIO,
        "kept": bare / ours >= NFE_RATIO,
    }


def compare(
    bare: Callable[[bytes], object],
    ours: Callable[[bytes], object],
    files: list[bytes],
    rounds: int,
) -> tuple[float, float]:
    """Seconds of each program over all files: the best round of every handful of files.

    Handfuls alternate, so that a moment in which the machine is busy with others counts for none.
    """
    total = [0.0, 0.0]
    for start in range(0, len(files), HANDFUL):
        part = files[start : start + HANDFUL]
        times = [(seconds(bare, part), seconds(ours, part)) for _ in range(rounds)]
        total[0] += min(one for one, _ in times)
        total[1] += min(other for _, other in times)
    return total[0], total[1]


def seconds(program: Callable[[bytes], object], files: list[bytes]) -> float:
    started = time.process_time()
    for content in files:
        program(content)
    return time.process_time() - started


def ofx(count: int, rounds: int) -> Figures:
    """Movements of one statement, fifty for each document of the other sections."""
    rows = count * bank_files.ROWS_A_DOCUMENT
    files = [bank_files.statement_rows(rows)]
    bare, ours = compare(bank_files.bare_ofx, bank_files.read_rows, files, rounds)
    return bank_files.figures("rows", rows, bare, ours, bank_files.OFX_ROWS_A_SECOND)


def cnab(count: int, rounds: int) -> Figures:
    """Lines of a CNAB 240 return: segments T and U of paid titles."""
    titles = count * bank_files.ROWS_A_DOCUMENT
    files = [bank_files.boleto_return(titles)]
    bare, ours = compare(bank_files.bare_cnab, bank_files.read_titles, files, rounds)
    return bank_files.figures("lines", 2 * titles, bare, ours, bank_files.CNAB_LINES_A_SECOND)


def xlsx(count: int, rounds: int) -> Figures:
    """Rows of one workbook of ten columns, until they stand as cells."""
    rows = count * tables.ROWS_A_DOCUMENT
    files = [tables.workbook(rows)]
    bare, ours = compare(tables.bare_rows, tables.read_rows, files, rounds)
    return tables.figures(rows, bare, ours)


SECTIONS: Mapping[str, Section] = {"nfe": nfe, "ofx": ofx, "cnab": cnab, "xlsx": xlsx}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=SECTIONS)
    options = parser.parse_args()
    gc.freeze()  # as in the reading process: what is read has no cycles
    gc.set_threshold(100_000)
    names = [options.only] if options.only else list(SECTIONS)
    figures = {name: SECTIONS[name](options.documents, options.rounds) for name in names}
    print(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())
    sys.exit(any(not one["kept"] for one in figures.values()))


if __name__ == "__main__":
    main()
