"""A file of results before it becomes a batch: can people work with every row of it?

Nothing is taken in part. A row that could not be corrected, named or written back refuses the file
with its line and a sentence, so that no row is ever lost on the way in.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import IO

from msgspec import Struct

from audits.corrections import read_records
from audits.issues import Issue, finder, repetition
from audits.layouts import MOST_FIELDS, Definition, Layout, LayoutError, bind
from audits.tables import CorrectionError, Record

MOST_FAULTS = 50  # told one by one; the others are only counted
LONGEST_CELL = 512
LONGEST_NAME = 256
LONGEST_COLUMN = 100
ZIP = b"PK\x03\x04"
PIECE = 1024 * 1024
# Bytes without the end of a record: a quote that nobody closed. A row of `MOST_FIELDS` of the
# longest cells has half of that.
LONGEST_RECORD = 4 * PIECE
MOST_ROWS = 1_000_000  # of one batch: ten times a large exam

# Spreadsheets old and new, PDF, GZIP, and pages or XML, whatever their names end in.
NO_TABLES = (ZIP, b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"<")

# What nobody sees, and what turns the order of letters: two names would look like one.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_ROOTED = re.compile(r"[/\\~]|[A-Za-z]:[/\\]")


class Fault(Struct, frozen=True):
    """One reason to refuse a file; `line` is the physical one, 0 when it concerns all of it."""

    code: str
    message: str
    line: int = 0

    @property
    def told(self) -> str:
        return f"Linha {self.line}: {self.message}" if self.line else self.message


class RowsRefused(Exception):
    """The file cannot be taken; `count` faults, of which the first are in `faults`."""

    def __init__(self, faults: Sequence[Fault], count: int = 1) -> None:
        super().__init__(faults[0].message)
        self.faults = tuple(faults)
        self.count = count


class ColumnsUnknown(RowsRefused):
    """The header is not the layout's, so a person may say what its columns are."""

    def __init__(self, fault: Fault, header: Sequence[str]) -> None:
        super().__init__([fault])
        self.header = tuple(header)


class Contents(Struct, frozen=True):
    """A file in which every row can be worked with."""

    layout: Layout
    rows: int
    repeated: Mapping[str, int]  # names that several rows bear, and how many


class Doubtful(Struct, frozen=True):
    """One row that a person has to see, by its place among the records of the file."""

    number: int
    name: str
    cells: tuple[str, ...]
    issues: tuple[Issue, ...]


def inspect(file: IO[bytes], definition: Definition, *, most: int | None = None) -> Contents:
    """Read all of a file once, or its first `most` rows, holding its names alone.

    Raises:
        ColumnsUnknown: `layout_columns`, `layout_no_field`.
        RowsRefused: `csv_not_text`, `csv_empty`, `csv_encoding`, `csv_nul`, `csv_columns`,
            `csv_no_rows`, `csv_too_many_rows`, `csv_record_endless`, `csv_record_ragged`,
            `csv_cell_too_long`, `csv_identifier_empty`, `csv_identifier_too_long`,
            `csv_identifier_unsafe`.
    """
    refuse_package(file)
    watch = Watch(file)
    records = watched_records(watch)
    header = next(records)
    if header.line in watch.nul_lines:  # UTF-16 without its mark, above all
        raise RowsRefused([nul_at(header.line)])
    layout = bound(definition, header)
    names, faults, more = tally(layout, islice(records, MOST_ROWS if most is None else most))
    beyond = next(records, None) if most is None else None
    if beyond is not None:
        faults.append(too_many(beyond.line))
    faults += [nul_at(line) for line in watch.nul_lines]
    if not (faults or names):
        faults.append(Fault("csv_no_rows", "O arquivo só traz o cabeçalho: não há o que revisar."))
    if faults:
        first = sorted(faults, key=lambda one: one.line)[:MOST_FAULTS]
        raise RowsRefused(first, len(faults) + more)
    repeated = {name: count for name, count in names.items() if count > 1}
    return Contents(layout, names.total(), repeated)


def tally(layout: Layout, records: Iterable[Record]) -> tuple[Counter[str], list[Fault], int]:
    """The names of sound rows, the first faults of the others, and how many more there are."""
    look, place = checker(layout), layout.header.index(layout.definition.card)
    names: Counter[str] = Counter()
    faults: list[Fault] = []
    more = 0
    for record in records:
        if (fault := look(record)) is None:
            names[record.cells[place]] += 1
        elif len(faults) < MOST_FAULTS:
            faults.append(fault)
        else:
            more += 1
    return names, faults, more


def refuse_package(file: IO[bytes]) -> None:
    """What is no table of text has no lines that could be written back."""
    is_none = file.read(len(ZIP)).startswith(NO_TABLES)
    file.seek(0)
    if is_none:
        message = (
            "O arquivo é uma planilha, um PDF, uma página ou um pacote, e não um CSV. Salve-o como "
            "CSV (UTF-8) e envie de novo."
        )
        raise RowsRefused([Fault("csv_not_text", message)])


def doubtful_rows(file: IO[bytes], contents: Contents) -> Iterator[Doubtful]:
    """Read an inspected file again: the rows that need a person, with all that is said of them."""
    records = read_records(pieces(file))
    next(records)
    yield from filter(None, map(doubter(contents), records))


