"""Whatever is opened can be corrected and written back; whatever cannot is refused beforehand."""

from io import BytesIO
from random import Random

import pytest

from audits.corrections import apply_corrections
from audits.result_rows import RowsRefused, doubtful_rows, inspect
from audits.shipped import OMR, SHIPPED
from tests.data.answer_sheets import FIRST, results, sheet

WHOLE = results(FIRST, sheet("b.png", "A", "B"), sheet("ç.png", "", "C"))
FILES = [
    WHOLE,
    WHOLE.replace(b'"', b""),
    WHOLE.replace(b"\n", b"\r\n").replace(b",", b";"),
    b"\xef\xbb\xbf" + WHOLE,
    WHOLE.decode().encode("cp1252"),
]
SHARDS = [b'"', b'""', b"'", b",", b";", b"|", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xe7",
          b"\x81", b"\xc3", b"=1+1", b"\xef\xbb\xbf", b""]  # fmt: skip


def damaged(chance: Random) -> bytes:
    content = bytearray(chance.choice(FILES))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(content) + 1)
        content[place : place + chance.randint(0, 3)] = chance.choice(SHARDS)
    return bytes(content)


def corrected(content: bytes) -> bool:
    """Whether it was accepted; then every doubtful row takes an answer and nothing else moves."""
    try:
        contents = inspect(BytesIO(content), SHIPPED[OMR])
    except RowsRefused as refused:
        assert all(fault.code and fault.message for fault in refused.faults)
        return False
    field = next(one.name for one in contents.layout.fields if one.rule.role == "answer")
    rows = doubtful_rows(BytesIO(content), contents)
    written = apply_corrections(BytesIO(content), {row.number: {field: "E"} for row in rows})
    again = inspect(BytesIO(b"".join(written)), SHIPPED[OMR])
    assert (again.rows, again.layout.header) == (contents.rows, contents.layout.header)
    return True


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_refused_or_can_be_corrected(seed: int) -> None:
    chance = Random(seed)
    accepted = sum(corrected(damaged(chance)) for _ in range(300))

    assert 20 < accepted < 280
