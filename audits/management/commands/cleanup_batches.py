"""`manage.py cleanup_batches`: the same clean-up that the screen and the API ask for."""

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audits.batch_ids import read_batch_id
from audits.exports.cleanup import clean_batch
from audits.exports.leaving import Leaving, cleanup_preview, worded
from audits.exports.preview import number
from audits.exports.retention import FAULTS, Due, all_due, clean_due, due_since
from audits.models import Batch, ClosingRecord
from conciliacontag.brazil import format_date
from conciliacontag.database import EVERY, session
from conciliacontag.errors import DomainError
from conciliacontag.organizations.management.acting import ITEMS_FAILED, REFUSED, acting
from conciliacontag.organizations.models import Organization, User
from conciliacontag.templatetags.pages import size

YES = "sim"
AGE = re.compile(r"([0-9]{1,5})\s*d?", re.IGNORECASE)
EXAMPLES = """
Sem --batch nem --older-than, sai o que passou do prazo de guarda de cada empresa, em nome de quem
definiu o prazo. Lotes recebidos ou em revisão nunca são tocados.

Exemplos:
  manage.py cleanup_batches --batch 019a… --user bruno@exemplo.com.br --yes
  manage.py cleanup_batches --older-than 90d --user bruno@exemplo.com.br --dry-run
  manage.py cleanup_batches --organization padaria-aurora --dry-run
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """One batch of the plan, and how it is cleaned up."""

    batch_id: UUID
    organizations: tuple[UUID, ...]
    work: Callable[[], tuple[ClosingRecord | None, bool]]


class Command(BaseCommand):
    help = "Limpa lotes exportados: arquivos e linhas saem, a trilha fica." + EXAMPLES

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--batch", help="número do lote")
        which.add_argument("--older-than", type=read_age, help="exportados há mais tempo: 7d")
        parser.add_argument("--organization", help="só desta empresa, pela chave")
        parser.add_argument("--user", help="e-mail de quem limpa")
        parser.add_argument("--dry-run", action="store_true", help="mostra e não remove nada")
        parser.add_argument("--yes", action="store_true", help="não pergunta")

    def handle(self, *args: Any, **options: Any) -> None:
        with planned(options) as plan:
            self.show(plan)
            if options["dry_run"]:
                self.stdout.write("Nada foi removido.")
                return
            confirm(len(plan), yes=options["yes"])
            failures = sum(not self.clean(one) for one in plan)
        if failures:
            sys.exit(REFUSED if options["batch"] else ITEMS_FAILED)

    def show(self, plan: list[Planned]) -> None:
        self.stdout.write(f"Lotes a limpar: {len(plan)}.")
        for one in plan:
            with session(one.organizations):
                batch = Batch.objects.select_related("organization").filter(pk=one.batch_id).first()
                lines = told(batch, cleanup_preview(batch)) if batch else [f"{one.batch_id}"]
            self.stdout.write("\n".join(lines))

    def clean(self, one: Planned) -> bool:
        try:
            closing, created = one.work()
        except FAULTS as fault:
            said = f"{fault.message} ({fault.code})" if isinstance(fault, DomainError) else fault
            self.stderr.write(f"{one.batch_id}: {said}")
            return False
        self.stdout.write(f"{one.batch_id}: {ended(closing, created)}")
        return True


def ended(closing: ClosingRecord | None, created: bool) -> str:
    if closing is None:
        return "o prazo de guarda já não o alcança; ficou."
    if created:
        return f"limpo, {number(len(closing.removed), 'arquivo')}."
    return f"já tinha sido limpo em {day_of(closing.closed_at)}; nada foi removido."


def day_of(moment: datetime) -> str:
    return format_date(timezone.localtime(moment).date())


def read_age(text: str) -> timedelta:
    """`7d` or `7`: days."""
    found = AGE.fullmatch(text.strip())
    if found is None:
        raise ArgumentTypeError(f"“{text}” não é um prazo. Escreva dias, como 7d.")
    return timedelta(days=int(found[1]))


@contextmanager
def planned(options: dict[str, Any]) -> Iterator[list[Planned]]:
    """What this call would clean up, in whose name."""
    organization = named_organization(options["organization"])
    if options["batch"] is None and options["older_than"] is None:
        yield [by_period(due) for due in all_due(organization)]
        return
    if not options["user"]:
        raise CommandError("Diga quem limpa com --user.", returncode=REFUSED)
    with acting(options["user"]) as user:
        yield [by_hand(batch_id, user) for batch_id in chosen(user, organization, options)]


def by_period(due: Due) -> Planned:
    work = partial(clean_due, due.organization_id, due.batch_id)
    return Planned(due.batch_id, (due.organization_id,), lambda: (work(), True))


def by_hand(batch_id: UUID, user: User) -> Planned:
    work = partial(clean_batch, batch_id, requested_by=user, confirm=True)
    return Planned(batch_id, tuple(user.roles), work)


def chosen(user: User, organization: Organization | None, options: dict[str, Any]) -> list[UUID]:
    if options["batch"] is not None:
        return [read_batch_id(options["batch"])]
    limit = timezone.now() - options["older_than"]
    wanted = [pk for pk in user.roles if organization is None or pk == organization.pk]
    with session(wanted):
        return [due.batch_id for pk in wanted for due in due_since(pk, limit)]


def named_organization(key: str | None) -> Organization | None:
    if not key:
        return None
    with session(EVERY):
        found = Organization.objects.filter(tenant_key=key).first()
    if found is None:
        raise CommandError(f"Não há empresa com a chave {key}.", returncode=REFUSED)
    return found


def told(batch: Batch, leaving: Leaving) -> Iterator[str]:
    """The plan of one batch: what leaves, file by file, and what stays."""
    at = f", exportado em {day_of(batch.exported_at)}" if batch.exported_at else ""
    yield f"{batch.pk} · {batch.name} · {batch.organization.name}{at}"
    for file in leaving.files:
        yield f"  sai  {file.name} ({size(file.size)})"
    yield f"  saem {counted(leaving.rows)}"
    for file in leaving.shared:
        yield f"  fica {file.name}: outro lote também o usa"
    yield f"  ficam {counted(leaving.stays)}, a trilha de auditoria e o registro de encerramento"


def counted(rows: dict[str, int]) -> str:
    return ", ".join(f"{count} {word}" for count, word in worded(rows)) or "nenhuma linha"


def confirm(count: int, *, yes: bool) -> None:
    """Ask a person at a terminal; refuse to guess where nobody can answer."""
    if yes or not count:
        return
    if not sys.stdin.isatty():
        raise CommandError("Confirme com --yes. Nada foi removido.", returncode=REFUSED)
    if input(f"Limpar {number(count, 'lote')}? Isto não tem volta. Digite {YES}: ") != YES:
        raise CommandError("Nada foi removido.", returncode=REFUSED)
