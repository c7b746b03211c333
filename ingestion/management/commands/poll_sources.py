"""`manage.py poll_sources`: read the automatic entries now, or see what they would bring."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from conciliacontag.database import EVERY, session
from conciliacontag.errors import DomainError
from ingestion.management.commands.ingest import find_organization
from ingestion.models import Source
from ingestion.services.polling import poll_source, preview_source

SOURCES_FAILED = 3
WORDS = (
    ("received", "recebidos"),
    ("repeated", "já conhecidos"),
    ("failed", "recusados"),
    ("skipped", "deixados"),
    ("waiting", "ainda sendo gravados"),
)
EXAMPLES = """
Exemplos:
  manage.py poll_sources --organization padaria-aurora --dry-run
  manage.py poll_sources --source "Banco SFTP" --json
"""


class Command(BaseCommand):
    help = "Lê as entradas automáticas ligadas, sem esperar a hora delas." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="chave ou CNPJ da empresa; vazio: todas")
        parser.add_argument("--source", help="nome da entrada; vazio: todas")
        parser.add_argument("--dry-run", action="store_true", help="mostra o que seria recebido")
        parser.add_argument("--json", action="store_true", help="uma linha JSON por entrada")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = []
        for source in find_sources(options["organization"], options["source"]):
            lines.append(preview(source) if options["dry_run"] else read(source))
            text = json.dumps(lines[-1], ensure_ascii=False) if options["json"] else told(lines[-1])
            self.stdout.write(text)
        if not lines:
            raise CommandError("Nenhuma entrada automática ligada corresponde ao pedido.")
        if any("error" in line for line in lines):
            sys.exit(SOURCES_FAILED)


def find_sources(organization: str | None, name: str | None) -> list[Source]:
    rows = Source.objects.filter(enabled=True).select_related("organization")
    if organization:
        rows = rows.filter(organization=find_organization(organization))
    if name:
        rows = rows.filter(name=name)
    with session(EVERY):
        return list(rows.order_by("organization__name", "name"))


def read(source: Source) -> dict[str, Any]:
    result = poll_source(source.organization_id, source.pk, is_forced=True)
    return head(source) | ({"busy": True} if result is None else result)


def preview(source: Source) -> dict[str, Any]:
    try:
        items, counts = preview_source(source)
    except DomainError as refusal:
        return head(source) | {"code": refusal.code, "error": refusal.message}
    return head(source) | {"items": [item.name for item in items], "counts": dict(counts)}


def head(source: Source) -> dict[str, Any]:
    return {
        "organization": source.organization.tenant_key,
        "source": source.name,
        "kind": source.kind,
    }


def told(line: dict[str, Any]) -> str:
    """What happened to one place, for a person."""
    name = f"{line['organization']} · {line['source']}"
    if "error" in line:
        return f"✗ {name}: {line['error']}"
    if line.get("busy"):
        return f"· {name}: já está sendo lida por outro processo"
    if "items" in line:
        return "\n".join([f"· {name}: {len(line['items'])} a receber", *line["items"]])
    counts = [f"{line['counts'][key]} {word}" for key, word in WORDS if key in line["counts"]]
    return f"✓ {name}: {', '.join(counts) or 'nada de novo'}"
