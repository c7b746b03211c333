"""`create_organization`: the first company and the first person, before anybody can log in."""

import getpass
import json
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.transaction import atomic

from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Role
from conciliacontag.organizations.services import add_person, create_organization

PASSWORD = "CONCILIACONTAG_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = (
        "Cadastra uma empresa e quem a administra; repetir não muda nada.\n\n"
        "Exemplos:\n"
        '  manage.py create_organization "Padaria Aurora Ltda" 12345678000195 \\\n'
        '      --admin ana@exemplo.com.br --admin-name "Ana Souza"\n'
        f"  {PASSWORD}=… manage.py create_organization NOME CNPJ --admin E-MAIL "
        "--admin-name NOME --json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="nome da empresa")
        parser.add_argument("cnpj", help="CNPJ, com ou sem máscara")
        parser.add_argument("--key", default="", help="chave da empresa; o CNPJ sem ela")
        parser.add_argument("--admin", required=True, help="e-mail de quem administra")
        parser.add_argument("--admin-name", default="", help="nome, para quem não tem cadastro")
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with atomic():
                organization, created = create_organization(
                    name=options["name"],
                    cnpj=options["cnpj"],
                    tenant_key=options["key"],
                    creator=None,
                )
                membership, joined = add_person(
                    organization,
                    email=options["admin"],
                    name=options["admin_name"],
                    password=ask_password(options["admin"]),
                    role=Role.ADMIN,
                    by=None,
                )
        except DomainError as refusal:
            raise CommandError(describe(refusal)) from refusal
        self.tell(organization, membership, created=created or joined, as_json=options["json"])

    def tell(
        self, organization: Organization, membership: Membership, *, created: bool, as_json: bool
    ) -> None:
        if as_json:
            said = {
                "organization_id": str(organization.pk),
                "tenant_key": organization.tenant_key,
                "user_id": str(membership.user_id),
                "created": created,
            }
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            done = "cadastrada" if created else "já estava cadastrada"
            self.stdout.write(f"{organization} {done}; chave {organization.tenant_key}.")


def ask_password(email: str) -> str:
    """The new person's password: from the environment, or asked when somebody is there."""
    if User.objects.filter(email=email.strip().lower()).exists():
        return ""
    if given := os.environ.get(PASSWORD):
        return given
    if not sys.stdin.isatty():
        raise CommandError(f"Informe a senha em {PASSWORD}.", returncode=4)
    return getpass.getpass(f"Senha para {email}: ")


def describe(refusal: DomainError) -> str:
    fields = refusal.details.get("fields", {})
    said = [f"{name}: {one['message']}" for name, found in fields.items() for one in found]
    return f"[{refusal.code}] " + (" ".join(said) or refusal.message)
