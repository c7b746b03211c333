"""`manage.py ingest FOLDER`: the same way in as the screen and the API."""

import json
import os
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
from ingestion.lines import stored_lines
from ingestion.models import Delivery, FileStatus, SourceFile
from ingestion.services.deliveries import (
    close_delivery,
    continue_command,
    receive_item,
    settle_arrivals,
)
from ingestion.services.previewing import Preview, as_problem, bytes_of, refused
from ingestion.services.processing import process_file

WRONG_USE, ITEMS_FAILED = 2, 3
PAUSE = 0.2
TOLD_EVERY = 50  # files, after which the screens hear that the command is still at work
EXAMPLES = """
Exemplos:
  manage.py ingest notas/ --organization padaria-aurora
  manage.py ingest extrato.ofx --organization 12.345.678/0001-95 --jsonl
  manage.py ingest notas/ --dry-run --jsonl
"""


class Command(BaseCommand):
    help = (
        "Recebe e lê um arquivo, ou todos os arquivos de uma pasta. Um pacote dá uma linha por "
        "arquivo que contém e, por fim, uma linha sua." + EXAMPLES
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="arquivo ou pasta")
        parser.add_argument("--organization", default="", help="chave ou CNPJ da empresa")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="só lê e mostra; nada é guardado. Com empresa, diz também o que já é conhecido",
        )
        parser.add_argument(
            "--jsonl", action="store_true", help="uma linha JSON por arquivo na saída"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        named, dry_run = options["organization"], options["dry_run"]
        if not (named or dry_run):
            raise CommandError("Informe a empresa em --organization.", returncode=WRONG_USE)
        organization = find_organization(named) if named else None
        lines = look(options["path"], organization) if dry_run else None
        if lines is None and organization:
            lines = store(options["path"], organization)
        failures = 0
        for line in lines or ():
            failures += line["status"] == "rejected"
            self.stdout.write(as_json(line) if options["jsonl"] else told(line))
        if dry_run:
            self.stderr.write("Nada foi guardado: foi só uma leitura de conferência.")
        if failures:
            sys.exit(ITEMS_FAILED)


def look(path: Path, organization: Organization | None) -> Iterator[dict[str, Any]]:
    preview = Preview(organization)
    for file in files_in(path):
        yield from preview.lines(file)


def store(path: Path, organization: Organization) -> Iterator[dict[str, Any]]:
    """Receive and read, as one delivery: after an interruption the same call goes on with it."""
    files = list(files_in(path))
    delivery = continue_command(organization, str(path.resolve()), len(files))
    for number, file in enumerate(files):
        if number % TOLD_EVERY == 0:
            settle_arrivals(delivery)
        name = file.relative_to(path) if path.is_dir() else file.name
        yield from take(delivery, file, str(name))
    settle_arrivals(delivery)
    close_delivery(delivery)


def as_json(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)


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
        yield from sorted(filter(is_expected, path.rglob("*")))
    else:
        raise CommandError(f"O caminho {path} não existe.")


def is_expected(item: Path) -> bool:
    """A file, or a folder that may not be looked into: that has to be told, not passed over."""
    try:
        return item.is_file() or (item.is_dir() and not os.access(item, os.R_OK | os.X_OK))
    except PermissionError:  # its folder is the one that is told
        return False


def take(delivery: Delivery, path: Path, name: str) -> Iterator[dict[str, Any]]:
    """Receive one file, read it, and describe what became of it."""
    try:
        file, created = receive_item(delivery, uploader=None, filename=name, chunks=bytes_of(path))
    except DomainError as refusal:
        yield refused(path, SourceFile(filename=path.name), as_problem(refusal))
        return
    read = read_here(file)
    for line in stored_lines(path, read):
        yield line | {"created": created, "waits_for_scan": read.waits_for_scan}


def read_here(file: SourceFile) -> SourceFile:
    """Read it here, again after an interruption, unless a worker was faster; then wait for it.

    A scanner that is down is not waited for.
    """
    while True:
        process_file(file.organization_id, file.pk)
        with session([file.organization_id]):
            current = SourceFile.objects.select_related("organization").get(pk=file.pk)
        is_read = current.status in (FileStatus.PROCESSED, FileStatus.FAILED)
        if is_read or current.waits_for_scan:
            return current
        time.sleep(PAUSE)


def told(line: dict[str, Any]) -> str:
    """One line for a person."""
    name = " · ".join(part for part in (line["file"], line.get("member")) if part)
    if line["status"] == "rejected":
        reasons = "; ".join(problem["message"] for problem in line["problems"][:3])
        return f"✗ {name}: {reasons}"
    if line.get("waits_for_scan"):
        return f"· {name}: guardado; será lido quando o antivírus voltar a responder"
    counts = line["counts"]
    again = "" if line.get("created", True) else " (já tinha sido enviado)"
    return (
        f"✓ {name}{again}: {counts['read']} lidos, {counts['new']} novos, "
        f"{counts['known']} já conhecidos, {counts['informative']} informativos, "
        f"{counts['rejected']} recusados"
    )
