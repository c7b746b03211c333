"""`manage.py reconcile`: the same run that the screen and the API start."""

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conciliacontag.database import session
from conciliacontag.organizations.models import Organization
from ingestion.management.commands.ingest import find_organization
from reconciliation.models import Run, RunStatus
from reconciliation.serializers import RunSerializer
from reconciliation.services import execute_run, start_run

PAUSE = 0.5
EXAMPLES = """
Exemplos:
  manage.py reconcile --organization padaria-aurora
  manage.py reconcile --organization 12.345.678/0001-95 --force --json
"""


class Command(BaseCommand):
    help = "Concilia tudo o que uma empresa tem em aberto e espera o resultado." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="chave ou CNPJ da empresa")
        parser.add_argument("--force", action="store_true", help="refaz o que só a máquina decidiu")
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(options["organization"])
        run, _ = start_run(organization, requested_by=None, force=options["force"])
        run = wait_for(organization, run)
        if run.status == RunStatus.FAILED:
            raise CommandError(run.error)
        said = RunSerializer(run).data
        self.stdout.write(
            json.dumps(said, ensure_ascii=False, default=str) if options["json"] else told(run)
        )


def wait_for(organization: Organization, run: Run) -> Run:
    """Do the work here, unless a worker was faster; then wait for it."""
    while run.is_active:
        execute_run(organization.pk, run.pk)
        with session([organization.pk]):
            run.refresh_from_db()
        if run.is_active:
            time.sleep(PAUSE)
    return run


def told(run: Run) -> str:
    return (
        f"{run.transactions} lançamentos e {run.documents} documentos em aberto: "
        f"{run.matched} conciliados, {run.partial} a decidir, {run.unmatched} sem par."
    )
