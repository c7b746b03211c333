"""The lock of whoever changes what an organization's documents and bank lines say or settle."""

from uuid import UUID

from conciliacontag.database import lock


def lock_books(organization_id: UUID) -> None:
    """Wait for everybody else's changes; taken before any row lock, it falls with the transaction.

    Reading again rewrites amounts and days, and tells of those that are reconciled: nothing may
    become reconciled between that look and the rewriting.
    """
    lock(f"books {organization_id}")
