"""Deciding one line: a document, none, or not yet; and taking that back."""

from uuid import UUID

from conciliacontag.errors import Conflict, InvalidInput
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from ingestion.models import Transaction
from reconciliation.desk.accepting import accept, is_accepted
from reconciliation.desk.answers import (
    ACCEPT,
    ENTRY,
    HOLD,
    NO_DOCUMENT,
    VERDICTS,
    Choice,
    Decision,
    Posting,
)
from reconciliation.desk.entering import check_posting, is_entered, write_entry
from reconciliation.desk.models import Hold
from reconciliation.desk.standing import (
    BOOKED,
    HELD,
    REFUSED,
    Standing,
    expect,
    find_line,
    standing_of,
)
from reconciliation.ledger import books
from reconciliation.models import DifferenceKind
from reconciliation.services import refuse_matches, undo_match

__all__ = [
    "ACCEPT", "ENTRY", "HOLD", "NO_DOCUMENT", "VERDICTS", "Choice", "Decision", "Posting",
    "decide_line", "undo_line",
]  # fmt: skip

LONGEST_REASON = 512
MOST_TOGETHER = 50
NAMED = {kind.value for kind in DifferenceKind} - {DifferenceKind.UNEXPLAINED.value, ""}


def decide_line(
    pk: UUID, *, author: User, version: str, decision: Decision, line: Transaction | None = None
) -> Standing:
    """Carry out what a person says of the line that they saw; saying it again changes nothing.

    Args:
        line: the line, where the caller has it already.

    Raises:
        NotFound: the line or a document is none of the organization.
        NotAllowed: the person may not decide here.
        Conflict: `line_changed`: somebody was faster; or the document is booked already.
    """
    line = line or find_line(pk)
    require(author, line.organization, Act.DECIDE)
    check(decision)
    with books(line.organization_id):
        stands = standing_of(line)
        if not is_said(stands, decision, author):
            expect(stands, version)
            carry_out(line, decision, author, stands)
        return standing_of(line, is_held=decision.verdict == HOLD)


def check(decision: Decision) -> None:
    """Refuse what cannot be meant, before anything is touched."""
    if decision.verdict not in VERDICTS:
        raise InvalidInput("Diga accept, no_document, hold ou entry.", code="unknown_verdict")
    if decision.verdict == ENTRY:
        check_posting(decision.posting)
    if decision.verdict == ACCEPT and not decision.choices:
        raise InvalidInput("Escolha uma nota para conciliar.", code="document_required")
    if max(len(decision.choices), len(decision.lines)) > MOST_TOGETHER:
        raise InvalidInput(
            f"São até {MOST_TOGETHER} notas ou lançamentos juntos: divida em partes.",
            code="too_many_together",
        )
    if len(set(decision.choices)) < len(decision.choices):
        raise InvalidInput("A mesma nota vem duas vezes.", code="document_repeated")
    if decision.kind and decision.kind not in NAMED:
        raise InvalidInput("O motivo da diferença não é conhecido.", code="unknown_difference")
    if len(decision.reason) > LONGEST_REASON:
        raise InvalidInput(f"O motivo passa de {LONGEST_REASON} letras: encurte-o.")


def is_said(stands: Standing, decision: Decision, author: User) -> bool:
    """Whether the line stands as this person says, by their own earlier word."""
    if stands.decided_by != author:
        return False
    if decision.verdict == ACCEPT:
        return is_accepted(stands, decision)
    if decision.verdict == HOLD:
        return stands.state == HELD
    if decision.verdict == ENTRY:
        return is_entered(stands, decision.posting)
    return stands.state == REFUSED and stands.entry is None


def carry_out(
    line: Transaction, decision: Decision, author: User, stands: Standing | None = None
) -> None:
    """Do it; the caller holds the books and has compared the version."""
    stands = stands or standing_of(line)
    if decision.verdict == HOLD:
        put_aside(stands, author, decision.reason)
        return
    if decision.verdict == NO_DOCUMENT:
        refuse_entered(stands)
        refuse_matches(line, user=author, reason=decision.reason)
    elif decision.posting is not None:
        write_entry(stands, decision.posting, author)
    else:
        accept(stands, decision, author)
    if stands.hold:
        stands.hold.delete()


def refuse_entered(stands: Standing) -> None:
    if stands.entry is not None:
        raise Conflict(
            "Este lançamento já tem um lançamento contábil: desfaça-o antes de dizer só que não há"
            " nota.",
            code="line_decided",
        )


def put_aside(stands: Standing, author: User, reason: str) -> None:
    """Leave a line to be looked into. It waits on, in a list of its own."""
    line = stands.line
    if stands.state in (BOOKED, REFUSED):
        raise Conflict(
            "Este lançamento já foi decidido: desfaça a decisão antes de deixá-lo a verificar.",
            code="line_decided",
        )
    _, created = Hold.objects.get_or_create(
        transaction=line,
        defaults={"organization": line.organization, "held_by": author, "reason": reason},
    )
    if created:
        diff = {"transaction": line.pk, "reason": reason}
        record(line.organization, "line.held", line, actor=author, diff=diff)


def undo_line(pk: UUID, *, author: User, version: str) -> Standing:
    """Take back what was last said of a line.

    Raises:
        NotFound, NotAllowed: as for deciding; an auditor takes back their own word only.
        Conflict: `line_changed`, or `nothing_to_undo`.
    """
    line = find_line(pk)
    with books(line.organization_id):
        stands = standing_of(line)
        expect(stands, version)
        if not take_back(stands, author):
            raise Conflict("Neste lançamento não há decisão para desfazer.", code="nothing_to_undo")
        return standing_of(line)


def take_back(stands: Standing, author: User) -> bool:
    """Undo the booking, the refusal or the hold; False when there is none."""
    line = stands.line
    if stands.state != HELD or stands.hold is None:
        return undo_match(line, user=author)
    own = stands.hold.held_by_id == author.pk
    require(author, line.organization, Act.REOPEN_OWN if own else Act.REOPEN)
    stands.hold.delete()
    record(line.organization, "line.released", line, actor=author, diff={"transaction": line.pk})
    return True
