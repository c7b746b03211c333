"""The one permission table: what each role may do. Screens, API and commands ask here."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    ADMIN = "admin", "Administração"
    MANAGER = "manager", "Gestão"
    OPERATOR = "operator", "Operação"
    AUDITOR = "auditor", "Auditoria"
    VIEWER = "viewer", "Leitura"


class Act(StrEnum):
    ADMINISTER = "administer"  # organization, users, keys, webhooks
    CONFIGURE = "configure"  # rules, layouts, schedules
    SEND = "send"  # upload, ingest, reconcile
    DECIDE = "decide"  # cards, matches
    REOPEN = "reopen"  # undo any decision
    REOPEN_OWN = "reopen_own"  # undo one's own decision
    EXPORT = "export"
    CLEAN = "clean"  # clean-up, close a period
    READ = "read"


MAY: dict[Role, frozenset[Act]] = {
    Role.ADMIN: frozenset(
        {Act.ADMINISTER, Act.CONFIGURE, Act.SEND, Act.EXPORT, Act.CLEAN, Act.READ}
    ),
    Role.MANAGER: frozenset(
        {
            Act.CONFIGURE,
            Act.SEND,
            Act.DECIDE,
            Act.REOPEN,
            Act.REOPEN_OWN,
            Act.EXPORT,
            Act.CLEAN,
            Act.READ,
        }
    ),
    Role.OPERATOR: frozenset({Act.SEND, Act.EXPORT, Act.READ}),
    Role.AUDITOR: frozenset({Act.DECIDE, Act.REOPEN_OWN, Act.EXPORT, Act.READ}),
    Role.VIEWER: frozenset({Act.READ}),
}

# The admin's own permissions, in the terms of the table; what is not named nobody holds.
PAGES: dict[str, Act] = {
    "organizations.add_organization": Act.ADMINISTER,
    "organizations.change_organization": Act.ADMINISTER,
    "organizations.add_user": Act.ADMINISTER,
    "organizations.change_user": Act.ADMINISTER,
    "organizations.add_membership": Act.ADMINISTER,
    "organizations.change_membership": Act.ADMINISTER,
    "organizations.delete_membership": Act.ADMINISTER,
    "ingestion.add_sourcefile": Act.SEND,
    "ingestion.add_source": Act.ADMINISTER,
    "ingestion.add_supplierpreference": Act.CONFIGURE,
    "reconciliation.add_run": Act.SEND,
    "audits.add_batch": Act.SEND,
    "audits.change_card": Act.DECIDE,
    "audits.export_batch": Act.EXPORT,
    "audits.clean_batch": Act.CLEAN,
}


def may(role: str, act: Act) -> bool:
    return act in MAY[Role(role)]


def acts_of(roles: Collection[str]) -> frozenset[Act]:
    """Everything that at least one of these roles allows."""
    return frozenset().union(*(MAY[Role(role)] for role in roles))


def has_permission(roles: Iterable[str], permission: str) -> bool:
    """Answer the admin's question: viewing is every role's, the rest follows the table."""
    held = acts_of(list(roles))
    if permission.partition(".")[2].startswith("view_"):
        return Act.READ in held
    return PAGES.get(permission) in held
