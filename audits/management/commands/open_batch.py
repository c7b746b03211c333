"""`manage.py open_batch`: the same opening that the sweep, the screen and the API do."""

import json
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from audits.models import Batch
from audits.opening_files import Opened, Preview, open_batches, preview_batches
from audits.services import open_batch
from conciliacontag.database import session
from conciliacontag.errors import DomainError
from conciliacontag.organizations.management.acting import REFUSED, acting
from conciliacontag.organizations.models import Organization, User
from ingestion.management.commands.ingest import find_organization
from reconciliation.models import Run, RunStatus

EXAMPLES = """
Exemplos:
  manage.py open_batch --organization padaria-aurora
  manage.py open_batch --organization padaria-aurora --run 019a2b3c-0000-7000-8000-000000000000
  manage.py open_batch --organization escola-sol --file Results_08PM.csv --layout omr --dry-run
  manage.py open_batch --organization escola-sol --file leitura.zip --layout omr --name "Prova 3"
"""


class Command(BaseCommand):
    help = (
        "Abre o lote com as dúvidas de uma conciliação concluída ou, com --file, o de um arquivo "
        "de resultados: um CSV, ou o ZIP de uma leitura inteira de cartões-resposta." + EXAMPLES
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="chave ou CNPJ da empresa")
        parser.add_argument("--run", type=UUID, help="a conciliação; sem ela, a última concluída")
        parser.add_argument("--file", type=Path, help="CSV de resultados, ou ZIP de uma leitura")
        parser.add_argument("--layout", help="chave do leiaute: omr, boletos, extrato, ou próprio")
        parser.add_argument("--images", type=Path, help="ZIP com as imagens dos cartões")
        parser.add_argument("--name", default="", help="nome do lote; sem ele, o do arquivo")
        parser.add_argument("--user", help="e-mail de quem abre; sem ele, o sistema")
        parser.add_argument(
            "--dry-run", action="store_true", help="mostra o que seria aberto e não guarda nada"
        )
        parser.add_argument("--json", action="store_true", help="um documento JSON na saída")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = find_organization(options["organization"])
        check_options(options)
        email = options["user"]
        with acting(email) if email else nullcontext() as user:
            try:
                said = opened(organization, options, user)
            except DomainError as refusal:
                for line in told_faults(refusal):
                    self.stderr.write(line)
                text = f"{refusal.message} ({refusal.code})"
                raise CommandError(text, returncode=REFUSED) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(said, ensure_ascii=False, default=str))
            return
        for one in said:
            self.stdout.write(told(one))


def check_options(options: dict[str, Any]) -> None:
    """Options that go together; paths that have to be there."""
    of_a_file = ("layout", "images", "name", "user", "dry_run")
    if not options["file"]:
        given = [f"--{name.replace('_', '-')}" for name in of_a_file if options[name]]
        if given:
            raise CommandError(f"{', '.join(given)}: só com --file.")
        return
    if options["run"] or not options["layout"]:
        raise CommandError("Com --file, diga --layout e não --run.")
    for path in filter(None, (options["file"], options["images"])):
        if not path.is_file():
            raise CommandError(f"O arquivo {path} não existe.")


def opened(
    organization: Organization, options: dict[str, Any], user: User | None
) -> list[dict[str, Any]]:
    path = options["file"]
    if not path:
        return [from_run(organization, options["run"])]
    said = {
        "filename": path.name,
        "layout": options["layout"],
        "images": options["images"],
        "opened_by": user,
    }
    if options["dry_run"]:
        return [seen(one) for one in preview_batches(organization.pk, path, **said)]
    found = open_batches(organization.pk, path, name=options["name"], **said)
    with session([organization.pk]):
        return [summary(one) for one in found]


def from_run(organization: Organization, run_id: UUID | None) -> dict[str, Any]:
    batch = open_batch(organization.pk, run_id or last_run(organization))
    return {"batch_id": batch.pk if batch else None}


def summary(found: Opened) -> dict[str, Any]:
    batch, created = found
    return {
        "batch_id": batch.pk,
        "created": created,
        "filename": batch.filename,
        "rows": batch.rows,
        "total": batch.cards.count(),
        "pending": batch.cards.open().count(),
        "images": batch.evidence.count(),
        "left_out": batch.left_out,
    }


def seen(preview: Preview) -> dict[str, Any]:
    standing: Batch | None = preview.standing
    return {
        "batch_id": standing.pk if standing else None,
        "dry_run": True,
        "filename": preview.filename,
        "rows": preview.rows,
        "total": preview.cards,
        "issues": preview.issues,
        "images": preview.images,
        "left_out": list(preview.left_out),
    }


def told(said: dict[str, Any]) -> str:
    if "rows" not in said:
        return str(said["batch_id"] or "Nada a decidir: nenhum lote foi aberto.")
    counts = f"{said['rows']} linhas, {said['total']} cartões, {said['images']} imagens"
    left = f", {len(said['left_out'])} arquivos do pacote de fora" if said["left_out"] else ""
    if "dry_run" not in said:
        verb = "aberto" if said["created"] else "já estava aberto"
        return f"{said['batch_id']} {verb}: {said['filename']}, {counts}{left}."
    issues = "; ".join(f"{code} {count}" for code, count in said["issues"].items()) or "nenhuma"
    return f"Nada foi guardado. {said['filename']}: {counts}{left}. Dúvidas: {issues}."


def told_faults(refusal: DomainError) -> list[str]:
    faults = refusal.details.get("fields", {}).get("file", [])
    return [f"{fault['message']} ({fault['code']})" for fault in faults[1:]]


def last_run(organization: Organization) -> UUID:
    with session([organization.pk]):
        done = Run.objects.filter(organization=organization, status=RunStatus.DONE)
        found = done.values_list("pk", flat=True).first()
    if found is None:
        raise CommandError("Esta empresa ainda não tem conciliação concluída.")
    return found