def doubter(contents: Contents) -> Callable[[Record], Doubtful | None]:
    """What says of one record of an inspected file whether it needs a person, and why."""
    find, repeated = finder(contents.layout), contents.repeated
    place = contents.layout.header.index(contents.layout.definition.card)

    def doubt(record: Record) -> Doubtful | None:
        issues, name = find(record.cells), record.cells[place]
        if name in repeated:
            issues = (*issues, repetition(name, repeated[name]))
        if issues and any(issue.needs_a_person for issue in issues):
            return Doubtful(record.number, name, record.cells, issues)
        return None

    return doubt


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; one without an end does not have to fit into memory."""
    return iter(partial(file.readline, PIECE), b"")


class Watch:
    """Passes the lines of a file on and remembers what the reader of records cannot tell."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.nul_lines: list[int] = []
        self.pending = 0  # bytes read since the last whole record

    def __iter__(self) -> Iterator[bytes]:
        line = 1
        for piece in pieces(self.file):
            if b"\0" in piece and len(self.nul_lines) < MOST_FAULTS:
                self.nul_lines.append(line)
            self.pending += len(piece)
            if self.pending > LONGEST_RECORD:
                raise CorrectionError("csv_record_endless", ENDLESS)
            line += piece.endswith(b"\n")
            yield piece


ENDLESS = "A linha não termina: falta fechar aspas, ou o arquivo não é um CSV."


def watched_records(watch: Watch) -> Iterator[Record]:
    """As `read_records`, with the line in what is refused; the header always comes."""
    line = 0
    try:
        for record in read_records(iter(watch)):
            line, watch.pending = record.line, 0
            yield record
    except CorrectionError as fault:
        whole = fault.code == "csv_empty" or not line
        place = 0 if whole else line + 1
        raise RowsRefused([Fault(fault.code, fault.message, place)]) from fault


def bound(definition: Definition, header: Record) -> Layout:
    """The layout of this header."""
    columns = header.cells
    if len(columns) > MOST_FIELDS:
        message = f"O arquivo tem {len(columns)} colunas; o máximo é {MOST_FIELDS}."
        raise RowsRefused([Fault("csv_columns", message, header.line)])
    for name in columns:
        if len(name) > LONGEST_COLUMN or _CONTROL.search(name):
            shown = _CONTROL.sub("?", name)[:40]
            message = (
                f"O nome da coluna “{shown}” não serve: use até {LONGEST_COLUMN} caracteres, "
                "nenhum deles de controle."
            )
            raise RowsRefused([Fault("csv_columns", message, header.line)])
    try:
        layout = bind(definition, columns)
    except LayoutError as refusal:
        raise ColumnsUnknown(
            Fault(refusal.code, refusal.message, header.line), columns
        ) from refusal
    twice = [name for name in (definition.card, *definition.images) if columns.count(name) > 1]
    if twice:
        message = f"O cabeçalho repete colunas: {', '.join(twice)}."
        raise RowsRefused([Fault("layout_columns", message, header.line)])
    return layout


def checker(layout: Layout) -> Callable[[Record], Fault | None]:
    """What finds the fault of one record, if it has any."""
    columns, place = len(layout.header), layout.header.index(layout.definition.card)

    def look(record: Record) -> Fault | None:
        cells = record.cells
        if len(cells) != columns:
            message = f"a linha tem {len(cells)} colunas e o cabeçalho, {columns}."
            return Fault("csv_record_ragged", message, record.line)
        # Cheap for most rows: all cells together are shorter than one may be.
        if len("".join(cells)) > LONGEST_CELL < len(max(cells, key=len)):
            return too_long(layout, record)
        return fault_of_name(cells[place], record.line)

    return look


def too_long(layout: Layout, record: Record) -> Fault:
    pairs = list(zip(layout.header, record.cells, strict=True))
    called = dict(pairs)[layout.definition.card]
    if len(called) > LONGEST_NAME:
        return name_too_long(called, record.line)
    name, cell = max(pairs, key=lambda pair: len(pair[1]))
    message = f"a coluna “{name}” tem {len(cell)} caracteres; o máximo é {LONGEST_CELL}."
    return Fault("csv_cell_too_long", message, record.line)


def fault_of_name(name: str, line: int) -> Fault | None:
    """What is wrong with the name of a card: it must be one, and must not look like a way out."""
    if not name.strip():
        message = "falta o identificador do cartão: não se sabe de que folha é a linha."
        return Fault("csv_identifier_empty", message, line)
    if len(name) > LONGEST_NAME:
        return name_too_long(name, line)
    if _ROOTED.match(name) or _CONTROL.search(name) or ".." in re.split(r"[/\\]", name):
        shown = _CONTROL.sub("?", name)[:60]
        message = f"o identificador “{shown}” sai da pasta ou não é um nome."
        return Fault("csv_identifier_unsafe", message, line)
    return None


def name_too_long(name: str, line: int) -> Fault:
    message = f"o identificador tem {len(name)} caracteres; o máximo é {LONGEST_NAME}."
    return Fault("csv_identifier_too_long", message, line)


def too_many(line: int) -> Fault:
    message = f"o arquivo passa de {MOST_ROWS} linhas. Divida-o e abra um lote de cada parte."
    return Fault("csv_too_many_rows", message, line)


def nul_at(line: int) -> Fault:
    message = "há um byte nulo (NUL): o arquivo está danificado ou não é texto em UTF-8."
    return Fault("csv_nul", message, line)


def count_issues(rows: Iterable[Doubtful]) -> tuple[int, dict[str, int]]:
    """How many rows there are, and how often each kind of issue comes in them."""
    counts: Counter[str] = Counter()
    total = 0
    for row in rows:
        total += 1
        counts.update(issue.code for issue in row.issues)
    return total, dict(counts.most_common())


def answers_of(layout: Layout, row: Doubtful) -> dict[str, str]:
    """All cells of a row by the name of their column, as they were read."""
    return dict(chain(zip(layout.header, row.cells, strict=True)))
