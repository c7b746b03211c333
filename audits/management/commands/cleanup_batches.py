"""`manage.py cleanup_batches`: the same clean-up that the screen and the API ask for."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audits.batch_ids import read_batch_id
from audits.exports.services import cleanup_batch
from audits.management.acting import ITEMS_FAILED, REFUSED, acting
from audits.models import Batch, BatchStatus
from conciliacontag.database import session
from conciliacontag.errors import DomainError
from conciliacontag.organizations.models import User

YES = "sim"
EXAMPLES = """
Exemplos:
  manage.py cleanup_batches --batch 019a… --user bruno@exemplo.com.br --yes
  manage.py cleanup_batches --older-than 90 --user bruno@exemplo.com.br --dry-run
"""


class Command(BaseCommand):
    help = "Limpa lotes exportados: arquivos e linhas saem, a trilha fica." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--batch", help="número do lote")
        which.add_argument("--older-than", type=int, help="exportados há mais de tantos dias")
        parser.add_argument("--user", required=True, help="e-mail de quem limpa")
        parser.add_argument("--dry-run", action="store_true", help="mostra e não remove nada")
        parser.add_argument("--yes", action="store_true", help="não pergunta")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting(options["user"]) as user:
            batches = chosen(user, options["batch"], options["older_than"])
            if options["dry_run"]:
                self.say(f"Nada foi removido. Sairiam {len(batches)} lotes:", batches)
                return
            confirm(len(batches), yes=options["yes"])
            failures = sum(not self.clean(batch_id, user) for batch_id in batches)
        if failures:
            sys.exit(REFUSED if options["batch"] else ITEMS_FAILED)

    def say(self, title: str, batches: Iterable[UUID]) -> None:
        self.stdout.write(title)
        for batch_id in batches:
            self.stdout.write(f"  {batch_id}")

    def clean(self, batch_id: UUID, user: User) -> bool:
        try:
            closing = cleanup_batch(batch_id, requested_by=user, confirm=True)
        except DomainError as refusal:
            self.stderr.write(f"{batch_id}: {refusal.message} ({refusal.code})")
            return False
        self.stdout.write(f"{batch_id}: limpo, {len(closing.removed)} arquivos.")
        return True


def chosen(user: User, named: str | None, days: int | None) -> list[UUID]:
    if named is not None:
        return [read_batch_id(named)]
    limit = timezone.now() - timedelta(days=days or 0)
    with session(user.roles):
        old = Batch.objects.filter(status=BatchStatus.EXPORTED, exported_at__lt=limit)
        return list(old.order_by("exported_at").values_list("pk", flat=True))


def confirm(count: int, *, yes: bool) -> None:
    """Ask a person at a terminal; refuse to guess where nobody can answer."""
    if yes or not count:
        return
    if not sys.stdin.isatty():
        raise CommandError("Confirme com --yes. Nada foi removido.", returncode=REFUSED)
    if input(f"Limpar {count} lotes? Isto não tem volta. Digite {YES}: ") != YES:
        raise CommandError("Nada foi removido.", returncode=REFUSED)
