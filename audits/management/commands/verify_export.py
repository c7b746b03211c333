"""`manage.py verify_export FILE`: does a package still say what its manifest says?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from audits.manifest_check import check_manifest

EXAMPLES = """
Exemplos:
  manage.py verify_export exportado/results_manifest.json
  manage.py verify_export revisao2/results_manifest.json --previous revisao1/results_manifest.json
"""


class Command(BaseCommand):
    help = "Confere um manifesto e os arquivos ao lado dele, sem o banco de dados." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="results_manifest.json")
        parser.add_argument("--previous", type=Path, help="o manifesto da revisão anterior")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        previous = read(options["previous"]) if options["previous"] else None

        def open_file(name: str) -> BinaryIO:
            return (path.parent / name).open("rb")

        findings = check_manifest(read(path), open_file, previous=previous)
        if findings:
            raise CommandError("\n".join(findings))
        self.stdout.write("Tudo confere: os arquivos são os que o manifesto descreve.")


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise CommandError(f"Não foi possível ler {path}: {fault.strerror}.") from fault
