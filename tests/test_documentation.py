"""What the documents name exists: commands, settings, routes, files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from conciliacontag.env import ROOT, Environment

DOCUMENTS = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")]
ROUTE = re.compile(
    r"(?<![\w.])(/(?:v1|api)/[\w/{}-]+(?:\.(?:csv|xlsx|yaml|json))?|/(?:healthz|readyz|metrics)\b)"
)
COMMAND = re.compile(r"(?:`manage\.py|dev manage) ([a-z_]+)")
SETTING = re.compile(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)(?:=[^`]*)?`")
LINK = re.compile(r"\]\((?!http)([^)#]+)")
OF_CONTAINERS = {"POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "MINIO_PASSWORD"}
UUID = "01a20171-0981-75ab-8be7-38eb41092c60"


def found(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for path in DOCUMENTS:
        for text in pattern.findall(path.read_text(encoding="utf-8")):
            yield path.name, text


@pytest.mark.parametrize(("document", "route"), sorted(set(found(ROUTE))))
def test_a_route_answers(document: str, route: str) -> None:
    path = re.sub(r"\{\w+\}", UUID, route)
    try:
        resolve(path)
    except Resolver404:
        pytest.fail(f"{document} names {route}")


@pytest.mark.parametrize(("document", "command"), sorted(set(found(COMMAND))))
def test_a_command_exists(document: str, command: str) -> None:
    assert command in get_commands(), document


@pytest.mark.parametrize(("document", "setting"), sorted(set(found(SETTING))))
def test_a_setting_exists(document: str, setting: str) -> None:
    known = {str(field.alias) for field in Environment.model_fields.values()}
    assert setting in known | OF_CONTAINERS, document


def test_links_lead_somewhere() -> None:
    broken = [
        (path.name, target)
        for path in DOCUMENTS
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / Path(target)).exists()
    ]

    assert not broken
