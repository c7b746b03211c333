"""Corrected values over an untouched original: the rewrite behind `Results_Corrigidos.csv`.

Only corrected cells change. Header, order, quoting, separators, line ends, byte order mark and
encoding leave byte by byte as they came, so a comparison of both files shows the decisions and
nothing else. Records are known by number, never by a value that may repeat.
"""

import codecs
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from audits.tables import (
    CorrectionError,
    Dialect,
    Grammar,
    Record,
    open_table,
    read_dialect,
)

__all__ = [
    "CorrectionError",
    "Corrections",
    "Dialect",
    "Record",
    "apply_corrections",
    "read_dialect",
    "read_records",
]

Corrections = Mapping[int, Mapping[str, str]]


class _Table(NamedTuple):
    """An opened file: what precedes the first data record has been read, the rest has not."""

    grammar: Grammar
    columns: tuple[str, ...]
    before: tuple[bytes, ...]  # blank lines before the header
    header: bytes
    lines: Iterator[bytes]


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
    places = _places(table.columns, corrections)
    yield from table.before
    yield table.header
    wanted = {number: changes for number, changes in corrections.items() if changes}
    if wanted:
        yield from _rewritten(table, wanted, places)
    # Nothing after the last corrected record needs to be understood.
    yield from table.lines


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


def _places(columns: tuple[str, ...], corrections: Corrections) -> dict[str, int]:
    """Find each corrected column; an unknown or ambiguous name stops before anything is written."""
    places: dict[str, int] = {}
    for name in {name for changes in corrections.values() for name in changes}:
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
        places[name] = columns.index(name)
    return places


def _rewritten(
    table: _Table, wanted: Mapping[int, Mapping[str, str]], places: Mapping[str, int]
) -> Iterator[bytes]:
    left = len(wanted)
    number = 0
    for raw in table.grammar.records(table.lines):
        if _is_blank(raw):
            yield raw
            continue
        number += 1
        changes = wanted.get(number)
        if changes is None:
            yield raw
            continue
        yield _corrected(table.grammar, raw, number, {places[n]: v for n, v in changes.items()})
        left -= 1
        if not left:
            return
    missing = min(wanted.keys() - set(range(1, number + 1)))
    raise CorrectionError(
        "csv_record_missing",
        f"Há correção para o registro {missing}, mas o arquivo tem {number} registros.",
    )


def _corrected(grammar: Grammar, raw: bytes, number: int, changes: Mapping[int, str]) -> bytes:
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
