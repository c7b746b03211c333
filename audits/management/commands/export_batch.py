"""`manage.py export_batch`: the same export that the screen and the API ask for."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audits.batch_ids import read_batch_id
from audits.exports.bundle import dossier, write_folder
from audits.exports.services import export_batch
from audits.models import Export
from audits.serializers import ExportSerializer
from conciliacontag.organizations.management.acting import acting

EXAMPLES = """
Exemplos:
  manage.py export_batch --batch 019a… --user ana@exemplo.com.br --output exportado/
  manage.py export_batch --batch 019a… --user ana@exemplo.com.br --allow-pending --json
"""


class Command(BaseCommand):
    help = (
        "Exporta um lote: o CSV corrigido e o manifesto que o prova. Com --output, grava na pasta "
        "também o original, para que verify_export confira tudo sem o sistema." + EXAMPLES
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", required=True, help="número do lote")
        parser.add_argument("--user", required=True, help="e-mail de quem exporta")
        parser.add_argument("--output", type=Path, help="pasta que recebe os arquivos")
        parser.add_argument(
            "--allow-pending", action="store_true", help="exporta mesmo com cartões sem decisão"
        )
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting(options["user"]) as user:
            export, created = export_batch(
                read_batch_id(options["batch"]),
                requested_by=user,
                allow_pending=options["allow_pending"],
            )
            if options["output"]:
                write_to(options["output"], export)
            said = ExportSerializer(export).data | {"created": created}
        text = json.dumps(said, ensure_ascii=False, default=str)
        self.stdout.write(text if options["json"] else told(export, created))


def write_to(folder: Path, export: Export) -> None:
    try:
        write_folder(dossier(export), folder)
    except OSError as fault:
        raise CommandError(f"Não foi possível gravar em {folder}: {fault.strerror}.") from fault


def told(export: Export, created: bool) -> str:
    verb = "Exportado" if created else "Já exportado"
    return (
        f"{verb}: revisão {export.revision}, {export.csv_size} bytes, "
        f"SHA-256 {export.csv_sha256}, por {export.requested_by.email}."
    )
