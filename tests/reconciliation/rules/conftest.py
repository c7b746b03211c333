"""Plain pairs and rules for the pure tests; the organization's own for the others."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from conciliacontag.organizations.models import Organization, User
from reconciliation.engine import (
    Candidate,
    Doubt,
    Evidence,
    OpenDocument,
    OpenTransaction,
    Payable,
)
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.reading import Kept, read_rules
from reconciliation.rules.services import save_rules
from reconciliation.rules.simulation import execute_simulation, start_simulation

DAY = date(2026, 10, 5)


@pytest.fixture
def line() -> Callable[..., OpenTransaction]:
    def make(name: str = "t1", amount: str = "100.00", memo: str = "PIX RECEBIDO") -> Any:
        return OpenTransaction(name, DAY, Decimal(amount), memo, "")

    return make


@pytest.fixture
def note() -> Callable[..., OpenDocument]:
    def make(name: str = "d1", total: str = "100.00", **named: Any) -> OpenDocument:
        values: dict[str, Any] = {
            "key": "",
            "number": "1234",
            "issued_on": DAY,
            "receivable": True,
            "party_id": "12345678000195",
            "party_name": "Mercado Horizonte Ltda",
            "payables": (Payable("", DAY, Decimal(total)),),
        }
        return OpenDocument(id=name, total=Decimal(total), **values | named)

    return make


@pytest.fixture
def pair() -> Callable[..., Candidate]:
    def make(line: str = "t1", note: str = "d1", score: str = "60", link: int = 0) -> Candidate:
        points = Decimal(score)
        evidence = (Evidence("amount", points, "100", "100", "valor"),)
        amount = Decimal("100.00")
        return Candidate(line, note, "", amount, points, evidence, "Valor igual.", link)

    return make


@pytest.fixture
def doubt() -> Callable[..., Doubt]:
    def make(line: str, *candidates: Candidate) -> Doubt:
        return Doubt(line, candidates, "A máquina não decide.")

    return make


@pytest.fixture
def rule() -> Callable[..., Kept]:
    def make(when: str, then: str = "accept", name: str = "", *, stop: bool = False) -> Kept:
        name = name or f"{then} se {when}".replace('"', "").replace(":", "")[:60]
        text = f"name: '{name}'\nwhen: '{when}'\nthen: {then}\nstop: {str(stop).lower()}"
        read = read_rules(text)[0]
        return Kept(name, 1, read.definition, read.condition)

    return make


@pytest.fixture
def save(organization: Organization, manager: User) -> Callable[..., Rule]:
    """A rule of the organization, not yet simulated."""

    def make(when: str, then: str = "accept", name: str = "Regra") -> Rule:
        text = f"name: '{name}'\nwhen: '{when}'\nthen: {then}"
        return save_rules(organization, text, user=manager)[0][0]

    return make


@pytest.fixture
def simulate(manager: User) -> Callable[[Rule], RuleSimulation]:
    """The finished simulation of the newest version of a rule."""

    def carry_out(rule: Rule, **named: Any) -> RuleSimulation:
        row, _ = start_simulation(rule, user=manager, **named)
        execute_simulation(rule.organization_id, row.pk)
        row.refresh_from_db()
        return row

    return carry_out
