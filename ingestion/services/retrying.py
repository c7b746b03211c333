"""Trying again what failed of a delivery, and only that."""

from conciliacontag.database import session
from conciliacontag.errors import Conflict
from conciliacontag.organizations.models import User
from ingestion.models import Delivery, FileStatus, Outcome, Reprocessing, SourceFile
from ingestion.services.choosing import UNSAFE
from ingestion.services.reprocessing import reprocess_files

MOST = 1000


def retry_delivery(delivery: Delivery, *, by: User) -> Reprocessing:
    """Read the failed files of a delivery again: those whole, of an archive the failed members.

    Raises:
        NotAllowed: the person may not send files to this organization.
        Conflict: nothing of it failed that could be read again (`nothing_failed`).
    """
    with session([delivery.organization_id]):
        mine = delivery.items.filter(outcome=Outcome.RECEIVED).values("file")
        failed = SourceFile.objects.filter(status=FileStatus.FAILED).exclude(error_code__in=UNSAFE)
        files = list(failed.filter(pk__in=mine).values_list("pk", flat=True)[:MOST])
        members = failed.filter(container__in=mine).exclude(container__in=files)
        files += list(members.values_list("pk", flat=True)[: MOST - len(files)])
    if not files:
        raise Conflict(
            "Nenhum arquivo deste envio falhou na leitura. O que foi recusado na chegada precisa "
            "ser corrigido e enviado de novo.",
            code="nothing_failed",
        )
    job, _ = reprocess_files(delivery.organization, requested_by=by, files=files)
    return job
