"""The trail speaks in sentences."""

from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.sentences import noun, tell


def test_an_act_names_who_and_what(operator: User, organization: Organization) -> None:
    entry = record(
        organization, "file.received", organization, actor=operator, diff={"filename": "notas.zip"}
    )

    assert tell(entry) == f"{operator.name} enviou o arquivo notas.zip."
    assert noun(entry) == "Empresa"


def test_a_new_role_is_named_as_people_know_it(organization: Organization) -> None:
    diff = {"role": ["viewer", "auditor"]}
    entry = record(organization, "membership.changed", organization, actor=None, diff=diff)

    assert tell(entry) == "O sistema mudou o papel de uma pessoa para Auditoria."


def test_a_missing_fact_is_a_dash(organization: Organization) -> None:
    entry = record(organization, "run.failed", organization, actor=None)

    assert "depois de — tentativas" in tell(entry)


def test_an_act_without_words_is_named_by_its_code(organization: Organization) -> None:
    entry = record(organization, "moon.landed", organization, actor=None)

    assert tell(entry) == "O sistema: moon.landed."
