"""`manage.py close_period`: the same closing that the screen and the API ask for."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from conciliacontag.organizations.access import choose_organization
from conciliacontag.organizations.management.acting import acting
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.scope import spell_month
from ingestion.management.commands.ingest import find_organization
from reconciliation.periods.api import PeriodClosingSerializer, told_period
from reconciliation.periods.models import Closing
from reconciliation.periods.services import close_period, read_month, reopen_period

EXAMPLES = """
Sem --reason, só mostra o que falta. Sai com 4 quando o fechamento é recusado.

Exemplos:
  manage.py close_period --organization padaria-aurora --period 2026-10 --user bruno@exemplo.com.br
  manage.py close_period --organization padaria-aurora --period 2026-10 \
    --user bruno@exemplo.com.br --reason "Mês conferido" --accept-open
  manage.py close_period --organization padaria-aurora --period 2026-10 \
    --user bruno@exemplo.com.br --reopen --reason "Faltou uma nota"
"""


class Command(BaseCommand):
    help = "Fecha um mês de uma empresa, ou o reabre, com o motivo." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="chave ou CNPJ da empresa")
        parser.add_argument("--period", required=True, help="competência, como 2026-10")
        parser.add_argument("--user", required=True, help="e-mail de quem fecha")
        parser.add_argument("--reason", help="o motivo, que fica na trilha")
        parser.add_argument("--accept-open", action="store_true", help="fecha com pendências")
        parser.add_argument("--reopen", action="store_true", help="reabre em vez de fechar")
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        named = find_organization(options["organization"])
        with acting(options["user"]) as user:
            organization = choose_organization(user, named.pk, Act.READ)
            if options["reason"] is None and not options["reopen"]:
                self.tell(told_period(organization, read_month(options["period"])), options)
                return
            closing, is_new = done(organization, user, options)
            data = dict(PeriodClosingSerializer(closing).data)
            self.tell(data, options, sentence(closing, is_new=is_new))

    def tell(self, data: dict[str, Any], options: dict[str, Any], text: str = "") -> None:
        if options["json"]:
            self.stdout.write(json.dumps(data, ensure_ascii=False, default=str))
        elif text:
            self.stdout.write(text)
        else:
            self.stdout.write("\n".join(state_lines(data)))


def done(organization: Organization, user: User, options: dict[str, Any]) -> tuple[Closing, bool]:
    month, reason = read_month(options["period"]), options["reason"] or ""
    if options["reopen"]:
        return reopen_period(organization, month, user=user, reason=reason)
    accept = options["accept_open"]
    return close_period(organization, month, user=user, reason=reason, accept_open=accept)


def sentence(closing: Closing, *, is_new: bool) -> str:
    state = "fechado" if closing.is_in_force else "aberto de novo"
    verb = "está" if is_new else "já estava"
    return f"{spell_month(closing.starts_on).capitalize()} {verb} {state}."


def state_lines(data: dict[str, Any]) -> list[str]:
    """The checklist, or what changed since the closing."""
    if data["status"] == "closed":
        changes = [change["message"] for change in data["changes"]]
        return [f"{data['period']} está fechado.", *changes]
    items = [f"{item['title']}: {item['count']}" for item in data["checklist"] if item["count"]]
    return [f"{data['period']} está aberto.", *(items or ["Nada falta."])]
