"""`manage.py ingest FOLDER`: the same way in as the screen and the API."""

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from conciliacontag.brazil import only_id
from conciliacontag.database import EVERY, session
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import Organization
from conciliacontag.storage import chunks
from ingestion.models import FileStatus, SourceFile
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file

ITEMS_FAILED = 3
PAUSE = 0.2
EXAMPLES = """
Exemplos:
  manage.py ingest notas/ --organization padaria-aurora
  manage.py ingest extrato.ofx --organization 12.345.678/0001-95 --jsonl
"""


class Command(BaseCommand):
    help = "Recebe e lê um arquivo, ou todos os arquivos de uma pasta." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="arquivo ou pasta")
        parser.add_argument("--organization", required=True, help="chave ou CNPJ da empresa")
        parser.add_argument(
            "--jsonl", action="store_true", help="uma linha JSON por arquivo na saída"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(options["organization"])
        failures = 0
        for path in files_in(options["path"]):
            line = take(organization, path)
            failures += line["status"] == "rejected"
            self.stdout.write(
                json.dumps(line, ensure_ascii=False) if options["jsonl"] else told(line)
            )
        if failures:
            sys.exit(ITEMS_FAILED)


def find_organization(named: str) -> Organization:
    """The organization with this key or CNPJ, with or without mask."""
    with session(EVERY):
        found = Organization.objects.filter(Q(tenant_key=named) | Q(cnpj=only_id(named))).first()
    if found is None:
        raise CommandError(f"Não há empresa com a chave ou o CNPJ {named}.")
    return found


def files_in(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from sorted(item for item in path.rglob("*") if item.is_file())
    else:
        raise CommandError(f"O caminho {path} não existe.")


def take(organization: Organization, path: Path) -> dict[str, Any]:
    """Receive one file, read it, and describe what became of it."""
    try:
        with path.open("rb") as content:
            file, created = receive_file(
                organization, uploader=None, filename=path.name, chunks=chunks(content)
            )
    except DomainError as refusal:
        problem = {"code": refusal.code, "message": refusal.message}
        return {"file": str(path), "status": "rejected", "category": refusal.code} | {
            "problems": [problem]
        }
    process_file(organization.pk, file.pk)
    return described(path, wait_for(file), created)


def wait_for(file: SourceFile) -> SourceFile:
    """A worker may have been faster, and finishes; a scanner that is down is not waited for."""
    while True:
        with session([file.organization_id]):
            current = SourceFile.objects.select_related("organization").get(pk=file.pk)
        is_read = current.status in (FileStatus.PROCESSED, FileStatus.FAILED)
        if is_read or current.waits_for_scan:
            return current
        time.sleep(PAUSE)


def described(path: Path, file: SourceFile, created: bool) -> dict[str, Any]:
    with session([file.organization_id]):
        problems = list(file.problems.values("code", "severity", "place", "message", "remedy"))
    return {
        "file": str(path),
        "sha256": file.sha256,
        "kind": file.kind,
        "status": "rejected" if file.status == FileStatus.FAILED else "accepted",
        "category": file.error_code,
        "created": created,
        "waits_for_scan": file.waits_for_scan,
        "problems": problems,
        "counts": {
            name: getattr(file, name)
            for name in ("read", "new", "known", "informative", "rejected")
        },
    }


def told(line: dict[str, Any]) -> str:
    """One line for a person."""
    if line["status"] == "rejected":
        reasons = "; ".join(problem["message"] for problem in line["problems"][:3])
        return f"✗ {line['file']}: {reasons}"
    if line["waits_for_scan"]:
        return f"· {line['file']}: guardado; será lido quando o antivírus voltar a responder"
    counts = line["counts"]
    again = "" if line["created"] else " (já tinha sido enviado)"
    return (
        f"✓ {line['file']}{again}: {counts['read']} lidos, {counts['new']} novos, "
        f"{counts['known']} já conhecidos, {counts['informative']} informativos, "
        f"{counts['rejected']} recusados"
    )
