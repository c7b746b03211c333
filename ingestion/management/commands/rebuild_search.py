"""`manage.py rebuild_search`: the search index written anew from the rows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Organization
from ingestion.management.commands.ingest import find_organization
from ingestion.services.indexing import rebuild_index

EXAMPLES = """
Exemplos:
  manage.py rebuild_search
  manage.py rebuild_search --organization padaria-aurora
"""


class Command(BaseCommand):
    help = "Refaz o índice da busca a partir dos registros; interrompido, pode ser repetido."
    help += EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="chave ou CNPJ da empresa; sem ela, todas")

    def handle(self, *args: Any, **options: Any) -> None:
        named = options["organization"]
        for organization in [find_organization(named)] if named else every_organization():
            count = rebuild_index(organization)
            self.stdout.write(f"{organization.name}: {count} entradas")


def every_organization() -> list[Organization]:
    with session(EVERY):
        return list(Organization.objects.order_by("name"))
