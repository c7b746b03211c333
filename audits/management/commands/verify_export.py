"""`manage.py verify_export PATH`: does a package still say what its manifest says?"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audits.manifest_check import text_of, verify

EXAMPLES = """
Exemplos:
  manage.py verify_export dossie.zip
  manage.py verify_export exportado/
  manage.py verify_export revisao2/results_manifest.json --previous revisao1/results_manifest.json
"""


class Command(BaseCommand):
    help = (
        "Confere um dossiê exportado (pasta, ZIP, ou um manifesto e os arquivos ao lado dele) e "
        "toda a corrente de revisões, sem o banco de dados." + EXAMPLES
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="pasta, ZIP ou results_manifest.json")
        parser.add_argument(
            "--previous",
            type=Path,
            action="append",
            default=[],
            help="manifesto de uma revisão anterior que está em outro lugar; pode repetir-se",
        )
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = verify(options["path"], previous=options["previous"])
        except OSError as fault:
            raise CommandError(
                f"Não foi possível ler {fault.filename}: {fault.strerror}."
            ) from fault
        if options["json"]:
            said = {"ok": not report.findings, "findings": report.findings}
            self.stdout.write(json.dumps(said | {"proved": report.proved}, ensure_ascii=False))
        if report.findings:
            raise CommandError(text_of(report))
        if not options["json"]:
            self.stdout.write(text_of(report))
