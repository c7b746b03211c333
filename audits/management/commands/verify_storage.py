"""`manage.py verify_storage`: do the stored files and the database say the same?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audits.stored_check import check_storage, left_over

DIFFERENT = 1
EXAMPLES = """
Exemplos:
  manage.py verify_storage
  manage.py verify_storage --fast
  manage.py verify_storage --initial
"""


class Command(BaseCommand):
    help = (
        "Compara os arquivos guardados com o banco: o que sobra, o que falta, o que mudou."
        + EXAMPLES
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fast", action="store_true", help="não lê os bytes de novo")
        parser.add_argument(
            "--initial",
            action="store_true",
            help="confere se não resta nada: nem arquivos, nem o que veio com eles",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["initial"]:
            self.check_initial()
            return
        count = 0
        for finding in check_storage(hashes=not options["fast"]):
            self.stdout.write(str(finding))
            count += 1
        if count:
            raise CommandError(f"Diferenças encontradas: {count}.", returncode=DIFFERENT)
        self.stdout.write("Os arquivos guardados e o banco dizem o mesmo.")

    def check_initial(self) -> None:
        left = left_over()
        for name, count in left.items():
            self.stdout.write(f"{name}: {count}")
        if left:
            raise CommandError("O sistema não está no estado inicial.", returncode=DIFFERENT)
        self.stdout.write(
            "O sistema está no estado inicial: nenhum arquivo guardado. "
            "A trilha, as decisões e os registros de encerramento ficam."
        )
