"""`manage.py reconcile` gives what the service gives."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conciliacontag.brazil import format_cnpj
from conciliacontag.organizations.models import Organization
from reconciliation.models import Reconciliation, Run
from tests.data.rows import make_doubt, make_pair


def run_command(*arguments: str) -> str:
    out = StringIO()
    call_command("reconcile", *arguments, stdout=out)
    return out.getvalue()


def test_it_waits_and_prints_the_counts(organization: Organization) -> None:
    make_pair(organization)
    make_doubt(organization)

    said = run_command("--organization", organization.tenant_key)

    assert "1 conciliados, 1 a decidir, 0 sem par" in said
    assert Reconciliation.objects.matched().count() == 1


def test_json_is_one_document(organization: Organization) -> None:
    make_pair(organization)

    said = json.loads(run_command("--organization", format_cnpj(organization.cnpj), "--json"))

    assert (said["id"], said["status"]) == (str(Run.objects.get().pk), "done")
    assert said["matched"] == 1


def test_an_unknown_organization_is_named(organization: Organization) -> None:
    with pytest.raises(CommandError, match="nenhuma"):
        run_command("--organization", "nenhuma")
