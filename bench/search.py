"""How long the search box takes over a million documents, beside its limit of 100 ms.

    python3 dev bench search [--documents 1000000] [--organizations 20] [--queries 200]

Synthetic documents are copied straight into the index (what it holds, not how it is filled, is
measured; the filling is timed beside it) and asked for as an operator of one and of all companies:
200 queries of each class, drawn from what is there. Half of the documents are one company's.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connection, connections
from stdnum.br import cnpj

from bench.scratch import scratch  # sets Django up: stays first of ours
from conciliacontag.brazil import format_cnpj
from conciliacontag.database import EVERY, session
from conciliacontag.keys import new_id
from conciliacontag.organizations.models import Organization
from ingestion.search import search_index
from ingestion.search.index import Entry, searchable
from ingestion.search.query import understand

LIMIT_MS = 100.0
PER_PAGE = 51
BATCH = 20_000
FIRST_DAY = date(2022, 1, 1)
SYLLABLES = "ba be bo ca co da du fa fe go ja la le li ma me mo na ne no pa pe ra ri sa so ta vi"
TRADES = [
    *("padaria", "mercado", "oficina", "farmacia", "livraria", "papelaria", "transportes"),
    *("comercio", "distribuidora", "industria", "alimentos", "construcoes", "tecnologia"),
]


def make_names(count: int, chance: random.Random) -> list[str]:
    """Invented names; the words in them are as unequal as in life."""
    parts = SYLLABLES.split()
    surnames = ["".join(chance.choices(parts, k=3)) for _ in range(4_000)]
    return [
        f"{chance.choice(TRADES)} {surnames[int(chance.paretovariate(0.6)) % 4_000]} "
        f"{chance.choice(surnames)}"
        for _ in range(count)
    ]


def make_cnpj(root: int) -> str:
    bare = f"{root:08d}0001"
    return bare + str(cnpj.calc_check_digits(bare))


class Stock:
    """The documents to be found, and what may be asked about them."""

    def __init__(self, documents: int, organizations: int) -> None:
        self.chance = random.Random(20261122)
        self.names = make_names(50_000, self.chance)
        self.parties = [make_cnpj(self.chance.randrange(10**8)) for _ in self.names]
        self.documents = documents
        self.organizations = organizations

    def entries(self, count: int) -> Iterator[Entry]:
        for _ in range(count):
            yield self.entry()

    def entry(self) -> Entry:
        chance = self.chance
        party = int(chance.paretovariate(0.5)) % len(self.parties)
        number = str(chance.randrange(1, 1_000_000))
        return Entry(
            id=new_id(),
            kind="document",
            title=f"NFE {number} · {self.names[party]}",
            day=FIRST_DAY + timedelta(days=chance.randrange(1_700)),
            text=searchable(self.names[party], number),
            amount=Decimal(chance.randrange(100, 5_000_000)) / 100,
            key=f"{chance.randrange(10**44):044d}",
            number=number,
            emitter="11222333000181",
            receiver=self.parties[party],
        )


def fill(stock: Stock) -> tuple[list[UUID], float]:
    """Write everything through the adapter; return the organizations and the seconds it took."""
    with session(EVERY):
        rows = [
            Organization.objects.create(name=f"B {n}", cnpj=f"{n:014d}", tenant_key=f"b-{n}")
            for n in range(stock.organizations)
        ]
    index, started = search_index(), time.perf_counter()
    shares = [stock.documents // 2] + [stock.documents // 2 // (len(rows) - 1)] * (len(rows) - 1)
    for row, share in zip(rows, shares, strict=True):
        for done in range(0, share, BATCH):
            with session([row.pk]):
                index.add(row.pk, stock.entries(min(BATCH, share - done)))
    seconds = time.perf_counter() - started
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE ingestion_searchentry, ingestion_searchword")
    return [row.pk for row in rows], seconds


def sample(count: int) -> list[tuple[str, ...]]:
    """Some of what is stored, to be asked for: key, number, amount, day, recipient, title."""
    with session(EVERY), connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, number, amount, to_char(day, 'DD/MM/YYYY'), receiver, title"
            " FROM ingestion_searchentry TABLESAMPLE SYSTEM (5) LIMIT %s",
            [count * 20],
        )
        return [tuple(row) for row in random.Random(7).sample(cursor.fetchall(), count)]


CLASSES: dict[str, Callable[[tuple[str, ...]], str]] = {
    "key": lambda row: row[0],
    "number": lambda row: row[1],
    "amount": lambda row: row[2].replace(".", ","),
    "day": lambda row: row[3],
    "tax id": lambda row: format_cnpj(row[4]),
    "root": lambda row: row[4][:8],
    "one word": lambda row: row[5].split()[-1],
    "two words": lambda row: " ".join(row[5].split()[-2:]),
    "beginning": lambda row: row[5].split()[-1][:4],
    "common words": lambda row: f"{row[5].split()[-3]} {row[5].split()[-1][:3]}",
    "nothing": lambda row: f"{row[5].split()[-1]} inexistente",
}


def measure(queries: list[str], organizations: list[UUID]) -> list[float]:
    """Milliseconds of each query as a request asks it: one transaction that sees its companies."""
    index, taken = search_index(), []
    for typed in queries:
        started = time.perf_counter()
        with session(organizations):
            index.find(organizations, understand(typed), limit=PER_PAGE)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--organizations", type=int, default=20)
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args()
    with scratch():
        organizations, seconds = fill(Stock(options.documents, options.organizations))
        print(f"{options.documents} documents indexed in {seconds:.0f} s", flush=True)
        rows, everything = sample(options.queries), []
        for name, ask in CLASSES.items():
            for whose, wanted in (("one", organizations[:1]), ("all", organizations)):
                taken = measure([ask(row) for row in rows], wanted)
                everything += taken
                print(told(f"{name}, {whose}", taken), flush=True)
        print(told("everything", everything))


def told(name: str, taken: list[float]) -> str:
    p95 = statistics.quantiles(taken, n=20)[-1]
    verdict = "within" if p95 < LIMIT_MS else "BEYOND"
    return (
        f"{name:20} median {statistics.median(taken):7.1f} ms   p95 {p95:7.1f} ms   "
        f"worst {max(taken):7.1f} ms   {verdict} {LIMIT_MS:.0f} ms"
    )


if __name__ == "__main__":
    main()
