"""Books of several organizations: in any order and however they are cut, the links are the same."""

from typing import Any

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reconciliation.engine.links import chosen
from reconciliation.engine.matching import Found, compare
from tests.data.engine_tables import DAY, lines, payables

PARTIES = (
    {"party": "11222333000181", "party_name": "PADARIA AURORA LTDA"},
    {"party": "11444777000161", "party_name": "SERRA AZUL TRANSPORTES"},
)
WHOLE = 120_000  # and its half, its third, two parts of it, its double
AMOUNTS = st.sampled_from([WHOLE, WHOLE // 2, WHOLE // 3, 70_000, 50_000, 2 * WHOLE])
DAYS = st.integers(-20, 80).map(lambda days: DAY + days)
NUMBERS = st.integers(1, 4).map(lambda number: 1000 + number)
PAPERS = st.lists(
    st.fixed_dictionaries(
        {
            "organization": st.integers(0, 1),
            "amount": st.sampled_from([WHOLE, WHOLE // 2, 70_000]),
            "due": DAYS,
            "number": NUMBERS,
            "declared": st.booleans(),
            "owner": st.sampled_from(PARTIES),
        }
    ),
    min_size=1,
    max_size=8,
)
PAID = st.lists(
    st.fixed_dictionaries(
        {
            "organization": st.integers(0, 1),
            "amount": AMOUNTS,
            "day": DAYS,
            "memo": st.sampled_from(["PIX", "NF 1001", "NF 1002 1003", "TED SERRA AZUL TRANSP"]),
            "payer": st.sampled_from(["", PARTIES[0]["party"]]),
        }
    ),
    min_size=1,
    max_size=8,
)
Rows = list[dict[str, Any]]
months = given(PAPERS, PAID)
patient = settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])


def tables(papers: Rows, paid: Rows) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = [{**paper, **paper["owner"], "issued": paper["due"]} for paper in papers]
    told = [{name: value for name, value in row.items() if name != "owner"} for row in rows]
    return payables(*told), lines(*paid)


def links(found: Found) -> dict[tuple[int, tuple[tuple[int, int, int], ...]], float]:
    """Belief of each link by line and by what it pays: document, instalment, ways of splitting."""
    line = found.books.lines["line"].to_list()
    items = found.books.items.select("document", "installment", "parts").rows()
    paid: dict[int, list[tuple[int, int, int]]] = {}
    for link, item in zip(found.links.member_of.tolist(), found.links.item.tolist(), strict=True):
        paid.setdefault(link, []).append(items[item])
    rows = enumerate(zip(found.links.row.tolist(), found.belief.tolist(), strict=True))
    return {
        (line[row], tuple(sorted(paid[link]))): round(belief, 9) for link, (row, belief) in rows
    }


@patient
@given(PAPERS, PAID, st.randoms(use_true_random=False))
def test_order_changes_nothing(papers: Rows, paid: Rows, random: Any) -> None:
    items, rows = tables(papers, paid)
    one, other = (
        table.sample(fraction=1, shuffle=True, seed=random.randrange(99)) for table in (items, rows)
    )

    assert links(compare(one, other)) == links(compare(items, rows))


@patient
@months
def test_organizations_apart_or_together_are_the_same(papers: Rows, paid: Rows) -> None:
    items, rows = tables(papers, paid)
    whole = links(compare(items, rows))
    apart: dict[Any, float] = {}
    for organization in (0, 1):
        mine = pl.col("organization") == organization
        apart |= links(compare(items.filter(mine), rows.filter(mine)))

    assert whole == apart


@patient
@months
def test_with_what_is_known_held_rows_elsewhere_change_nothing(papers: Rows, paid: Rows) -> None:
    items, rows = tables(papers, paid)
    known = compare(items, rows).known
    whole = links(compare(items, rows, known))
    first = pl.col("organization") == 0

    part = links(compare(items.filter(first), rows.filter(first), known))

    assert part.items() <= whole.items()
    assert links(compare(items, rows, known)) == whole


def test_who_pays_for_others_in_one_organization_says_nothing_of_the_next() -> None:
    owed: dict[str, Any] = PARTIES[0] | {"amount": WHOLE}
    rest = [{"number": 2000 + n, "amount": 10_000 + 731 * n, "organization": 1} for n in range(60)]
    papers = [owed | row for row in ({"number": 1001}, *rest)]
    stranger = {"payer": "11444777000161"}
    paid = [
        stranger | {"memo": f"NF {row['number']}", "amount": row["amount"]} | place
        for row, place in ((row, {"organization": row.get("organization", 0)}) for row in papers)
    ]
    items, rows = payables(*papers), lines(*paid)
    alone = compare(items[:1], rows[:1])

    together = links(compare(items, rows))

    assert links(alone).items() <= together.items()


@patient
@months
def test_a_line_is_believed_to_pay_one_thing_and_a_thing_to_be_paid_once(
    papers: Rows, paid: Rows
) -> None:
    found = compare(*tables(papers, paid))
    uses = pl.DataFrame({"row": found.links.row, "belief": found.raw})

    assert found.belief.min(initial=0) >= 0
    together = uses.group_by("row").agg(pl.col("belief").sum())["belief"].to_list()
    assert max(together, default=0) < 1.001


@patient
@months
def test_no_document_and_no_line_gives_more_than_it_has(papers: Rows, paid: Rows) -> None:
    items, rows = tables(papers, paid)
    found = compare(items, rows)
    taken = chosen(found.links, found.belief, 0.0).tolist()
    amount = found.books.lines["amount"].to_list()
    used = [int(found.links.row[link]) for link in taken]
    given_to: dict[int, int] = {}
    owed = found.books.items.select("document", "net").rows()
    for link, item in zip(found.links.member_of.tolist(), found.links.item.tolist(), strict=True):
        if link in taken:
            document, net = owed[item]
            paid_here = min(net, amount[found.links.row[link]])
            given_to[document] = given_to.get(document, 0) + paid_here

    totals = dict(items.select("document", "amount").rows())
    assert len(used) == len(set(used))
    assert all(cents <= totals[document] for document, cents in given_to.items())
