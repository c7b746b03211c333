"""The `Results.csv` of a run: one record for each line the machine could not decide.

Commas, every field quoted, UTF-8, line feeds, as the reading of answer cards writes its own. Days
are `2026-10-31` and amounts `-1234.56`, so that no program has to guess.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO

from audits.layouts import Layout

FILENAME = "Results.csv"


def write_results(layout: Layout, records: Iterable[Mapping[str, str]]) -> Iterator[bytes]:
    """The file, record by record, header first; a column that a record lacks is empty."""
    buffer = StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(layout.header)
    yield taken(buffer)
    for record in records:
        writer.writerow([record.get(column, "") for column in layout.header])
        yield taken(buffer)


def taken(buffer: StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content
