"""One writer at a time for what links an organization's documents and bank lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from conciliacontag.database import session
from ingestion.ledger import lock_books


@contextmanager
def books(organization_id: UUID) -> Iterator[None]:
    """A transaction that alone may change the organization's bookings and decisions.

    It is taken before any row lock, so that people who decide many cards in one transaction, a
    run that stores its outcome and an export never wait for each other in a circle.
    """
    with session([organization_id]):
        lock_books(organization_id)
        yield
