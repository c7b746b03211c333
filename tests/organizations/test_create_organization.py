"""The command that opens the first company, before anybody can log in."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from conciliacontag.organizations.management.commands.create_organization import PASSWORD
from conciliacontag.organizations.models import AuditLog, Membership, Organization, User
from conciliacontag.organizations.roles import Role
from tests.data.identity import cnpj

pytestmark = pytest.mark.usefixtures("everything")
WHO = ["--admin", "Ana@exemplo.com.br", "--admin-name", "Ana Souza"]


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "senha-da-ana-1234")


def create(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("create_organization", *arguments, "--json", stdout=out)
    said: dict[str, Any] = json.loads(out.getvalue())
    return said


def test_a_company_and_its_administrator_are_written_once() -> None:
    arguments = ["Padaria Aurora Ltda", cnpj(9), "--key", "aurora", *WHO]
    first, again = create(*arguments), create(*arguments)

    assert (first.pop("created"), again.pop("created")) == (True, False)
    assert first == again
    assert Organization.objects.get().tenant_key == "aurora"
    assert Membership.objects.get().role == Role.ADMIN
    assert User.objects.get(email="ana@exemplo.com.br").check_password("senha-da-ana-1234")
    assert AuditLog.objects.count() == 2


def test_a_refusal_names_the_value() -> None:
    with pytest.raises(CommandError, match="cnpj: O CNPJ informado não confere"):
        create("Padaria", "123", *WHO)
    assert not Organization.objects.exists()


def test_without_a_password_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD)
    monkeypatch.setattr("sys.stdin", StringIO())

    with pytest.raises(CommandError, match=PASSWORD) as refused:
        create("Padaria", cnpj(9), *WHO)
    assert refused.value.returncode == 4
    assert not Organization.objects.exists()
