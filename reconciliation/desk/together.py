"""One answer for many lines, as one act in the log that is taken back as one."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from conciliacontag.errors import DomainError, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import AuditLog, User
from conciliacontag.organizations.roles import Act
from ingestion.models import Transaction
from reconciliation.desk.alike import Likeness, alike
from reconciliation.desk.deciding import Decision, carry_out, check, take_back
from reconciliation.desk.queue import Queue
from reconciliation.desk.standing import Standing, expect, find_line, standing_of
from reconciliation.ledger import books
from reconciliation.thresholds.taking_back import PART, undo_accepted

GROUPED = "lines.decided"
TAKEN_BACK = "lines.undone"


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was left as it is, and why."""

    line: Transaction
    code: str
    message: str


@dataclass(slots=True)
class Reached:
    """What one act did to many lines; `together` takes it back."""

    decided: list[Transaction] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left: int = 0
    together: UUID | None = None


def decide_alike(
    queue: Queue, pk: UUID, *, author: User, version: str, decision: Decision
) -> Reached:
    """Decide a line and all that are like it; a line that refuses holds up nobody.

    Raises:
        NotFound, NotAllowed, Conflict: as for one line; then nothing was decided at all.
    """
    line = find_line(pk)
    require(author, line.organization, Act.DECIDE)
    check(decision)
    with books(line.organization_id):
        expect(standing_of(line), version)
        found = alike(queue, line, decision)
        return carry_out_all(found, line, decision, author)


def preview_alike(queue: Queue, pk: UUID, *, author: User, decision: Decision) -> Likeness:
    """Which lines the answer would reach; nothing is changed."""
    line = find_line(pk)
    require(author, line.organization, Act.DECIDE)
    check(decision)
    return alike(queue, line, decision)


def carry_out_all(found: Likeness, first: Transaction, decision: Decision, author: User) -> Reached:
    reached, told = Reached(left=found.left), []
    for line, answer in found.answers:
        try:
            with atomic():
                carry_out(line, answer, author)
        except DomainError as refusal:
            reached.refused.append(Refused(line, refusal.code, refusal.message))
            continue
        reached.decided.append(line)
        told.append({"transaction": str(line.pk), "mark": mark_of(standing_of(line))})
    if told:
        total = sum(abs(line.amount) for line in reached.decided)
        diff = {
            "verdict": decision.verdict, "count": len(told), "amount": total, "lines": told,
        }  # fmt: skip
        entry = record(first.organization, GROUPED, first, actor=author, diff=diff)
        reached.together = entry.pk
    return reached


def mark_of(stands: Standing) -> str:
    """Tells this decision of a line from any later one."""
    if stands.hold is not None:
        return str(stands.hold.pk)
    rows = [*stands.booked, *([stands.nothing] if stands.nothing else [])]
    return " ".join(f"{row.pk} {row.decided_at}" for row in rows)


def undo_together(together: UUID, *, author: User) -> Reached:
    """Take one act back from every line that still stands as it left it. Again, it does nothing.

    Raises:
        NotFound: there is no such act in an organization of the person.
        NotAllowed: it is somebody else's act and the role only allows one's own.
    """
    entry = find_act(together)
    own = entry.actor_id == author.pk
    require(author, entry.organization, Act.REOPEN_OWN if own else Act.REOPEN)
    reached = Reached(together=together)
    with books(entry.organization_id):
        if PART in entry.diff:
            undo_at_once(entry, author, reached)
        else:
            for told in entry.diff["lines"]:
                undo_one(told, author, reached)
        if reached.decided:
            diff = {"count": len(reached.decided), "together": together}
            record(entry.organization, TAKEN_BACK, reached.decided[0], actor=author, diff=diff)
    return reached


def find_act(together: UUID) -> AuditLog:
    with atomic():
        rows = AuditLog.objects.select_related("organization")
        entry = rows.filter(pk=together, action=GROUPED).first()
    if entry is None:
        raise NotFound("Este ato em conjunto não foi encontrado. Confira o registro de ações.")
    return entry


def undo_at_once(entry: AuditLog, author: User, reached: Reached) -> None:
    """The lines of an acceptance, however many, in few statements."""
    undone = undo_accepted(entry.organization, entry.diff, user=author, act=str(entry.pk))
    reached.decided += undone.lines
    reached.refused += [Refused(*one) for one in undone.kept]


def undo_one(told: dict[str, Any], author: User, reached: Reached) -> None:
    line = find_line(UUID(told["transaction"]))
    stands = standing_of(line)
    if mark_of(stands) != told["mark"]:
        message = f"Mudou depois deste ato: {stands.sentence()}"
        reached.refused.append(Refused(line, "line_changed", message))
    elif take_back(stands, author):
        reached.decided.append(line)
