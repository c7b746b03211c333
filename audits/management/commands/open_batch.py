"""`manage.py open_batch`: the same opening that the sweep does."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from audits.management.acting import REFUSED
from audits.services import open_batch
from conciliacontag.database import session
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import Organization
from ingestion.management.commands.ingest import find_organization
from reconciliation.models import Run, RunStatus

EXAMPLES = """
Exemplos:
  manage.py open_batch --organization padaria-aurora
  manage.py open_batch --organization padaria-aurora --run 019a2b3c-0000-7000-8000-000000000000
"""


class Command(BaseCommand):
    help = "Abre o lote com as dúvidas de uma conciliação concluída." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="chave ou CNPJ da empresa")
        parser.add_argument("--run", type=UUID, help="a conciliação; sem ela, a última concluída")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(options["organization"])
        run_id = options["run"] or last_run(organization)
        try:
            batch = open_batch(organization.pk, run_id)
        except DomainError as refusal:
            raise CommandError(refusal.message, returncode=REFUSED) from refusal
        self.stdout.write(str(batch.pk) if batch else "Nada a decidir: nenhum lote foi aberto.")


def last_run(organization: Organization) -> UUID:
    with session([organization.pk]):
        done = Run.objects.filter(organization=organization, status=RunStatus.DONE)
        found = done.values_list("pk", flat=True).first()
    if found is None:
        raise CommandError("Esta empresa ainda não tem conciliação concluída.")
    return found
