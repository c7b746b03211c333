"""`manage.py accept_proposals`: the same acceptance that the screen and the API carry out."""

import json
import sys
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.transaction import atomic, set_rollback

from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.management.acting import ITEMS_FAILED, REFUSED, acting
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from ingestion.management.commands.ingest import find_organization
from reconciliation.periods.services import read_month
from reconciliation.thresholds.accepting import carry_out_acceptance, preview_acceptance
from reconciliation.thresholds.models import Acceptance
from reconciliation.thresholds.serializers import AcceptanceSerializer
from reconciliation.thresholds.wording import summary

YES = "sim"
EXAMPLES = """
Mostra o que seria aceito e pergunta antes de gravar. É um ato só, que se desfaz no registro de
ações. Sai com 3 quando alguma linha mudou depois de vista, com 4 quando o aceite é recusado.

Exemplos:
  manage.py accept_proposals --organization padaria-aurora --from 95 --period 2026-10 \
    --user bruno@exemplo.com.br --dry-run
  manage.py accept_proposals --organization padaria-aurora --from 99.5 \
    --user bruno@exemplo.com.br --yes --json
"""


class Command(BaseCommand):
    help = "Aceita de uma vez as sugestões com tantos pontos ou mais." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="chave ou CNPJ da empresa")
        parser.add_argument("--from", required=True, dest="points", help="pontos: 50 a 100")
        parser.add_argument("--user", required=True, help="e-mail de quem aceita")
        parser.add_argument("--period", help="competência, como 2026-10; sem ela, todos os meses")
        parser.add_argument("--dry-run", action="store_true", help="mostra e não grava nada")
        parser.add_argument("--yes", action="store_true", help="não pergunta")
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting(options["user"]) as user:
            if options["dry_run"]:
                with atomic():
                    self.tell(seen(user, options), options)
                    set_rollback(True)
                return
            row = seen(user, options)
            if not options["yes"]:
                self.stderr.write(told(row))
                ask()
            done = carry_out_acceptance(row.pk, user=user)
            self.tell(done, options)
        if done.refused["count"]:
            sys.exit(ITEMS_FAILED)

    def tell(self, row: Acceptance, options: dict[str, Any]) -> None:
        if options["json"]:
            said = dict(AcceptanceSerializer(row).data)
            self.stdout.write(json.dumps(said, ensure_ascii=False, default=str))
        else:
            self.stdout.write(told(row))


def seen(user: User, options: dict[str, Any]) -> Acceptance:
    named = find_organization(options["organization"])
    organization = choose_organization(user, named.pk, Act.DECIDE)
    month = read_month(options["period"]) if options["period"] else None
    points = read_points(options["points"])
    return preview_acceptance(organization, points=points, user=user, month=month)


def read_points(text: str) -> Decimal:
    try:
        return Decimal(text.strip().replace(",", "."))
    except InvalidOperation as fault:
        raise CommandError(f"“{text}” não são pontos. Escreva como 95 ou 99.5.") from fault


def told(row: Acceptance) -> str:
    """What would be booked, or what was and what changed before."""
    if not row.is_carried_out:
        left = f" Outras {row.left} ficam para outra vez." if row.left else ""
        return f"{summary(len(row.lines), row.amount, row.left_out)}. Nada foi gravado.{left}"
    if not row.booked:
        said = ["Nada foi conciliado."]
    else:
        said = [f"Conciliado: {summary(row.booked, row.booked_amount, {})}."]
    if row.together:
        said.append(f"Ato {row.together}.")
    if row.refused["count"]:
        said.append(f"Mudaram depois de vistas e ficaram: {row.refused['count']}.")
    return " ".join(said)


def ask() -> None:
    """Go on only with a plain yes; without a terminal there is nobody to ask."""
    if not sys.stdin.isatty():
        raise CommandError("Sem terminal para perguntar: confirme com --yes.", returncode=REFUSED)
    if input(f"Escreva {YES} para aceitar: ").strip().lower() != YES:
        raise CommandError("Nada foi aceito.", returncode=REFUSED)
