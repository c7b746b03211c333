"""Looks in the stored rows for the problems that were planted."""

from collections.abc import Callable, Mapping
from typing import Any

from audits.demonstration.planted import Planted
from conciliacontag.organizations.models import Organization
from ingestion.models import Document, Problem, Transaction
from reconciliation.models import Reconciliation

Check = Callable[[Organization, Mapping[str, Any]], bool]


def is_found(organization: Organization, planted: Planted) -> bool:
    """Whether everything that a planted problem has to show is really there."""
    return all(
        CHECKS[word](organization, planted.expected) for word in CHECKS if word in planted.expected
    )


def has_problem(organization: Organization, expected: Mapping[str, Any]) -> bool:
    """The finding is on the file itself, or on the archive with the member's name as its place."""
    findings = Problem.objects.filter(organization=organization, code=expected["problem"])
    name = expected["file"]
    return (
        findings.filter(file__filename=name).exists()
        or findings.filter(place__startswith=name).exists()
    )


def is_stored_once(organization: Organization, expected: Mapping[str, Any]) -> bool:
    key = expected["stored_once"]
    return Document.objects.filter(organization=organization, key=key).count() == 1


def has_fiscal_status(organization: Organization, expected: Mapping[str, Any]) -> bool:
    document = Document.objects.filter(organization=organization, key=expected["key"])
    return document.filter(fiscal_status=expected["fiscal_status"]).exists()


def is_not_booked(organization: Organization, expected: Mapping[str, Any]) -> bool:
    """The machine booked none of these rows; what a person decided later does not count."""
    rows = Transaction.objects.filter(
        organization=organization, external_id__in=expected["not_booked"]
    )
    booked = Reconciliation.objects.matched().by_machine().filter(transaction__in=rows)
    return rows.exists() and not booked.exists()


def is_open(organization: Organization, expected: Mapping[str, Any]) -> bool:
    """The machine left the document to people."""
    document = Document.objects.filter(organization=organization, key=expected["document_open"])
    booked = Reconciliation.objects.matched().by_machine().filter(document__in=document)
    return document.exists() and not booked.exists()


def has_transactions(organization: Organization, expected: Mapping[str, Any]) -> bool:
    rows = Transaction.objects.filter(organization=organization, external_id=expected["fitid"])
    return rows.count() == int(expected["transactions"])


CHECKS: dict[str, Check] = {
    "problem": has_problem,
    "stored_once": is_stored_once,
    "fiscal_status": has_fiscal_status,
    "not_booked": is_not_booked,
    "document_open": is_open,
    "transactions": has_transactions,
}
