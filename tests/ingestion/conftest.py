"""The company whose notes the tests read, and one call from bytes to rows."""

from collections.abc import Callable

import pytest

from conciliacontag.organizations.models import Organization
from ingestion.models import SourceFile
from ingestion.services.files import receive_file
from ingestion.services.processing import process_file
from tests.data.files import invoices

Send = Callable[..., SourceFile]


@pytest.fixture
def seller(everything: None) -> Organization:
    """The issuer of the test notes."""
    organization: Organization = Organization.objects.create(
        name="Distribuidora Aurora Ltda", cnpj=invoices(1)[0].issuer.tax_id, tenant_key="aurora"
    )
    return organization


@pytest.fixture
def send(seller: Organization) -> Send:
    """Receive a file and read it to its end."""

    def receive_and_read(
        content: bytes, name: str = "arquivo", organization: Organization = seller
    ) -> SourceFile:
        file, _ = receive_file(organization, uploader=None, filename=name, chunks=[content])
        process_file(organization.pk, file.pk)
        file.refresh_from_db()
        return file

    return receive_and_read
