"""A month with something of everything that the reports count."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, SourceFile, Transaction
from reconciliation.models import Reconciliation, Run
from tests.data.rows import make_document, make_transaction

OCTOBER = date(2026, 10, 1)
sizes = iter(range(1, 1_000_000))


def local(*parts: int) -> datetime:
    return timezone.make_aware(datetime(*parts))  # type: ignore[arg-type]


def make_file(organization: Organization, kind: str = "ofx", **named: Any) -> SourceFile:
    """A file that was read in October, unless told otherwise."""
    number = next(sizes)
    at = named.pop("at", local(2026, 10, 7, 9, 0))
    values: dict[str, Any] = {
        "filename": f"{kind}-{number}",
        "kind": kind,
        "size": 1,
        "sha256": f"{number:064}",
        "status": "processed",
        "processed_at": at,
    }
    file = SourceFile.objects.create(organization=organization, **values | named)
    SourceFile.objects.filter(pk=file.pk).update(created_at=at)
    return file


def book(
    organization: Organization,
    amount: str,
    *,
    by: User | None = None,
    score: str = "99.5",
    at: datetime | None = None,
    **named: Any,
) -> Reconciliation:
    """A line and its note, reconciled by the machine or by somebody."""
    file = named.pop("file", None)
    note = make_document(organization, amount, status="reconciled", file=file)
    line = make_transaction(organization, amount, status="reconciled", file=file, **named)
    row = Reconciliation.objects.create(
        organization=organization,
        document=note,
        transaction=line,
        status="matched",
        amount=Decimal(amount),
        score=Decimal(score),
        reason="O valor e o número conferem.",
        performed_by=by,
        decided_at=(at or local(2026, 10, 9, 12, 0)) if by else None,
    )
    Reconciliation.objects.filter(pk=row.pk).update(created_at=at or local(2026, 10, 8, 12, 0))
    return row


def say_without_note(organization: Organization, by: User, amount: str) -> Transaction:
    line = make_transaction(organization, amount, status="unmatched", memo="PAGAMENTO AVULSO")
    Reconciliation.objects.create(
        organization=organization,
        transaction=line,
        status="unmatched",
        amount=abs(Decimal(amount)),
        score=Decimal(0),
        reason="Sem nota.",
        performed_by=by,
        decided_at=timezone.now(),
    )
    return line


def make_run(organization: Organization, seconds: int, documents: int = 1000) -> Run:
    asked = local(2026, 10, 10, 8, 0)
    run = Run.objects.create(
        organization=organization,
        status="done",
        documents=documents,
        finished_at=asked + timedelta(seconds=seconds),
    )
    Run.objects.filter(pk=run.pk).update(created_at=asked)
    return run


def mixed_month(organization: Organization, person: User) -> None:
    """Two lines by the machine, one by a person, one answered, two open; files, runs."""
    file = make_file(organization)
    book(organization, "100.10", file=file)
    book(organization, "200.20", file=file)
    book(organization, "50.05", by=person, score="87")
    say_without_note(organization, person, "-12.50")
    make_transaction(organization, "-30.33", memo="PIX ENVIADO OFICINA", date=date(2026, 10, 20))
    make_transaction(organization, "70.07", memo="TED RECEBIDA")
    make_document(organization, "300.00")
    make_document(organization, "9.99", fiscal_status="cancelled")
    make_file(organization, "nfe", status="failed", error="XML sem protocolo.")
    make_file(organization, "zip")
    for seconds in (10, 20, 60):
        make_run(organization, seconds)
    Document.objects.filter(organization=organization).update(created_at=local(2026, 10, 7, 9, 5))
    Transaction.objects.filter(organization=organization).update(
        created_at=local(2026, 10, 7, 9, 6)
    )
