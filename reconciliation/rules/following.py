"""Whether what the machine decided follows the rules that work now, and the run that sees to it.

Enabling starts that run, for its simulation has shown what it does. Moving and disabling do not:
somebody who moves three rules would wait for three runs, each over all the books. It is offered.
"""

from django.db.transaction import on_commit

from conciliacontag.celery import ring
from conciliacontag.database import session
from conciliacontag.organizations.models import Organization, User
from reconciliation.models import Run, RunStatus
from reconciliation.services import start_run
from reconciliation.versions import rules_version


def follows_rules(organization: Organization) -> bool:
    """Whether the last run that decided everything had the rules of now, in their order.

    Where none has ever decided anew, the first one says by which rules it was decided.
    """
    done = Run.objects.filter(
        organization=organization, status=RunStatus.DONE, only_documents=[]
    ).order_by("-created_at")
    whole = done.filter(force=True).first() or done.last()
    return whole is None or whole.rules == rules_version(organization)


def is_behind(organization: Organization) -> bool:
    """Whether somebody should ask for another run: none that decides everything is under way."""
    active = Run.objects.filter(organization=organization, force=True).active()
    return not follows_rules(organization) and not active.exists()


def run_again(organization: Organization, *, user: User) -> tuple[Run, bool]:
    """Start the run that decides everything again, as a person would ask for it.

    Returns:
        The active run, and whether it will heed the rules of now for everything: one that waits is
        made to, one that works already began before.

    Raises:
        NotAllowed: the person may not reconcile for this organization.
    """
    with session([organization.pk]):
        run, created = start_run(organization, requested_by=user, force=True)
        if created:
            return run, True
        waiting = Run.objects.filter(pk=run.pk, status=RunStatus.QUEUED, only_documents=[])
        heeds = bool(waiting.update(force=True))
        if heeds:  # its bell found the row locked
            ids = str(organization.pk), str(run.pk)
            on_commit(lambda: ring("reconciliation.execute_run", *ids))
    return run, heeds
