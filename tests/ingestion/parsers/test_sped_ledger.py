"""The ECD gives its journal entries as movements of the ledger, and balances for each account."""

from datetime import date
from decimal import Decimal

import pytest

from ingestion.parsers import parse
from ingestion.parsers.model import Options, Parsed
from tests.data.sped import entry, item, ledger, sped

BANK, SUPPLIERS, INTEREST = "1.1.1.01", "2.1.1.01", "4.1.1.01"
PAID = entry("7", item(SUPPLIERS, "1500,00", "D"), item(BANK, "1500,00", "C"))


def read(*rows: str) -> Parsed:
    content = sped(ledger(*rows))
    parsed = parse(content, "ecd.txt", options=Options(date(2026, 11, 21)))
    assert parsed.read == content.count(b"\r\n")
    return parsed


def codes(parsed: Parsed) -> list[str]:
    return [problem.code for problem in parsed.problems]


def test_an_entry_gives_a_movement_for_each_side() -> None:
    parsed = read(*PAID)
    debit, credit = parsed.transactions

    assert (debit.account, debit.amount, debit.posted_on) == (
        SUPPLIERS,
        Decimal("1500.00"),
        date(2026, 1, 5),
    )
    assert (credit.account, credit.amount) == (BANK, Decimal("-1500.00"))
    assert (credit.source, credit.external_id, credit.check_number) == ("ledger", "7", "123")
    assert (parsed.kind, parsed.parser, parsed.problems) == ("sped", "ecd/1", ())


def test_a_simple_entry_names_the_other_account() -> None:
    debit, credit = read(*PAID).transactions

    assert debit.extra == {
        "entry": "7",
        "account_name": "FORNECEDORES",
        "counter_accounts": [BANK],
    }
    assert credit.extra["counter_accounts"] == [SUPPLIERS]


def test_of_many_to_one_each_names_the_one() -> None:
    rows = [item(SUPPLIERS, "1400,00", "D"), item(INTEREST, "100,00", "D")]
    parsed = read(*entry("8", *rows, item(BANK, "1500,00", "C")))

    assert [row.extra["counter_accounts"] for row in parsed.transactions] == [
        [BANK],
        [BANK],
        [SUPPLIERS, INTEREST],
    ]


def test_of_many_to_many_none_is_named() -> None:
    rows = [item(BANK, "5,00", side) for side in "DDCC"]
    parsed = read(*entry("9", *rows))

    assert [row.extra.get("counter_accounts") for row in parsed.transactions] == [None] * 4
    assert [row.ordinal for row in parsed.transactions] == [1, 2, 1, 2]


def test_history_cost_centre_and_participant_are_kept() -> None:
    row = item(SUPPLIERS, "1500,00", "D", center="CC9", more="44|H1|NF 9|F1")
    first = read(*entry("1", row, item(BANK, "1500,00", "C"))).transactions[0]

    assert (first.memo, first.payee) == ("PAGAMENTO DE NF 9", "FORNECEDOR CAÇULA")
    assert (first.extra["cost_center"], first.check_number) == ("CC9", "44")


def test_an_entry_that_does_not_balance_is_said() -> None:
    parsed = read(*entry("3", item(SUPPLIERS, "10,00", "D"), item(BANK, "9,00", "C")))

    assert codes(parsed) == ["sped_entry"]
    assert "R$ 1,00" in parsed.problems[0].message
    assert parsed.problems[0].place == "linha 8, registro I200"
    assert len(parsed.transactions) == 2


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (entry("1", item(BANK, "1.500,00", "D")), "sped_amount"),
        (entry("1", item(BANK, "x", "D")), "sped_amount"),
        (entry("1", item(BANK, "1,00", "X")), "sped_amount"),
        (entry("1", item("", "1,00", "D")), "sped_amount"),
        (entry("1", item(BANK, "1,00", "D"), day="31022026"), "sped_date"),
        ([item(BANK, "1,00", "D")], "sped_date"),
    ],
)
def test_a_wrong_item_stays_out_with_its_reason(rows: list[str], code: str) -> None:
    parsed = read(*rows)

    assert (codes(parsed), parsed.rejected, parsed.transactions) == ([code], 1, ())
    assert parsed.problems[0].remedy


def test_balances_of_all_periods_are_joined_by_account() -> None:
    parsed = read(
        "|I150|01012026|31012026|",
        f"|I155|{BANK}|A|10000,00|D|500,00|1500,00|9000,00|D|",
        f"|I155|{BANK}|B|1,00|D|0,00|0,00|1,00|D|",
        "|I150|01022026|28022026|",
        f"|I155|{BANK}|A|9000,00|D|0,00|9500,00|500,00|C|",
    )
    (said,) = parsed.statements

    assert (said.account, said.opening, said.starts_on) == (
        BANK,
        Decimal("10001.00"),
        date(2026, 1, 1),
    )
    assert said.balances == (
        (date(2026, 1, 31), Decimal("9001.00")),
        (date(2026, 2, 28), Decimal("-500.00")),
    )
    assert (said.balance, said.balance_on, codes(parsed)) == (
        said.balances[-1][1],
        date(2026, 2, 28),
        [],
    )


def test_doubtful_balances_are_said() -> None:
    wrong_sum = f"|I155|{BANK}||1,00|D|1,00|0,00|3,00|D|"
    parsed = read(
        "|I150|01012026|31012026|", wrong_sum, f"|I155|{BANK}||x|D|1|1|1|D|", "|I150|x|y|"
    )

    assert codes(parsed) == ["sped_balance", "sped_amount", "sped_date"]
    assert {problem.severity for problem in parsed.problems} == {"warning"}
