"""What was learned is kept as bytes, and serves the next run as it served the first."""

from dataclasses import fields

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from reconciliation.engine import Known, from_bytes, to_bytes
from reconciliation.engine.habits import Habits
from reconciliation.engine.matching import Found, compare
from tests.data.engine_tables import DAY, lines, payables

NAMES = ("PADARIA AURORA LTDA", "MERCADO CENTRAL SA", "OFICINA BOA VISTA LTDA", "LIVRARIA SOL LTDA")


def debts(count: int = 40) -> pl.DataFrame:
    return payables(
        *(
            {
                "amount": 10_000 + 37 * number,
                "number": 500 + number,
                "party": f"{number % 4:014}",
                "party_name": NAMES[number % 4],
                "due": DAY + number // 4,
            }
            for number in range(count)
        )
    )


def payments(count: int = 40) -> pl.DataFrame:
    return lines(
        *(
            {
                "amount": 10_000 + 37 * number,
                "memo": f"PIX RECEBIDO {NAMES[number % 4]}",
                "day": DAY + number // 4 + 1,
            }
            for number in range(count)
        )
    )


def known() -> Known:
    return compare(debts(), payments()).known


def same(one: object, other: object) -> bool:
    if isinstance(one, pl.DataFrame) and isinstance(other, pl.DataFrame):
        assert_frame_equal(one, other)
        return True
    return bool(np.array_equal(np.asarray(one), np.asarray(other)))


def test_what_is_kept_reads_back_as_it_was() -> None:
    before = known()
    after = from_bytes(to_bytes(before))

    assert_frame_equal(before.kinds, after.kinds)
    assert_frame_equal(before.parties, after.parties)
    assert_frame_equal(before.vocabulary.bank_words, after.vocabulary.bank_words)
    assert_frame_equal(before.vocabulary.contexts, after.vocabulary.contexts)
    for one in fields(Habits):
        assert same(getattr(before.habits, one.name), getattr(after.habits, one.name)), one.name


def believed(found: Found) -> list[tuple[int, int, float]]:
    rows = found.books.lines["line"].gather(found.links.row[found.links.member_of])
    items = found.books.items["document"].gather(found.links.item)
    belief = found.belief[found.links.member_of]
    return sorted(zip(rows.to_list(), items.to_list(), belief.round(9).tolist(), strict=True))


def test_kept_knowledge_weighs_like_the_fresh_one() -> None:
    fresh = known()
    kept = from_bytes(to_bytes(fresh))

    assert believed(compare(debts(), payments(), kept)) == believed(
        compare(debts(), payments(), fresh)
    )


def test_a_line_may_name_a_party_that_owes_nothing_now() -> None:
    owing = debts().filter(pl.col("party_name") == NAMES[0])
    paid = lines({"amount": 10_000, "memo": f"PIX RECEBIDO {NAMES[1]}", "day": DAY + 1})

    found = compare(owing, paid, known())

    named = found.reading.evidence.join(found.books.parties, on="party_row")
    assert named["name"].to_list() == [NAMES[1]]
    assert found.books.items["party_row"].n_unique() == 1
