"""One writer at a time for what links an organization's documents and bank lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import DatabaseError

from conciliacontag.database import session
from conciliacontag.postgres.refusals import refusal_of
from ingestion.ledger import lock_books


@contextmanager
def books(organization_id: UUID) -> Iterator[None]:
    """A transaction that alone may change the organization's bookings and decisions.

    It is taken before any row lock, so that people who decide many cards in one transaction, a
    run that stores its outcome and an export never wait for each other in a circle.

    Raises:
        Conflict: `period_closed`, for what would change a month that is closed.
    """
    try:
        with session([organization_id]):
            lock_books(organization_id)
            yield
    except DatabaseError as fault:
        if refusal := refusal_of(fault):
            raise refusal from fault
        raise
