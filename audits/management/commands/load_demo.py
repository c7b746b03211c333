"""`manage.py load_demo`: the main job on a demonstration month, to look at and to try."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audits.demonstration.main_job import MainJob

EXAMPLES = """
Exemplos:
  manage.py load_demo
  manage.py load_demo --json
"""


class Command(BaseCommand):
    help = "Carrega o mês de demonstração e faz o trabalho principal nele." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        summary = MainJob(tell=self.stderr.write).run()
        if options["json"]:
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        for line in told(summary):
            self.stdout.write(line)


def told(summary: dict[str, Any]) -> list[str]:
    """The summary as a person reads it."""
    files, pairs = summary["files"], summary["reconciliations"]
    batch, planted, export = summary["batch"], summary["planted"], summary["export"]
    return [
        "",
        f"Arquivos      {files['received']} recebidos, {files['processed']} lidos, "
        f"{files['failed']} recusados",
        f"Documentos    {summary['documents']}",
        f"Lançamentos   {summary['transactions']}",
        f"Conciliação   {pairs['matched']} conciliados, {pairs['partial']} a decidir, "
        f"{pairs['unmatched']} sem par",
        f"Lote          {batch['cards']} cartões, {batch['resolved']} decididos",
        f"Problemas     {planted['found']} de {planted['total']} encontrados",
        f"Arquivo       {export.get('csv', 'nenhum')}",
        f"Manifesto     {export.get('manifest', 'nenhum')}",
        f"SHA-256       {export.get('sha256', '')}",
        f"Acesso        {summary['login']['email']}  senha {summary['login']['password']}",
        f"Tempo         {summary['seconds']} s",
    ]
