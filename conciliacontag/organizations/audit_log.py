"""The hash-chained log of acts: writing one link, checking the whole chain.

Each link is the SHA-256 of the link before it and of everything the row says, so a row that is
changed, removed, inserted or moved breaks the chain at that place. The head of the chain is
written into every manifest that leaves, so a tail that was cut off is noticed as well.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.db.transaction import atomic
from django.utils import timezone

from conciliacontag.database import lock
from conciliacontag.organizations.models import AuditLog, Organization, User

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Deed:
    """One act, as the log tells it.

    action: noun and past verb, `batch.exported`.
    actor: the person; None for the machine.
    diff: what changed, as {"field": [before, after]} or plain facts.
    """

    action: str
    entity: Model
    actor: User | None
    diff: Mapping[str, Any] = field(default_factory=dict)


def record(
    organization: Organization,
    action: str,
    entity: Model,
    *,
    actor: User | None,
    diff: dict[str, Any] | None = None,
) -> AuditLog:
    """Write one act in the same transaction as the change it tells of."""
    return record_all(organization, [Deed(action, entity, actor, diff or {})])[0]


def record_all(organization: Organization, deeds: Iterable[Deed]) -> list[AuditLog]:
    """Write many acts, one link after the other, at once."""
    with atomic():
        lock(f"audit {organization.pk}")
        last = AuditLog.objects.chain(organization).last()
        links: list[AuditLog] = []
        for deed in deeds:
            last = link(organization, deed, last)
            links.append(last)
        return AuditLog.objects.bulk_create(links)


def link(organization: Organization, deed: Deed, last: AuditLog | None) -> AuditLog:
    entry = AuditLog(
        organization=organization,
        sequence=last.sequence + 1 if last else 1,
        at=timezone.now(),
        actor=deed.actor,
        action=deed.action,
        entity_type=deed.entity._meta.label_lower,
        entity_id=str(deed.entity.pk),
        diff=json.loads(json.dumps(deed.diff, cls=DjangoJSONEncoder)),
        previous_hash=last.hash if last else GENESIS,
    )
    entry.hash = link_hash(entry)
    return entry


def link_hash(entry: AuditLog) -> str:
    """SHA-256 of the link before and of the row, in one canonical spelling."""
    said = {
        "id": str(entry.pk),
        "organization": str(entry.organization_id),
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(entry.actor_id or ""),
        "action": entry.action,
        "entity_type": entry.entity_type,
        "entity_id": entry.entity_id,
        "diff": entry.diff,
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(f"{entry.previous_hash}\n{text}".encode()).hexdigest()


def head(organization: Organization) -> str:
    """The hash of the chain's last link, which a manifest carries away."""
    last = AuditLog.objects.chain(organization).values_list("hash", flat=True).last()
    return last or GENESIS


def broken_links(organization: Organization) -> Iterator[tuple[int, str]]:
    """Yield (number, what is wrong) for each link that does not follow from the one before."""
    expected_hash, expected_number = GENESIS, 1
    for entry in AuditLog.objects.chain(organization).iterator():
        if entry.sequence != expected_number:
            yield entry.sequence, f"esperava-se o elo {expected_number}: há elos faltando ou a mais"
        elif entry.previous_hash != expected_hash:
            yield entry.sequence, "não continua o elo anterior"
        elif entry.hash != link_hash(entry):
            yield entry.sequence, "o conteúdo foi alterado depois de escrito"
        expected_hash, expected_number = entry.hash, entry.sequence + 1
