"""`manage.py reprocess`: read files again, the same way as the screen and the API."""

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from conciliacontag.database import session
from conciliacontag.errors import Busy, Conflict, DomainError
from conciliacontag.organizations.models import Organization
from ingestion.api.reprocess import ReprocessingSerializer, RereadingSerializer
from ingestion.management.commands.ingest import ITEMS_FAILED, PAUSE, find_organization
from ingestion.models import JobStatus, Reprocessing, Rereading
from ingestion.services.reprocessing import execute_reprocessing, reprocess_files

REFUSED = 4
EXAMPLES = """
Exemplos:
  manage.py reprocess --organization padaria-aurora --parser nfe/1 --dry-run
  manage.py reprocess --organization 12.345.678/0001-95 --file 01979a5e-7d3c-7f00-8000-000000000001
"""


class Command(BaseCommand):
    help = "Lê arquivos de novo, sem duplicar nada e sem tocar no que foi decidido." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="chave ou CNPJ da empresa")
        parser.add_argument(
            "--file", type=UUID, action="append", default=[], help="arquivo; pode se repetir"
        )
        parser.add_argument("--parser", default="", help="tudo o que este leitor leu, como nfe/1")
        parser.add_argument("--use", default="", help="lê com esta versão anterior, como nfe/1")
        parser.add_argument("--dry-run", action="store_true", help="só compara; nada é alterado")
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(options["organization"])
        job = wait_for(organization, ask(organization, options))
        with session([organization.pk]):
            rows = list(job.rereadings.select_related("file"))
            said = as_json(job, rows) if options["json"] else told(job, rows)
        self.stdout.write(said)
        if job.dry_run:
            self.stderr.write("Nada foi alterado: foi só uma comparação.")
        if job.status == JobStatus.FAILED:
            raise CommandError(job.error)
        if job.status == JobStatus.COMPLETED_WITH_ERRORS:
            sys.exit(ITEMS_FAILED)


def ask(organization: Organization, options: dict[str, Any]) -> Reprocessing:
    try:
        job, _ = reprocess_files(
            organization,
            requested_by=None,
            files=options["file"],
            parser=options["parser"],
            use=options["use"],
            dry_run=options["dry_run"],
        )
    except (Busy, Conflict) as refusal:
        raise CommandError(refusal.message, returncode=REFUSED) from refusal
    except DomainError as refusal:
        raise CommandError(refusal.message) from refusal
    return job


def wait_for(organization: Organization, job: Reprocessing) -> Reprocessing:
    """Do the work here, unless a worker was faster; then wait for it."""
    while job.is_active:
        execute_reprocessing(organization.pk, job.pk)
        with session([organization.pk]):
            job.refresh_from_db()
        if job.is_active:
            time.sleep(PAUSE)
    return job


def as_json(job: Reprocessing, rows: list[Rereading]) -> str:
    said = ReprocessingSerializer(job).data
    said["files"] = RereadingSerializer(rows, many=True).data
    return json.dumps(said, ensure_ascii=False, default=str)


def told(job: Reprocessing, rows: list[Rereading]) -> str:
    """One line for each upload that was read again."""
    return "\n".join(told_row(row) for row in rows if row.finished_at) or job.error


def told_row(row: Rereading) -> str:
    if row.error:
        return f"✗ {row.file.filename}: {row.error}"
    fields = ", ".join(f"{name} ({count})" for name, count in sorted(row.changed.items()))
    return (
        f"✓ {row.file.filename}: campos alterados: {fields or 'nenhum'}; "
        f"não voltaram: {row.missing}; documentos: {row.before['documents']} → "
        f"{row.after['documents']}; lançamentos: {row.before['transactions']} → "
        f"{row.after['transactions']}"
    )
