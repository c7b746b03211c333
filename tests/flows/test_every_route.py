"""Every address of the API, asked by somebody of another organization and by nobody."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from audits.exports.services import export_batch
from audits.models import Batch, Card
from audits.services import open_batch
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import (
    Delivery,
    Document,
    Origin,
    Reprocessing,
    SourceFile,
    SupplierPreference,
    TableLayout,
    Transaction,
)
from ingestion.services.deliveries import start_delivery
from ingestion.services.files import receive_file
from ingestion.services.preferences import save_preference
from ingestion.services.processing import process_file
from ingestion.services.reprocessing import reprocess_files
from reconciliation.models import Reconciliation, Run
from reconciliation.rules.models import Rule, RuleSimulation
from reconciliation.rules.services import save_rules
from reconciliation.rules.simulation import start_simulation
from reconciliation.services import execute_run, start_run
from tests.conftest import PASSWORD, make_organization
from tests.data.identity import cnpj
from tests.data.rows import make_doubt

METHODS = ("get", "post", "patch", "put", "delete")
# A body that would be accepted, so that only the row's owner can be the reason for a refusal.
BODIES: dict[str, dict[str, Any]] = {
    "decision": {"version": 1, "verdict": "no_document"},
    "reopen": {"version": 1},
    "samples": {"percent": "10"},
    "/undo": {"version": 1},
    "/note": {"version": 1, "note": "ver"},
    "/alike": {"version": 1, "verdict": "no_document"},
    "memberships": {"role": "viewer"},
}
OPEN_TO_ALL = {"v1/schema", "v1/docs", "v1/auth/login", "v1/auth/refresh", "v1/auth/logout"}
# These name no row: a layout, a month or a list of the caller's own organization.
OF_THE_CALLER = ("<slug:key>", "<slug:code>", "<str:period>")
ROWS: dict[str, Any] = {
    "organizations": Organization,
    "memberships": Membership,
    "uploads": SourceFile,
    "deliveries": Delivery,
    "documents": Document,
    "transactions": Transaction,
    "reprocess": Reprocessing,
    "supplier-preferences": SupplierPreference,
    "table-layouts": TableLayout,
    "reconciliations": Reconciliation,
    "runs": Run,
    "rules": Rule,
    "simulations": RuleSimulation,
    "audits": Card,
    "batches": Batch,
}
BELOW_ADMIN = ("rules", "simulations")
RULE = "{name: Créditos, when: transaction_credit, then: propose}"


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        elif here.startswith("v1/"):
            yield here


def filled(route: str, ids: dict[str, UUID]) -> str:
    """The route with another organization's identifiers in it."""
    area = next(part for part in route.split("/")[1:] if part != "admin")
    path = route.replace("<int:revision>", "1").replace("<str:batch_id>", str(ids["batches"]))
    path = path.replace("<slug:key>", "omr").replace("<slug:code>", "payments_without_note")
    path = path.replace("<str:period>", "2026-10")
    start, end = path.find("<"), path.find(">")
    area = "transactions" if area == "desk" else area  # the desk speaks of lines
    return f"/{path[:start]}{ids[area]}{path[end + 1 :]}" if start >= 0 else f"/{path}"


def body_for(route: str) -> dict[str, Any]:
    return next((body for word, body in BODIES.items() if word in route), {})


def make_person(email: str, organization: Organization, role: str) -> User:
    user = User(email=email, name=email)
    user.set_password(PASSWORD)
    user.save()
    Membership.objects.create(user=user, organization=organization, role=role)
    user.roles = {organization.pk: role}
    return user


@pytest.fixture
def theirs(committed: None) -> dict[str, UUID]:
    """One row of everything, in an organization that is not the caller's."""
    with session(EVERY):
        organization = make_organization("Oficina Boreal Ltda", 2)
        manager = make_person("gestora@exemplo.com.br", organization, Role.MANAGER)
        make_doubt(organization)
        save_preference(organization, user=manager, supplier=cnpj(9), values={"debit": "1"})
        TableLayout.objects.create(
            organization=organization, fingerprint="f" * 64, source="bank", columns={"date": 0}
        )
    file, _ = receive_file(organization, uploader=None, filename="a.xml", chunks=[b"x"])
    process_file(organization.pk, file.pk)
    start_delivery(organization, sender=manager, origin=Origin.WEB)
    reprocess_files(organization, requested_by=manager, files=[file.pk])
    with session([organization.pk]):
        start_simulation(save_rules(organization, RULE, user=manager)[0][0], user=manager)
    run, _ = start_run(organization, requested_by=manager)
    execute_run(organization.pk, run.pk)
    batch = open_batch(organization.pk, run.pk)
    assert batch is not None
    export_batch(batch.pk, requested_by=manager, allow_pending=True)
    with session(EVERY):
        own = {area: model.objects.get().pk for area, model in ROWS.items() if area in SINGLE}
        return own | {
            "documents": Document.objects.all()[0].pk,
            "reconciliations": Reconciliation.objects.all()[0].pk,
        }


SINGLE = set(ROWS) - {"documents", "reconciliations"}


@pytest.fixture
def outsider(theirs: dict[str, UUID]) -> User:
    """Somebody who holds every act there is, in organizations of their own."""
    with session(EVERY):
        user = make_person(
            "fora@exemplo.com.br", make_organization("Padaria Aurora Ltda", 1), Role.MANAGER
        )
        second = make_organization("Papelaria Aurora Ltda", 3)
        Membership.objects.create(user=user, organization=second, role=Role.ADMIN)
    return user


def test_no_route_shows_or_changes_another_organizations_rows(
    theirs: dict[str, UUID], outsider: User, api: Callable[..., Client]
) -> None:
    client = api(outsider)
    named = (route for route in routes() if not any(word in route for word in OF_THE_CALLER))
    targeted = sorted(route for route in named if "<" in route)
    wrong = []
    for route in targeted:
        for method in METHODS:
            body = {} if method == "get" else body_for(route)  # of a GET it would be a query
            answer = getattr(client, method)(
                filled(route, theirs), body, content_type="application/json"
            )
            if answer.status_code not in (404, 405):
                wrong.append((method, route, answer.status_code))

    assert not wrong
    assert len(targeted) > 12


def test_lists_show_nothing_of_another_organization(
    theirs: dict[str, UUID], outsider: User, api: Callable[..., Client]
) -> None:
    client = api(outsider)
    leaked = []
    elsewhere = ("memberships", *BELOW_ADMIN)
    for route in [*(f"/v1/{area}" for area in ROWS if area not in elsewhere), "/v1/admin/rules"]:
        answer = client.get(route)
        known = {str(pk) for pk in theirs.values()}
        if known & set(str(answer.json()).replace("'", " ").split()):
            leaked.append(route)

    assert not leaked


def test_nobody_gets_in_without_logging_in(
    theirs: dict[str, UUID], api: Callable[..., Client]
) -> None:
    client = api()
    wrong = []
    for route in sorted(set(routes()) - OPEN_TO_ALL):
        for method in METHODS:
            answer = getattr(client, method)(
                filled(route, theirs), {}, content_type="application/json"
            )
            if answer.status_code not in (401, 405):
                wrong.append((method, route, answer.status_code))

    assert not wrong
