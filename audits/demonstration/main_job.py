"""The whole main job on the demonstration month, through the same services as everybody's."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from audits.demonstration.answers import NO_NOTE, Answer, auditor_answers
from audits.demonstration.findings import is_found
from audits.demonstration.month import DemoMonth, build_month
from audits.demonstration.people import STAFF, make_organization, make_staff, password
from audits.exports.bundle import dossier, write_folder
from audits.exports.package import CORRECTED, MANIFEST
from audits.exports.services import export_batch
from audits.models import Batch, BatchStatus, Card, CardStatus, Export, Verdict
from audits.services import decide_card, open_batch
from conciliacontag.database import session
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Role
from ingestion.models import Document, FileStatus, SourceFile, Transaction
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from reconciliation.models import Reconciliation, Run
from reconciliation.services import execute_run, start_run

PAUSE = 0.2
REPEATED = "já tinha chegado; nada foi duplicado"
Tell = Callable[[str], None]


@dataclass(slots=True)
class MainJob:
    """The month on its way from dropped files to a provable file; every step may be repeated."""

    tell: Tell
    month: DemoMonth = field(default_factory=build_month)
    started: float = field(default_factory=time.perf_counter)

    def run(self) -> dict[str, Any]:
        """Do whatever is not done yet and summarize."""
        organization = make_organization(self.month)
        staff = make_staff(organization)
        self.tell(f"Empresa {organization}")
        self.send_files(organization, staff[Role.OPERATOR])
        self.reconcile(organization, staff[Role.OPERATOR])
        self.decide(organization, staff[Role.AUDITOR])
        exports = self.export(organization, staff[Role.MANAGER])
        return self.summary(organization, exports)

    def send_files(self, organization: Organization, sender: User) -> None:
        for item in self.month.files:
            file, created = receive_file(
                organization, uploader=sender, filename=item.name, chunks=[item.content]
            )
            process_file(organization.pk, file.pk)
            self.wait(partial(file_is_read, organization, file.pk))
            with session([organization.pk]):
                file.refresh_from_db()
            self.tell(f"{item.name}: {counted(file) if created else REPEATED}")

    def reconcile(self, organization: Organization, operator: User) -> None:
        with session([organization.pk]):
            if batches_of_runs(organization).exists():
                self.tell("A conciliação já foi feita")
                return
        run, _ = start_run(organization, requested_by=operator)
        execute_run(organization.pk, run.pk)
        self.wait(partial(run_is_done, organization, run.pk))
        with session([organization.pk]):
            run.refresh_from_db()
        self.tell(
            f"Conciliação: {run.matched} conciliados, {run.partial} a decidir, "
            f"{run.unmatched} sem par"
        )
        open_batch(organization.pk, run.pk)

    def decide(self, organization: Organization, auditor: User) -> None:
        """The auditor's answers, through the service that a person's decision goes through."""
        answers = auditor_answers(self.month)
        with session([organization.pk]):
            waiting = Card.objects.open().filter(organization=organization)
            cards = list(waiting.select_related("transaction"))
        for card in cards:
            if card.transaction and (answer := answers.get(card.transaction.external_id)):
                with session([organization.pk]):
                    decide(card, answer, auditor)
        self.tell(f"{len(cards)} dúvidas decididas por {auditor}")

    def export(self, organization: Organization, manager: User) -> list[Export]:
        exports = []
        with session([organization.pk]):
            # What somebody opened or reconciled here meanwhile is theirs to decide.
            decided = [BatchStatus.READY, BatchStatus.EXPORTED]
            batches = list(batches_of_runs(organization).filter(status__in=decided))
        for batch in batches:
            export, _ = export_batch(batch.pk, requested_by=manager)
            exports.append(export)
            self.tell(f"{batch.name}: exportado na revisão {export.revision}")
        return exports

    def wait(self, is_done: Callable[[], bool]) -> None:
        """A worker that serves the same data may have been faster; it finishes then."""
        while not is_done():
            time.sleep(PAUSE)

    def summary(self, organization: Organization, exports: list[Export]) -> dict[str, Any]:
        with session([organization.pk]):
            planted = [(item, is_found(organization, item)) for item in self.month.planted]
            found = sum(seen for _, seen in planted)
            said = stored_counts(organization)
        for item, seen in planted:
            self.tell(f"{'✓ encontrado' if seen else '✗ NÃO encontrado'}: {item.title}")
        email, _ = STAFF[Role.MANAGER]
        return said | {
            "export": artefacts(organization, exports[-1]) if exports else {},
            "planted": {"total": len(planted), "found": found},
            "login": {"email": email, "password": password()},
            "seconds": round(time.perf_counter() - self.started, 2),
        }


def counted(file: SourceFile) -> str:
    """What was counted in a file, without the zeros."""
    parts = (
        (file.new, "novo", "novos"),
        (file.known, "já conhecido", "já conhecidos"),
        (file.informative, "informativo", "informativos"),
        (file.rejected, "recusado", "recusados"),
    )
    said = [f"{number} {one if number == 1 else many}" for number, one, many in parts if number]
    return f"{file.read} registros: {', '.join(said)}" if file.read != 1 else said[0]


def decide(card: Card, answer: Answer, auditor: User) -> None:
    """Accept the note that the auditor names, or say that there is none."""
    if answer.document == NO_NOTE:
        decide_card(
            card.pk,
            author=auditor,
            version=card.version,
            verdict=Verdict.NO_DOCUMENT,
            note=answer.note,
        )
        return
    document = Document.objects.get(organization=card.organization_id, key=answer.document)
    decide_card(
        card.pk,
        author=auditor,
        version=card.version,
        verdict=Verdict.ACCEPT,
        document_id=document.pk,
        installment=installment_of(card, document),
        note=answer.note,
    )


def installment_of(card: Card, document: Document) -> str:
    """The instalment that the machine proposed for this document, if it did."""
    proposals = Reconciliation.objects.filter(transaction=card.transaction_id, document=document)
    first = proposals.order_by("-score").values_list("installment", flat=True).first()
    return first or ""


def file_is_read(organization: Organization, pk: UUID) -> bool:
    with session([organization.pk]):
        return not SourceFile.objects.waiting().filter(pk=pk).exists()


def run_is_done(organization: Organization, pk: UUID) -> bool:
    with session([organization.pk]):
        return not Run.objects.active().filter(pk=pk).exists()


def batches_of_runs(organization: Organization) -> QuerySet[Batch]:
    runs = Batch.objects.filter(organization=organization, run__isnull=False)
    return runs.order_by("created_at")


def stored_counts(organization: Organization) -> dict[str, Any]:
    """What the organization's tables hold now."""
    files = SourceFile.objects.filter(organization=organization)
    matches = Reconciliation.objects.filter(organization=organization)
    cards = Card.objects.filter(organization=organization)
    lines = Transaction.objects.filter(organization=organization)
    return {
        "files": {
            "received": files.count(),
            "processed": files.filter(status=FileStatus.PROCESSED).count(),
            "failed": files.filter(status=FileStatus.FAILED).count(),
        },
        "documents": Document.objects.filter(organization=organization).count(),
        "transactions": lines.count(),
        "reconciliations": {
            status: matches.filter(status=status).values("transaction").distinct().count()
            for status in ("matched", "partial", "unmatched")
        },
        "batch": {
            "cards": cards.count(),
            "resolved": cards.filter(status=CardStatus.RESOLVED).count(),
        },
    }


def artefacts(organization: Organization, export: Export) -> dict[str, str]:
    """Copies of the exported files where a person finds them, with the CSV's hash."""
    folder = Path(settings.DATA) / "demonstration"
    with session([organization.pk]):
        write_folder(dossier(export), folder)
    return {
        "csv": str(folder / CORRECTED),
        "manifest": str(folder / MANIFEST),
        "sha256": export.csv_sha256,
    }
