"""Reading a file of a closed month again: what would change is refused in words, the rest goes."""

from collections.abc import Callable
from decimal import Decimal

from conciliacontag.organizations.models import Organization, User
from ingestion.models import Document, Reprocessing, SourceFile
from ingestion.models.documents import Direction
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from ingestion.services.reprocessing import execute_reprocessing, reprocess_files
from reconciliation.periods.models import Closing
from reconciliation.periods.services import close_period, reopen_period
from tests.data.files import invoices, xml

WRONG = Decimal("1.00")


def arrived(organization: Organization) -> SourceFile:
    content = xml(invoices(1)[0])
    file, _ = receive_file(organization, uploader=None, filename="a.xml", chunks=[content])
    process_file(organization.pk, file.pk)
    return file


def close_its_month(organization: Organization, user: User) -> Closing:
    month = Document.objects.get().issue_date.replace(day=1)
    return close_period(organization, month, user=user, reason="Conferido", accept_open=True)[0]


def read_again(organization: Organization, file: SourceFile) -> Reprocessing:
    job, _ = reprocess_files(organization, requested_by=None, files=[file.pk])
    execute_reprocessing(organization.pk, job.pk)
    job.refresh_from_db()
    return job


def test_a_changed_amount_is_refused_until_the_month_is_open(
    organization: Organization, manager: User
) -> None:
    file = arrived(organization)
    Document.objects.update(total_amount=WRONG, direction=Direction.ISSUED)
    closing = close_its_month(organization, manager)
    job = read_again(organization, file)
    row = job.rereadings.get()

    assert (job.status, row.error_code) == ("completed_with_errors", "period_closed")
    assert "Reabra o mês" in row.error
    assert Document.objects.get().total_amount == WRONG
    reopen_period(organization, closing.starts_on, user=manager, reason="Valor lido errado")
    assert read_again(organization, file).status == "completed"
    assert Document.objects.get().total_amount > WRONG


def test_the_same_reading_changes_nothing_and_ends_well(
    organization: Organization, manager: User
) -> None:
    file = arrived(organization)
    close_its_month(organization, manager)

    assert read_again(organization, file).status == "completed"


def test_a_late_file_is_read_into_the_closed_month(
    organization: Organization, manager: User, person: Callable[..., User]
) -> None:
    arrived(organization)
    close_its_month(organization, manager)
    content = xml(invoices(2)[1])
    late, _ = receive_file(organization, uploader=None, filename="b.xml", chunks=[content])
    process_file(organization.pk, late.pk)
    late.refresh_from_db()

    assert (late.status, late.new) == ("processed", 1)
    assert Document.objects.count() == 2
