"""`manage.py simulate_rule`: the same simulation that the screen and the API start."""

import json
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from conciliacontag.database import session
from conciliacontag.organizations.models import Organization
from conciliacontag.scope import as_month, next_month
from ingestion.management.commands.ingest import find_organization
from reconciliation.rules.models import Rule, RuleSimulation, SimulationStatus
from reconciliation.rules.sentences import sentences
from reconciliation.rules.serializers import SimulationSerializer
from reconciliation.rules.simulation import execute_simulation, start_simulation

EXAMPLES = """
Exemplos:
  manage.py simulate_rule --organization padaria-aurora --rule "Aluguel da matriz"
  manage.py simulate_rule --organization padaria-aurora --rule "Tarifas" --period 2026-10 --json
"""


class Command(BaseCommand):
    help = "Prova uma regra nos meses passados sem mudar nada e diz o que mudaria." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="chave ou CNPJ da empresa")
        parser.add_argument("--rule", required=True, help="nome ou identificador da regra")
        parser.add_argument("--period", help="mês, 2026-10; os últimos doze meses sem ele")
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(options["organization"])
        first, last = days_of(options["period"])
        with session([organization.pk]):
            rule = find(organization, options["rule"])
            row, _ = start_simulation(rule, user=None, first=first, last=last)
        execute_simulation(organization.pk, row.pk)
        with session([organization.pk]):
            row = RuleSimulation.objects.select_related("version").get(pk=row.pk)
            said = SimulationSerializer(row).data
        if row.status == SimulationStatus.FAILED:
            raise CommandError(row.error)
        shown = json.dumps(said, ensure_ascii=False, default=str) if options["json"] else None
        self.stdout.write(shown or "\n".join(sentences(row)))


def days_of(period: str | None) -> tuple[date | None, date | None]:
    if not period:
        return None, None
    month = as_month(period)
    if month is None:
        raise CommandError(f"“{period}” não é um mês. Escreva como 2026-10.")
    return month, next_month(month) - timedelta(days=1)


def find(organization: Organization, named: str) -> Rule:
    kept = Rule.objects.filter(organization=organization).kept()
    rule = kept.filter(Q(pk=named) if is_identifier(named) else Q(name=named)).first()
    if rule is None:
        names = ", ".join(f"“{row.name}”" for row in kept[:10]) or "nenhuma"
        raise CommandError(f"A empresa não tem a regra “{named}”. Há: {names}.")
    return rule


def is_identifier(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
