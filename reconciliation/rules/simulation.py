"""Trying a rule on past months: asked for once, carried out once, and nothing else is written."""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db.transaction import on_commit
from django.utils import timezone
from structlog import get_logger

from conciliacontag.celery import ring
from conciliacontag.database import EVERY, lock, session
from conciliacontag.errors import InvalidInput, NotFound
from conciliacontag.garbage import without_collecting
from conciliacontag.organizations.access import require
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from reconciliation.rules.models import (
    Rule,
    RuleSimulation,
    RuleSimulationQuerySet,
    SimulationStatus,
)
from reconciliation.rules.services import beside, find_rule, newest_version
from reconciliation.rules.shadow import NotUnderstood, read_books
from reconciliation.rules.trying import Findings, Period, try_rule

log = get_logger(__name__)

YEAR = timedelta(days=366)
GAVE_UP = "A simulação foi interrompida {attempts} vezes e ficou de lado. Peça outra."
STOPPED = "Interrompida por {name}; nada foi alterado. Simule de novo quando quiser."
CUT = "Sem efeito: a regra {reason}. Torne a condição mais simples e simule de novo."


def start_simulation(
    rule: Rule, *, user: User | None, first: date | None = None, last: date | None = None
) -> tuple[RuleSimulation, bool]:
    """Return the active simulation of the newest version, opening one when there is none.

    Args:
        first, last: days of the bank lines whose changes are shown; the last twelve months.

    Raises:
        NotAllowed: the role may not configure the organization.
        InvalidInput: `period_invalid`.
        NotFound: the rule was forgotten.
    """
    if user is not None:
        require(user, rule.organization, Act.CONFIGURE)
    until = last or timezone.localdate()
    since = first or until - YEAR
    if since > until:
        raise InvalidInput("O período começa depois de terminar.", code="period_invalid")
    with session([rule.organization_id]):
        lock(f"rules {rule.organization_id}")
        version = newest_version(find_rule(rule.pk))
        simulation, created = RuleSimulation.objects.active().get_or_create(
            organization_id=rule.organization_id,
            version=version,
            defaults={"starts_on": since, "ends_on": until, "requested_by": user},
        )
        ids = str(rule.organization_id), str(simulation.pk)
        on_commit(lambda: ring("reconciliation.simulate_rule", *ids))
    return simulation, created


def execute_simulation(organization_id: UUID, simulation_id: UUID) -> None:
    """Carry out one simulation. Delivered twice, it works once.

    No transaction is held while the work goes on, so that its progress can be seen and nobody
    waits for it.
    """
    simulation = claim(organization_id, simulation_id)
    if simulation is None:
        return
    try:
        tell(simulation, 5)
        with without_collecting():
            books = read_books(simulation)
            tell(simulation, 20)
            period = Period(simulation.starts_on, simulation.ends_on)
            found = try_rule(books, period, lambda percent: tell(simulation, percent))
    except NotUnderstood as refusal:
        fail(simulation, f"Sem efeito: {refusal}.")
    except Overtaken:
        log.info("simulation_overtaken", simulation=str(simulation.pk))
    else:
        finish(simulation, found)


def claim(organization_id: UUID, simulation_id: UUID) -> RuleSimulation | None:
    """Take the lease of a waiting simulation; None when it is done, given up, or held."""
    with session([organization_id]):
        waiting = RuleSimulation.objects.abandoned().filter(pk=simulation_id)
        row = waiting.select_for_update(skip_locked=True).first()
        if row is None:
            return None
        if row.attempts >= settings.MOST_ATTEMPTS:
            close(row, SimulationStatus.FAILED, GAVE_UP.format(attempts=row.attempts))
            return None
        row.status, row.attempts = SimulationStatus.RUNNING, row.attempts + 1
        row.beside = beside(row.version.rule)
        row.locked_until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
        row.save(update_fields=["status", "attempts", "beside", "locked_until"])
        related = RuleSimulation.objects.select_related("organization", "version__rule")
        return related.get(pk=row.pk)


class Overtaken(Exception):
    """Somebody stopped the simulation, or another worker has taken it over."""


def tell(simulation: RuleSimulation, percent: int) -> None:
    """Show how far the work is, and keep the lease.

    Raises:
        Overtaken: there is nothing to work for any more.
    """
    with session([simulation.organization_id]):
        told = mine(simulation).update(
            done=percent,
            locked_until=timezone.now() + timedelta(seconds=settings.LEASE_SECONDS),
        )
    if not told:
        raise Overtaken


def mine(simulation: RuleSimulation) -> RuleSimulationQuerySet:
    """The row, unless another worker has taken it over."""
    return RuleSimulation.objects.active().filter(pk=simulation.pk, attempts=simulation.attempts)


def finish(simulation: RuleSimulation, found: Findings) -> None:
    with session([simulation.organization_id]):
        row = mine(simulation).select_for_update().first()
        if row is None:
            return
        row.counts, row.sample, row.conflicts = found.counts, found.sample, found.conflicts
        if found.cut:
            close(row, SimulationStatus.FAILED, CUT.format(reason=found.cut.reason))
        else:
            close(row, SimulationStatus.DONE)


def fail(simulation: RuleSimulation, error: str) -> None:
    with session([simulation.organization_id]):
        row = mine(simulation).select_for_update().first()
        if row is not None:
            close(row, SimulationStatus.FAILED, error)


def stop_simulation(simulation: RuleSimulation, *, user: User) -> RuleSimulation:
    """Give up a simulation that waits or works; one that is over stays as it is.

    Raises:
        NotAllowed: the role may not configure the organization.
        NotFound: it is another organization's.
    """
    require(user, simulation.organization, Act.CONFIGURE)
    with session([simulation.organization_id]):
        rows = RuleSimulation.objects.select_related("version").select_for_update(of=("self",))
        row = rows.filter(pk=simulation.pk).first()
        if row is None:
            raise NotFound("Não encontramos esta simulação.")
        if row.is_active:
            close(row, SimulationStatus.FAILED, STOPPED.format(name=user.name))
    return row


def close(row: RuleSimulation, status: SimulationStatus, error: str = "") -> None:
    row.status, row.error, row.done = status, error, 100
    row.finished_at, row.locked_until = timezone.now(), None
    row.save()


def sweep_simulations() -> int:
    """Ring for simulations nobody works on; count them."""
    with session(EVERY):
        abandoned = list(RuleSimulation.objects.abandoned().values_list("organization_id", "pk"))
    for organization_id, simulation_id in abandoned:
        ring("reconciliation.simulate_rule", str(organization_id), str(simulation_id))
    return len(abandoned)
