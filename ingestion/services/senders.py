"""Which companies a sender may send files to, and which of them a CNPJ belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from conciliacontag.brazil import cnpj_root
from conciliacontag.database import EVERY, session
from conciliacontag.organizations.models import Membership, Organization, User
from conciliacontag.organizations.roles import Act, may


@dataclass(slots=True)
class Companies:
    """Companies by CNPJ and by root; branches without a company of their own go by the root."""

    by_id: dict[UUID, Organization] = field(default_factory=dict)
    by_cnpj: dict[str, UUID] = field(default_factory=dict)
    by_root: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, organizations: Iterable[Organization]) -> Self:
        companies = cls()
        for row in sorted(organizations, key=lambda row: row.cnpj):
            companies.by_id[row.pk] = row
            companies.by_cnpj[row.cnpj] = row.pk
            companies.by_root.setdefault(cnpj_root(row.cnpj), row.pk)
        return companies

    def owner(self, tax_id: str) -> UUID | None:
        """The company of a CNPJ: the establishment itself, or the first one of its root."""
        return self.by_cnpj.get(tax_id) or self.by_root.get(cnpj_root(tax_id) or "-")


def companies_of(sender: User | None) -> Companies:
    """Where a person may send files; a system source stays within its own organization.

    The person's roles are learned on the way, so that services may be asked in their name.
    """
    if sender is None or not sender.is_active:
        return Companies()
    with session(EVERY):
        rows = Membership.objects.filter(user=sender).select_related("organization")
        held = {row.organization: row.role for row in rows}
    sender.roles = {organization.pk: role for organization, role in held.items()}
    return Companies.of(row for row, role in held.items() if may(role, Act.SEND))
