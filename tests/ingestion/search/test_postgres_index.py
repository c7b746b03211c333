"""The index in PostgreSQL: what is added is found, by its own organization alone."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from conciliacontag.database import session
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.models import SearchWord
from ingestion.search import search_index
from ingestion.search.index import Entry, SearchIndex, searchable
from ingestion.search.query import understand
from tests.data.identity import cnpj
from tests.data.nfe import access_key

DAY = date(2026, 10, 5)
CUSTOMER = cnpj(4711)
Find = Callable[..., list[str]]


def entry(title: str = "NF-e 42", **named: Any) -> Entry:
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": "document",
        "day": DAY,
        "text": searchable("MERCADO SÃO JOÃO", "PADARIA AURORA"),
        "amount": Decimal("1234.56"),
        "key": access_key(),
        "number": "42",
        "emitter": cnpj(1),
        "receiver": CUSTOMER,
    }
    return Entry(title=title, **values | named)


@pytest.fixture
def index(everything: None) -> SearchIndex:
    return search_index()


@pytest.fixture
def find(index: SearchIndex, organization: Organization) -> Find:
    def search(typed: str, *others: Organization, limit: int = 50, after: Any = None) -> list[str]:
        wanted = [organization.pk, *(row.pk for row in others)]
        return [
            hit.title for hit in index.find(wanted, understand(typed), limit=limit, after=after)
        ]

    return search


@pytest.mark.parametrize(
    "typed",
    [
        access_key(),
        CUSTOMER,
        CUSTOMER[:8],
        cnpj(1),
        "42",
        "000042",
        "1.234,56",
        "R$ 1234,56",
        "05/10/2026",
        "mercado",
        "merc",
        "são joão",
        "SAO JOAO padar",
        "padarias",
    ],
)
def test_every_way_of_asking_finds_it(
    index: SearchIndex, organization: Organization, find: Find, typed: str
) -> None:
    index.add(organization.pk, [entry(), entry("outra", **OTHER)])

    assert find(typed) == ["NF-e 42"]


OTHER: dict[str, Any] = {
    "key": "9" * 44,
    "number": "7",
    "amount": Decimal("99.00"),
    "day": DAY + timedelta(days=1),
    "emitter": cnpj(88),
    "receiver": cnpj(99),
    "text": searchable("OFICINA BOREAL"),
}


@pytest.mark.parametrize("typed", ["", "de", "mercado boreal", "zzz", "1,00", cnpj(5), "de para"])
def test_what_does_not_fit_is_not_found(
    index: SearchIndex, organization: Organization, find: Find, typed: str
) -> None:
    index.add(organization.pk, [entry(), entry(**OTHER)])

    assert find(typed) == []


def test_a_payment_is_found_by_what_was_paid(
    index: SearchIndex, organization: Organization, find: Find
) -> None:
    index.add(organization.pk, [entry("TED", kind="transaction", amount=Decimal("-10.50"))])

    assert find("10,50") == ["TED"]


def test_another_organization_finds_nothing_of_it(
    index: SearchIndex, organization: Organization, other_organization: Organization, find: Find
) -> None:
    index.add(other_organization.pk, [entry("alheia")])

    assert find("mercado") == []
    assert find("mercado", other_organization) == ["alheia"]
    with session([organization.pk]):
        assert find("mercado", other_organization) == []
        assert find(CUSTOMER, other_organization) == []


def test_adding_again_replaces_with_all_its_words(
    index: SearchIndex, organization: Organization, find: Find
) -> None:
    first = entry()
    index.add(organization.pk, [first])
    index.add(organization.pk, [entry("corrigida", id=first.id, **OTHER)])

    assert (find("mercado"), find("boreal")) == ([], ["corrigida"])
    assert SearchWord.objects.count() == 2


def test_pages_follow_each_other_newest_first(
    index: SearchIndex, organization: Organization, find: Find
) -> None:
    index.add(organization.pk, [entry(str(n), day=DAY + timedelta(days=n // 3)) for n in range(10)])
    query = understand("mercado")
    seen, after = [], None
    while hits := index.find([organization.pk], query, limit=4, after=after):
        seen += [hit.title for hit in hits]
        after = hits[-1].cursor

    assert seen == [str(n) for n in reversed(range(10))]


def test_one_row_that_fits_twice_is_one_hit(
    index: SearchIndex, organization: Organization, find: Find
) -> None:
    index.add(
        organization.pk, [entry("só uma", emitter=CUSTOMER, number="1234", amount=Decimal(1234))]
    )

    assert find("1234") == ["só uma"]
    assert find(CUSTOMER) == ["só uma"]


def test_row_level_security_leaves_the_indexes_usable(
    index: SearchIndex, organization: Organization
) -> None:
    index.add(organization.pk, [entry(str(n), number=str(n)) for n in range(3000)])
    with session([organization.pk]), connection.cursor() as cursor:
        cursor.execute("ANALYZE ingestion_searchentry, ingestion_searchword")
        cursor.execute(
            "EXPLAIN SELECT id FROM ingestion_searchentry WHERE organization_id = %s"
            " AND number = '77' ORDER BY day DESC, id DESC LIMIT 5",
            [organization.pk],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index Cond: ((organization_id" in plan
    assert "number" in plan.partition("Index Cond")[2].partition("\n")[0]
