"""Taking back, in few statements, what was accepted as one act."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from conciliacontag.organizations.audit_log import Deed, record_all
from conciliacontag.organizations.models import Organization, User
from ingestion.models import Transaction
from reconciliation.booking import Touched
from reconciliation.decisions import link_facts
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.periods.closed import in_closed_period
from reconciliation.restoring import put_back
from reconciliation.statuses import settle
from reconciliation.thresholds.progress import parts, telling

OPEN_AGAIN = "Mudou depois deste ato: o lançamento já está em aberto."
DECIDED_SINCE = "Mudou depois deste ato: alguém decidiu o lançamento de outro modo."
CLOSED_SINCE = "O mês deste lançamento foi fechado depois: reabra o mês para desfazer."
PART = "acceptance"  # in the trail: this link was decided, or undone, with others

Rows = list[Reconciliation]


@dataclass(frozen=True, slots=True)
class Undone:
    """Lines that are open again, and those that stay as they are: line, code and sentence."""

    lines: Sequence[Transaction]
    kept: Sequence[tuple[Transaction, str, str]]


def undo_accepted(
    organization: Organization, diff: Mapping[str, Any], *, user: User, act: str
) -> Undone:
    """Open again every line of an act that still stands as the act left it.

    The suggestions are the machine's again, as they were: they may be accepted another time. The
    caller holds the books and has asked whether the person may.

    Args:
        diff: what the act's entry in the trail says.
        act: identifier of that entry.
    """
    marks = {UUID(one["transaction"]): one["mark"] for one in diff["lines"]}
    booked = booked_rows(marks)
    found = Transaction.objects.filter(pk__in=marks).select_related("organization")
    closed = set(found.filter(in_closed_period()).values_list("pk", flat=True))
    undone: list[Transaction] = []
    kept: list[tuple[Transaction, str, str]] = []
    for line in found.order_by("date", "pk"):
        if not booked[line.pk]:
            kept.append((line, "line_changed", OPEN_AGAIN))
        elif mark_of(booked[line.pk]) != marks[line.pk]:
            kept.append((line, "line_changed", DECIDED_SINCE))
        elif line.pk in closed:
            kept.append((line, "period_closed", CLOSED_SINCE))
        else:
            undone.append(line)
    with telling(UUID(diff[PART]), len(undone)) as tell_done:
        for some in parts(undone, tell_done):
            reopen([row for line in some for row in booked[line.pk]])
            tell(organization, [booked[line.pk] for line in some], user, act)
    return Undone(undone, kept)


def is_standing(diff: Mapping[str, Any], actor_id: UUID | None) -> bool:
    """Whether any line of an act is still booked on the word of the person who did it."""
    lines = [one["transaction"] for one in diff["lines"]]
    booked = Reconciliation.objects.matched().filter(transaction__in=lines)
    return booked.filter(performed_by=actor_id).exists()


def booked_rows(lines: Iterable[UUID]) -> defaultdict[UUID, Rows]:
    found: defaultdict[UUID, Rows] = defaultdict(list)
    rows = Reconciliation.objects.matched().filter(transaction__in=list(lines))
    for row in rows.select_related("transaction").order_by("-score", "created_at", "id"):
        if row.transaction_id:
            found[row.transaction_id].append(row)
    return found


def mark_of(rows: Iterable[Reconciliation]) -> str:
    """Tells these bookings of a line from any later ones."""
    return " ".join(f"{row.pk} {row.decided_at}" for row in rows)


def reopen(rows: Rows) -> None:
    """Bookings become the machine's proposals again, beside those that had given way."""
    touched = Touched()
    touched.add(rows)
    mine = Reconciliation.objects.filter(pk__in=[row.pk for row in rows])
    mine.update(status=ReconciliationStatus.PARTIAL)
    back = put_back({row.link for row in rows})
    mine.update(performed_by=None, decided_at=None)
    settle(touched.lines | back.lines, touched.documents | back.documents)


def tell(organization: Organization, links: Iterable[Rows], user: User, act: str) -> None:
    """Each link in the trail, as it was before."""
    deeds = [
        Deed("match.undone", rows[0].transaction, user, {**link_facts(rows), PART: act})
        for rows in links
        if rows[0].transaction
    ]
    record_all(organization, deeds)
