"""What a document declares to be paid in instalments, and what is left of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from reconciliation.balances import ZERO
from reconciliation.engine import Payable


def remaining(payables: Sequence[Payable], paid: Mapping[str, Decimal]) -> Iterator[Payable]:
    """What is left of each payable, without those that are settled."""
    names = {payable.installment for payable in payables}
    loose = sum((amount for name, amount in paid.items() if name not in names), ZERO)
    for payable in sorted(payables, key=lambda one: one.due_on):
        left = payable.amount - paid.get(payable.installment, ZERO)
        taken = min(loose, max(left, ZERO))
        loose -= taken
        if left > taken:
            yield (
                replace(payable, amount=left - taken) if left - taken < payable.amount else payable
            )


def declared_installments(installments: Sequence[dict[str, Any]], issued_on: date) -> list[Payable]:
    """Instalments with a name each; issuers repeat numbers or leave them out."""
    names: set[str] = set()
    found: list[Payable] = []
    for position, installment in enumerate(installments, 1):
        name = str(installment.get("number") or position)
        name = name if name not in names else f"{name}/{position}"
        names.add(name)
        due = installment.get("due_on")
        due_on = date.fromisoformat(due) if due else issued_on
        found.append(Payable(name[:60], due_on, Decimal(str(installment["amount"]))))
    return found
