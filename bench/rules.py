"""How long the simulation of a rule takes on a year of one organization, beside its limit of 20 s.

    python3 dev bench rules [--documents 100000]

A year of notes and bank lines, most of which name their note or their payer, stands in the tables
as reading leaves it; two thousand lines have been decided by people, and five rules work already.
Rules of every kind are tried on it, one after the other, each as a worker carries it out: reading
the books, deciding them without the rule and with it, comparing, storing. The limit is of each of
them; beside it stand the steps of the progress that another connection saw meanwhile.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from threading import Event, Thread
from typing import Any
from uuid import UUID

from bench.scratch import scratch  # sets Django up: stays first of ours

# isort: split
from django.db import connections
from django.utils import timezone

from audits.demonstration.identity import CAMPINAS, Entity, supplier
from audits.demonstration.invoice import Invoice, basket, moment
from bench.search import make_cnpj, make_names
from conciliacontag.database import EVERY, copy_rows, session
from conciliacontag.keys import new_id
from conciliacontag.organizations.access import look_around
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, Transaction
from reconciliation.models import Reconciliation
from reconciliation.rules import simulation
from reconciliation.rules.models import RuleSimulation
from reconciliation.rules.services import enable_rule, save_rules

LIMIT_SECONDS = 20.0
EVERY_SECONDS = 0.3
FEWEST_STEPS = 4  # of the progress, that somebody who waits should see
YEAR = 360
PARTNERS = 2_000
DECIDED = 2_000
LAST = date(2026, 11, 20)
OWN = supplier(0)
DOCUMENT = [
    "id", "organization_id", "doc_type", "key", "series", "number", "emitter_cnpj", "emitter_name",
    "receiver_cnpj", "receiver_name", "total_amount", "issue_date", "direction", "fiscal_status",
    "environment", "purpose", "normalized", "content_hash", "parser", "status", "created_at",
    "withheld_amount",
]  # fmt: skip
LINE = [
    "id", "organization_id", "source", "external_id", "account", "date", "amount", "memo", "payee",
    "kind", "check_number", "natural_key", "metadata", "parser", "status", "created_at",
]  # fmt: skip
LINK = [
    "id", "organization_id", "created_at", "document_id", "installment", "transaction_id", "link",
    "status", "amount", "difference", "difference_kind", "alert", "score", "reason", "evidence",
    "content_hash", "performed_by_id", "decided_at",
]  # fmt: skip
WORKING = """
- {name: Tarifas, when: not transaction_credit and "TARIFA" in transaction_memo, then: forbid}
- {name: Transferências, when: '"MESMA TITULARIDADE" in transaction_memo', then: forbid}
- {name: Centavos, when: pair_number_cited and pair_difference >= -0.05 and pair_difference <= 0.05,
   then: {points: 5}}
