"""`verify_audit_log`: follow the chain of the trail, link by link."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conciliacontag.database import EVERY, session
from conciliacontag.organizations.audit_log import broken_links
from conciliacontag.organizations.models import AuditLog, Organization

FINISHED_WITH_FAILURES = 3


class Command(BaseCommand):
    help = (
        "Confere a trilha de auditoria elo por elo e diz qual é o primeiro que não confere.\n\n"
        "Exemplos:\n"
        "  manage.py verify_audit_log\n"
        "  manage.py verify_audit_log --organization padaria-aurora --head 5f3c… --json\n\n"
        "Sai com 0 quando tudo confere e com 3 quando há elos que não conferem."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", default="", help="chave da empresa; todas sem ela")
        parser.add_argument(
            "--head",
            default="",
            help="elo anotado em um manifesto, que tem de estar na trilha: mostra se o fim dela "
            "foi cortado; pede --organization",
        )
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["head"] and not options["organization"]:
            raise CommandError("--head pede --organization.", returncode=2)
        with session(EVERY):
            found = [verify(row, options["head"]) for row in chosen(options["organization"])]
        if options["json"]:
            self.stdout.write(json.dumps({"organizations": found}, ensure_ascii=False, indent=2))
        else:
            self.tell(found)
        if any(one["broken"] for one in found):
            raise SystemExit(FINISHED_WITH_FAILURES)

    def tell(self, found: list[dict[str, Any]]) -> None:
        for one in found:
            said = "confere" if not one["broken"] else f"{len(one['broken'])} elo(s) não conferem"
            self.stdout.write(f"{one['organization']}: {one['links']} elos, {said}")
            for link in one["broken"]:
                self.stdout.write(f"  elo {link['sequence']}: {link['problem']}")


def chosen(tenant_key: str) -> list[Organization]:
    if not tenant_key:
        return list(Organization.objects.all())
    found = list(Organization.objects.filter(tenant_key=tenant_key))
    if not found:
        raise CommandError(f"Não há empresa com a chave {tenant_key}.")
    return found


def verify(organization: Organization, head: str) -> dict[str, Any]:
    """The number of links and each one that does not follow from the one before."""
    chain = AuditLog.objects.chain(organization)
    broken = [
        {"sequence": sequence, "problem": problem}
        for sequence, problem in broken_links(organization)
    ]
    if head and not chain.filter(hash=head).exists():
        broken.append(
            {"sequence": chain.count() + 1, "problem": "o elo anotado não está na trilha"}
        )
    return {"organization": organization.tenant_key, "links": chain.count(), "broken": broken}
