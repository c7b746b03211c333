"""Corrected values over an untouched original: the rewrite behind `Results_Corrigidos.csv`.

Only corrected cells change. Header, order, quoting, separators, line ends, byte order mark and
encoding leave byte by byte as they came, so a comparison of both files shows the decisions and
nothing else. Records are known by number, never by a value that may repeat.
"""

import codecs
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple, cast

from audits.tables import (
    CorrectionError,
    Dialect,
    Grammar,
    Lines,
    Record,
    open_table,
    read_dialect,
    survey,
)

__all__ = [
    "Change",
    "CorrectionError",
    "Corrections",
    "Dialect",
    "Record",
    "apply_corrections",
    "count_records",
    "read_dialect",
    "read_records",
    "rewrite",
    "survey",
]

Corrections = Mapping[int, Mapping[str, str]]
Change = tuple[int, Mapping[str, str]]  # record number, column → new text


class _Table(NamedTuple):
    """An opened file: what precedes the first data record has been read, the rest has not."""

    grammar: Grammar
    columns: tuple[str, ...]
    before: tuple[bytes, ...]  # blank lines before the header
    header: bytes
    lines: Lines


def apply_corrections(
    lines: Iterable[bytes], corrections: Corrections, *, dialect: Dialect | None = None
) -> Iterator[bytes]:
    """Yield the file with the corrected cells in place, record by record.

    Args:
        lines: the file's bytes, cut anywhere; a binary file iterates by lines.
        corrections: record number (1 is the first after the header) → column → new text.
        dialect: when already known from more of the file than its first 256 lines.

    Raises:
        CorrectionError: while iterating; `csv_empty`, `csv_encoding`, `csv_column_unknown`,
            `csv_column_repeated`, `csv_record_ragged`, `csv_record_missing`.
    """
    table = _open(lines, dialect)
    for name in {name for cells in corrections.values() for name in cells}:
        _place(table.columns, name)  # an unknown one stops before anything is written
    yield from _rewritten(table, sorted((n, c) for n, c in corrections.items() if c))


def rewrite(
    lines: Iterable[bytes], changes: Iterable[Change], *, dialect: Dialect | None = None
) -> Iterator[bytes]:
    """The same for any number of corrections, which come one record after another.

    They are taken while the file passes, so neither has to fit into memory. Raises as
    `apply_corrections`; an unknown column is found when its correction comes.
    """
    yield from _rewritten(_open(lines, dialect), changes)


def count_records(lines: Iterable[bytes], *, dialect: Dialect | None = None) -> int:
    """How many data records a file has.

    Raises:
        CorrectionError: `csv_empty`.
    """
    table = _open(lines, dialect)
    return sum(not _is_blank(raw) for raw in table.grammar.records(table.lines))


def read_records(lines: Iterable[bytes], *, dialect: Dialect | None = None) -> Iterator[Record]:
    """Yield the header (number 0) and each data record as text; blank lines are no records.

    Raises:
        CorrectionError: `csv_empty`, or `csv_encoding` at a record that no codec reads.
    """
    table = _open(lines, dialect)
    end = table.grammar.dialect.line_end.encode()
    line = 1 + sum(blank.count(end) for blank in table.before)
    yield Record(0, line, table.columns)
    line += table.header.count(end)
    number = 0
    for raw in table.grammar.records(table.lines):
        if not _is_blank(raw):
            number += 1
            yield Record(number, line, table.grammar.texts(raw))
        line += raw.count(end)


def _open(lines: Iterable[bytes], dialect: Dialect | None) -> _Table:
    found, physical = open_table(lines, dialect)
    bom = codecs.BOM_UTF8 if found.encoding == "utf-8-sig" else b""
    first = next(physical, b"").removeprefix(bom)
    grammar = Grammar(found)
    blanks: list[bytes] = []
    for raw in grammar.records(chain([first], physical)):
        if not _is_blank(raw):
            columns = grammar.texts(raw)
            before = (bom, *blanks) if bom and blanks else tuple(blanks)
            header = raw if blanks else bom + raw
            return _Table(Grammar(found, len(columns)), columns, before, header, physical)
        blanks.append(raw)
    raise CorrectionError("csv_empty", "O arquivo está vazio: não há linha de cabeçalho.")


def _is_blank(record: bytes) -> bool:
    return len(record) < 3 and not record.strip(b"\r\n")


def _place(columns: tuple[str, ...], name: str) -> int:
    """Where a corrected column stands; an unknown or ambiguous name is refused."""
    times = columns.count(name)
    if not times:
        raise CorrectionError(
            "csv_column_unknown",
            f"A coluna “{name}” não existe no arquivo. Colunas: {', '.join(columns)}.",
        )
    if times > 1:
        raise CorrectionError(
            "csv_column_repeated",
            f"A coluna “{name}” aparece {times} vezes no cabeçalho: não se sabe qual corrigir.",
        )
    return columns.index(name)


