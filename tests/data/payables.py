"""What a document expects to see in the bank, worked out from its content as a reader wrote it."""

from collections.abc import Mapping
from typing import Any

from ingestion.models import Document
from reconciliation.installments import declared_installments

MEANS = {
    "01": "cash", "03": "card", "04": "card", "10": "card", "11": "card", "12": "card",
    "13": "card", "15": "boleto", "17": "pix", "20": "pix", "23": "pix", "24": "pix", "18": "ted",
}  # fmt: skip


def expected_payables(document: Document) -> list[dict[str, Any]]:
    """The declared instalments, or the whole; with the codes where there is one for each."""
    said = document.normalized
    declared = declared_installments(said.get("installments") or (), document.issue_date)
    parts = [(one.installment, one.due_on, one.amount) for one in declared]
    if not parts or sum(amount for *_, amount in parts) != document.total_amount:
        parts = [("", document.issue_date, document.total_amount)]
    payments = (said.get("extra") or {}).get("payments") or ()
    codes = [code for code in map(codes_of, payments) if any(code.values())]
    if len(codes) != len(parts):
        codes = [{}] * len(parts)
    return [
        {"name": name, "due_on": day.isoformat(), "cents": int(amount * 100)} | code
        for (name, day, amount), code in zip(parts, codes, strict=True)
    ]


def codes_of(payment: Any) -> dict[str, str]:
    found = payment.get("identifiers") if isinstance(payment, Mapping) else None
    told = found if isinstance(found, Mapping) else {}
    return {name: str(told.get(name) or "") for name in ("our_number", "txid")}


def expected_means(document: Document) -> str:
    """The one means that every code tells."""
    said = document.normalized
    detailed = (said.get("extra") or {}).get("payments") or ()
    codes = {str(code) for code, _ in said.get("payments") or ()}
    codes |= {str(one.get("tPag") or "") for one in detailed if isinstance(one, Mapping)}
    known = {MEANS.get(code, "") for code in codes if code}
    return known.pop() if len(known) == 1 else ""