- {name: Vendas, when: transaction_credit, then: {classify: {debit: 1.1.01, credit: 3.1.01}}}
- {name: Altas, when: document_total > 9000, then: {flag: Confira o contrato}}
"""
TRIED = {
    "forbids lines": ("transaction_credit and transaction_amount > 3000", "forbid"),
    "forbids pairs": ("pair_days_late > 25 and not pair_number_cited", "forbid"),
    "adds points": ("pair_party_cited and pair_difference == 0", "{points: 10}"),
    "accepts": ("pair_difference == 0 and pair_days_late >= 0", "accept"),
    "classifies": ("not transaction_credit", "{classify: {debit: 2.1.01, history: 12}}"),
}


def partners() -> list[Entity]:
    """Two thousand customers and suppliers, their names as unequal as in life."""
    chance = random.Random(20261122)
    return [
        Entity(make_cnpj(chance.randrange(10**8)), f"{name.title()} Ltda", CAMPINAS)
        for name in make_names(PARTNERS, chance)
    ]


def invoices(count: int) -> Iterator[Invoice]:
    """Notes of a year; every fifth is a supplier's, the others the organization's own."""
    known = partners()
    for place in range(count):
        day = LAST - timedelta(days=YEAR - place * YEAR // count)
        other = known[place * 7919 % PARTNERS]
        parties = (other, OWN) if place % 5 == 4 else (OWN, other)
        yield Invoice("55", place + 1, moment(day, place), *parties, basket(place, 2 + place % 4))


def document_row(owner: UUID, note: Invoice) -> list[Any]:
    recipient = note.recipient or OWN
    direction = "issued" if note.issuer is OWN else "received"
    return [
        new_id(), owner, "nfe", note.key, "1", str(note.number), note.issuer.tax_id,
        note.issuer.name, recipient.tax_id, recipient.name, note.total, note.issued_at.date(),
        direction, "authorized", "1", "1", json.dumps({"installments": []}), "", "bench/1",
        "pending", timezone.now(), Decimal(0),
    ]  # fmt: skip


def line_row(owner: UUID, place: int, day: date, amount: Decimal, memo: str) -> list[Any]:
    return [
        new_id(), owner, "bank", "", "001/1234/56789-0", min(day, LAST), amount, memo, "", "", "",
        sha256(f"line {place}".encode()).hexdigest(), "{}", "bench/1", "pending", timezone.now(),
    ]  # fmt: skip


def line_rows(owner: UUID, notes: Iterator[Invoice]) -> Iterator[list[Any]]:
    """Of twenty notes seventeen are paid; of twenty lines one is a fee and one a transfer."""
    for place, note in enumerate(notes):
        day = note.issued_at.date() + timedelta(days=place * 7 % 36)
        if place % 20 == 3:
            yield line_row(owner, place, day, Decimal("-12.50"), "TARIFA PACOTE DE SERVICOS")
        elif place % 20 == 11:
            yield line_row(owner, place, day, note.total, "TED MESMA TITULARIDADE")
        elif place % 20 != 17:
            is_issued = note.issuer is OWN
            other = (note.recipient if is_issued else note.issuer) or OWN
            amount = note.total if is_issued else -note.total
            yield line_row(owner, place, day, amount, memo_of(place, note, other))


def memo_of(place: int, note: Invoice, other: Entity) -> str:
    name = other.name.upper()[:30]
    said = (
        f"PIX RECEBIDO {name} {other.tax_id}",
        f"TED NF {note.number} {name}",
        f"PIX {name}",
        f"PGTO NF {note.number}",
    )
    return said[place % 13 % 4] if place % 10 else "CREDITO EM CONTA"


def make_year(documents: int) -> tuple[Organization, User]:
    """The organization, its working rules, and its rows; people decided the oldest lines."""
    with session(EVERY):
        owner = Organization.objects.create(name=OWN.name, cnpj=OWN.tax_id, tenant_key="regras")
        user = User.objects.create(email="gerente@exemplo.com.br", name="Gerente")
        Membership.objects.create(user=user, organization=owner, role=Role.MANAGER)
    look_around(user)
    with session([owner.pk]):
        for rule, _ in save_rules(owner, WORKING, user=user):
            row, _ = simulation.start_simulation(rule, user=user)
            simulation.execute_simulation(owner.pk, row.pk)
            enable_rule(rule, user=user)
    notes = list(invoices(documents))
    with session(EVERY):
        copy_rows(Document, DOCUMENT, (document_row(owner.pk, note) for note in notes))
        copy_rows(Transaction, LINE, line_rows(owner.pk, iter(notes)))
        copy_rows(Reconciliation, LINK, list(link_rows(owner, user)))
    return owner, user


def link_rows(owner: Organization, user: User) -> Iterator[list[Any]]:
    """Bookings by people: the oldest lines whose amount one note of the same day had."""
    lines = Transaction.objects.filter(organization=owner, amount__gt=0).order_by("date", "id")
    notes = Document.objects.filter(organization=owner, direction="issued").order_by("issue_date")
    by_amount = dict(notes[: DECIDED * 2].values_list("total_amount", "pk"))
    now = timezone.now()
    for line, amount in lines[: DECIDED * 3].values_list("pk", "amount"):
        note = by_amount.pop(amount, None)
        if note:
            yield [
                new_id(), owner.pk, now, note, "", line, new_id(), "matched", amount, 0, "", "",
                Decimal(90), "Decidido.", "[]", "", user.pk, now,
            ]  # fmt: skip


class Watcher:
    """Asks for the progress of a simulation as the page does, from another connection."""

    def __init__(self, owner: Organization, row: RuleSimulation) -> None:
        self.owner, self.row = owner, row
        self.seen: set[int] = set()
        self.over = Event()
        self.thread = Thread(target=self.watch)

    def watch(self) -> None:
        while not self.over.wait(EVERY_SECONDS):
            with session([self.owner.pk]):
                done = RuleSimulation.objects.values_list("done", flat=True).get(pk=self.row.pk)
            self.seen.add(done)
        connections.close_all()

    def __enter__(self) -> "Watcher":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def try_one(owner: Organization, user: User, when: str, then: str) -> dict[str, Any]:
    """Seconds of a worker from the bell to the stored findings, and what they say."""
    text = f"name: 'Prova {then}'\nwhen: {json.dumps(when)}\nthen: {then}"
    with session([owner.pk]):
        rule = save_rules(owner, text, user=user)[0][0]
        row, _ = simulation.start_simulation(rule, user=user)
    clock, cpu = time.perf_counter(), time.process_time()
    with Watcher(owner, row) as watcher:
        simulation.execute_simulation(owner.pk, row.pk)
        seconds, worked = time.perf_counter() - clock, time.process_time() - cpu
    with session([owner.pk]):
        row.refresh_from_db()
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(worked, 2),
        "status": row.status,
        **{name: row.counts.get(name) for name in ("documents", "transactions", "hits", "changed")},
        "progress_seen": sorted(watcher.seen),
    }


def measure(documents: int) -> dict[str, Any]:
    owner, user = make_year(documents)
    tried = {name: try_one(owner, user, *asked) for name, asked in TRIED.items()}
    return {
        "limit_seconds": LIMIT_SECONDS,
        "worst_seconds": max(one["seconds"] for one in tried.values()),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "rules": tried,
    }


def is_met(figures: dict[str, Any]) -> bool:
    tried = figures["rules"].values()
    moves = all(len(one["progress_seen"]) >= FEWEST_STEPS for one in tried)
    done = all(one["status"] == "done" for one in tried)
    return moves and done and figures["worst_seconds"] < LIMIT_SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    options = parser.parse_args()
    with scratch():
        figures = measure(options.documents)
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    sys.exit(not is_met(figures))


if __name__ == "__main__":
    main()