def _rewritten(table: _Table, changes: Iterable[Change]) -> Iterator[bytes]:
    yield from table.before
    yield table.header
    yield from _Pass(table, iter(changes))
    # Nothing after the last corrected record needs to be understood.
    while table.lines.at_hand():
        yield b"".join(table.lines.take())


class _Pass:
    """One way through the records, up to the last one that is corrected."""

    def __init__(self, table: _Table, changes: Iterator[Change]) -> None:
        self.grammar, self.lines, self.columns = table.grammar, table.lines, table.columns
        self.changes = changes
        self.places: dict[str, int] = {}
        self.number = 0  # of the last record that was read
        self.wanted, self.cells = 0, cast("Mapping[str, str]", {})
        self.advance()

    def __iter__(self) -> Iterator[bytes]:
        while self.wanted:
            if not self.lines.at_hand():
                raise CorrectionError(
                    "csv_record_missing",
                    f"Há correção para o registro {self.wanted}, mas o arquivo tem "
                    f"{self.number} registros.",
                )
            lines = self.lines.take()
            if self.grammar.are_records(lines):
                yield self.block(lines)
            else:
                self.lines.put_back(lines)
                yield from self.one_by_one()

    def advance(self) -> None:
        """Take the next correction; `wanted` is 0 after the last."""
        before = self.wanted
        self.wanted, self.cells = next(self.changes, (0, {}))
        if self.cells and self.wanted <= before:
            raise CorrectionError(
                "csv_record_missing",
                f"Há correção para o registro {self.wanted}, que não vem depois do {before}.",
            )
        for name in self.cells.keys() - self.places.keys():
            self.places[name] = _place(self.columns, name)

    def block(self, records: list[bytes]) -> bytes:
        """Correct among records that came together."""
        first, self.number = self.number + 1, self.number + len(records)
        while 0 < self.wanted <= self.number:
            place = self.wanted - first
            records[place] = self.corrected(records[place])
        return b"".join(records)

    def one_by_one(self) -> Iterator[bytes]:
        """Correct among lines of which a record may take several, or that may be blank."""
        for raw in self.grammar.records(self.lines):
            if _is_blank(raw):
                yield raw
            else:
                self.number += 1
                yield self.corrected(raw) if self.number == self.wanted else raw
            if not (self.wanted and self.lines.has_more_here):
                return

    def corrected(self, raw: bytes) -> bytes:
        changes = {self.places[name]: value for name, value in self.cells.items()}
        written = _corrected(self.grammar, raw, self.wanted, changes)
        self.advance()
        return written


def _corrected(grammar: Grammar, raw: bytes, number: int, changes: Mapping[int, str]) -> bytes:
    if found := grammar.inner_cells(raw):
        return _requoted(grammar, raw, number, changes, *found)
    cells, end = grammar.cells(raw)
    if len(cells) != grammar.columns:
        raise CorrectionError(
            "csv_record_ragged",
            f"O registro {number} tem {len(cells)} colunas e o cabeçalho {grammar.columns}: "
            "não se sabe qual célula corrigir. Acerte o registro no arquivo de origem.",
        )
    codec = grammar.codec(raw)
    for place, value in changes.items():
        if grammar.text(cells[place], codec) != value:
            cells[place] = _written(grammar, cells[place], _encoded(value, codec, number))
    return grammar.separator.join(cells) + end


def _requoted(
    grammar: Grammar,
    raw: bytes,
    number: int,
    changes: Mapping[int, str],
    cells: list[bytes],
    end: bytes,
) -> bytes:
    """The same for a record of which every cell is quoted, as most programs write them."""
    codec, quote = grammar.codec(raw), grammar.quote
    for place, value in changes.items():
        if cells[place].decode(codec) != value:
            cells[place] = _encoded(value, codec, number).replace(quote, quote * 2)
    return quote + grammar.border.join(cells) + quote + end


def _encoded(value: str, codec: str, number: int) -> bytes:
    try:
        return value.encode(codec)
    except UnicodeEncodeError as refused:
        raise CorrectionError(
            "csv_encoding",
            f"O valor “{value}” do registro {number} tem o caractere “{value[refused.start]}”, "
            f"que a codificação do arquivo ({codec}) não representa.",
        ) from refused


def _written(grammar: Grammar, old: bytes, value: bytes) -> bytes:
    """Keep the cell's style: quoted stays quoted, bare becomes quoted only when it must."""
    quote = grammar.quote
    special = (grammar.separator, quote, b"\r", b"\n")
    lone = not value and grammar.columns == 1  # a bare empty cell would become a blank line
    if not (old.startswith(quote) or lone or any(mark in value for mark in special)):
        return value
    return quote + value.replace(quote, quote * 2) + quote
