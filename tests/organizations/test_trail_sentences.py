"""The trail speaks in sentences."""

import re
from pathlib import Path

from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.sentences import ACTS, noun, tell


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


ROOT = Path(__file__).parents[2]
APPS = ("conciliacontag", "ingestion", "reconciliation", "audits")
WRITTEN = re.compile(r"\brecord\(\s*[\w.\[\]]+,\s*\"([a-z_]+\.[a-z_]+)\"")


def test_every_act_that_is_written_has_words() -> None:
    sources = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    written = {act for path in sources for act in WRITTEN.findall(path.read_text())}

    assert len(written) > 30
    assert written - set(ACTS) == set()
