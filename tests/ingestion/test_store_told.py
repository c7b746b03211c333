"""What files tell beside documents and movements becomes rows, once."""

from decimal import Decimal

from conciliacontag.organizations.models import Organization
from ingestion.models import Mention, PageText, SourceFile, Statement, Transaction, Voiding
from ingestion.parsers.model import Reading
from ingestion.services.storing import store_readings
from reconciliation.open_rows import open_transactions
from tests.data.readings import (
    DAY,
    KEY,
    balances,
    line,
    make_file,
    mention,
    page,
    reading,
    voiding,
)
from tests.data.rows import make_document


def store(organization: Organization, found: Reading) -> SourceFile:
    file = make_file(organization, found)
    store_readings(file, [found])
    file.save()
    return file


def test_a_statement_keeps_its_balances(seller: Organization) -> None:
    file = store(seller, reading(statements=(balances(), balances()), transactions=(line(1),)))

    first, second = Statement.objects.order_by("number")
    assert (first.file, first.opening, first.balance) == (file, Decimal("100"), Decimal("110"))
    assert (first.balances, second.number) == ([[DAY.isoformat(), "110.00"]], 2)
    assert (file.read, file.new) == (1, 1)


def test_pages_keep_their_text(seller: Organization) -> None:
    store(seller, reading(pages=(page(1, "uma"), page(2, "dois\x00")), informative=2))

    assert list(PageText.objects.values_list("number", "text")) == [(1, "uma"), (2, "dois")]


def test_numbers_given_up_arrive_once(seller: Organization) -> None:
    first = store(seller, reading("um", voidings=(voiding(),)))
    again = store(seller, reading("dois", voidings=(voiding(), voiding(20, 30))))

    assert (first.new, again.new, again.known) == (1, 1, 1)
    assert Voiding.objects.count() == 2


def test_a_mention_never_conflicts_with_its_document(seller: Organization) -> None:
    make_document(seller, key=KEY)
    told = (mention(total=Decimal("999.00")), mention(told_by="danfe"), mention())

    file = store(seller, reading(mentions=told))

    assert (file.read, file.new, file.known, file.rejected) == (3, 2, 1, 0)
    assert set(Mention.objects.values_list("told_by", flat=True)) == {"efd", "danfe"}


def test_one_chunk_with_everything_adds_up(seller: Organization) -> None:
    file = store(
        seller,
        reading(
            transactions=(line(1), line(2, source="boleto")),
            voidings=(voiding(),),
            mentions=(mention(),),
            informative=3,
        ),
    )

    assert (file.read, file.new, file.informative, file.parser) == (7, 4, 3, "table/1")


def test_a_boleto_and_the_bank_line_that_equals_it_are_two(seller: Organization) -> None:
    rows = (line(1), line(1, source="boleto"), line(1, source="ledger"))

    file = store(seller, reading(transactions=rows))

    assert file.new == 3
    assert set(Transaction.objects.values_list("source", flat=True)) == {
        "bank",
        "boleto",
        "ledger",
    }


def test_ledger_entries_wait_for_no_document(seller: Organization) -> None:
    sources = ("bank", "boleto", "ledger")
    store(seller, reading(transactions=tuple(line(1, source=source) for source in sources)))

    assert Transaction.objects.open().count() == 2
    for force in (False, True):
        assert len(list(open_transactions(seller, force=force))) == 2


def test_nothing_to_write_costs_no_query(
    seller: Organization, django_assert_max_num_queries: object
) -> None:
    found = reading(informative=1)
    file = make_file(seller, found)

    with django_assert_max_num_queries(0):  # type: ignore[operator]
        store_readings(file, [found])
