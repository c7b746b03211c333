"""Where parts of an upload went, and who may send files."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act, may
from ingestion.models import Forwarding, SourceFile


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A part of an upload that went to another company of its sender."""

    company: str
    notes: int
    state: Forwarding  # its chip
    file_id: UUID | None  # the file that arrived there, when the person may see it


def forwardings_of(file: SourceFile, *, member: UUID | None = None) -> list[Forwarded]:
    """Where parts of an upload went, or one member of it.

    What the person may not see there is not linked or named.
    """
    found = Forwarding.objects.filter(file=file)
    rows = list(found.filter(members__contains=[str(member)]) if member else found)
    names = Organization.objects.in_bulk([row.target_id for row in rows])
    seen = SourceFile.objects.in_bulk([row.received_id for row in rows if row.received_id])
    return [
        Forwarded(
            names[row.target_id].name if row.target_id in names else "outra empresa",
            row.notes,
            row,
            row.received_id if row.received_id in seen else None,
        )
        for row in rows
    ]


def senders(user: User, organizations: Iterable[Organization]) -> list[Organization]:
    """The organizations to which this person may send files."""
    return [row for row in organizations if may(user.roles[row.pk], Act.SEND)]
