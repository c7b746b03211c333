"""How long the next line takes after a decision at the desk, beside its limit of 150 ms.

    python3 dev bench desk [--lines 5000] [--decided 200] [--look 1.0]

A month of bank lines, each with two notes that it could pay, is decided by keyboard alone. What is
measured in the page: from the press of Enter that books a line to the frame that shows the next,
ready for the next key. A person looks at each line for a second, in which the page fetches those
that follow; with `--look 0` nothing is fetched ahead. Beside it: keys a line, pointer events.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any

from bench.scratch import scratch  # sets Django up: stays first of ours

# isort: split
from playwright.sync_api import Page

from bench.audits_review import measure, served
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, Transaction
from ingestion.models.documents import Direction
from reconciliation.models import Reconciliation, ReconciliationStatus

LIMIT_MS = 150.0
FIRST = date(2026, 10, 1)
EVIDENCE = [
    {"factor": "amount", "points": "35", "place": "valor",
     "document_value": "R$ 800,00", "transaction_value": "R$ 800,00"},
    {"factor": "name", "points": "15", "place": "histórico 14–30",
     "document_value": "Cliente", "transaction_value": "CLIENTE"},
]  # fmt: skip


def make_month(lines: int) -> User:
    """Rows as a run leaves them: every line with two proposals."""
    with session(EVERY):
        organization = Organization.objects.create(
            name="Distribuidora", cnpj="0" * 14, tenant_key="mesa"
        )
        auditor = User.objects.create(email="auditora@exemplo.com.br", name="Auditora")
        Membership.objects.create(user=auditor, organization=organization, role=Role.AUDITOR)
        paid = [line(organization, number) for number in range(lines)]
        owed = [note(organization, number) for number in range(2 * lines)]
        Transaction.objects.bulk_create(paid, batch_size=1000)
        Document.objects.bulk_create(owed, batch_size=1000)
        proposals = [
            proposal(paid[number // 2], document, number) for number, document in enumerate(owed)
        ]
        Reconciliation.objects.bulk_create(proposals, batch_size=1000)
    return auditor


def line(organization: Organization, number: int) -> Transaction:
    return Transaction(
        organization=organization,
        account="001/1234/56789-0",
        date=FIRST + timedelta(days=number * 31 // 5000 % 31),
        amount=Decimal(80_000 + number) / 100,
        memo=f"PIX RECEBIDO CLIENTE {number:05} LTDA",
        natural_key=sha256(f"line {number}".encode()).hexdigest(),
        parser="bench/1",
    )


def note(organization: Organization, number: int) -> Document:
    return Document(
        organization=organization,
        doc_type="nfe",
        key=f"{number:044}",
        number=str(number + 1),
        emitter_cnpj=organization.cnpj,
        emitter_name=organization.name,
        receiver_cnpj=f"{number // 2:014}",
        receiver_name=f"Cliente {number // 2:05} Ltda",
        total_amount=Decimal(80_000 + number // 2) / 100,
        issue_date=FIRST,
        direction=Direction.ISSUED,
        fiscal_status="authorized",
        environment="1",
        purpose="1",
        normalized={"installments": [], "items": [{"description": "Mercadoria"}] * 20},
        content_hash=f"{number:064}",
        parser="bench/1",
    )


def proposal(paid: Transaction, document: Document, number: int) -> Reconciliation:
    return Reconciliation(
        organization=paid.organization,
        transaction=paid,
        document=document,
        status=ReconciliationStatus.PARTIAL,
        amount=paid.amount,
        score=Decimal(60 - 10 * (number % 2)),
        reason="valor igual; nome igual. Por que não 100: outra nota também serve.",
        evidence=EVIDENCE,
    )


def decide(page: Page, count: int, look: float) -> None:
    """Enter on each line, once the one before has been answered and looked at."""
    for done in range(count):
        page.wait_for_function(f"waits.length >= {done}")
        page.locator("[data-card][data-open]").wait_for()
        page.wait_for_timeout(look * 1000)
        page.keyboard.press("Enter")
    page.wait_for_function(f"waits.length >= {count}")


def report(options: argparse.Namespace, found: dict[str, Any]) -> bool:
    waits: Sequence[float] = found["waits"]
    p95 = statistics.quantiles(waits, n=20)[-1]
    with session(EVERY):
        booked = Reconciliation.objects.matched().count()
    figures = {
        "lines": options.lines,
        "decided": booked,
        "median_ms": round(statistics.median(waits), 1),
        "p95_ms": round(p95, 1),
        "limit_ms": LIMIT_MS,
        "worst_ms": round(max(waits), 1),
        "keys_a_line": round(found["keys"] / options.decided, 2),
        "pointer_events": found["pointer"],
    }
    print(json.dumps(figures, indent=2))
    return p95 < LIMIT_MS and booked == options.decided and not found["pointer"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000)
    parser.add_argument("--decided", type=int, default=200)
    parser.add_argument("--look", type=float, default=1.0, help="seconds a person looks at a line")
    options = parser.parse_args()
    # The driver runs a loop of its own; the database is only asked between its steps.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with scratch():
        user = make_month(options.lines)
        with served() as url:
            work = partial(decide, count=options.decided, look=options.look)
            page = "/admin/reconciliation/reconciliation/mesa/?competencia=2026-10"
            found = measure(url, page, user, work)
        is_met = report(options, found)
    sys.exit(not is_met)


if __name__ == "__main__":
    main()
