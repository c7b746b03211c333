"""Deciding one line: a document, none, or not yet; and taking that back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from conciliacontag.errors import Conflict, InvalidInput, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import record
from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from ingestion.models import Document, Transaction
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
from reconciliation.services import confirm_match, propose_match, refuse_matches, undo_match

ACCEPT, NO_DOCUMENT, HOLD = "accept", "no_document", "hold"
VERDICTS = (ACCEPT, NO_DOCUMENT, HOLD)
LONGEST_REASON = 512


@dataclass(frozen=True, slots=True)
class Choice:
    """A document, or one instalment of it."""

    document_id: UUID
    installment: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of a line; `choices` only with `accept`."""

    verdict: str
    choices: Sequence[Choice] = ()
    reason: str = ""


def decide_line(pk: UUID, *, author: User, version: str, decision: Decision) -> Standing:
    """Carry out what a person says of the line that they saw; saying it again changes nothing.

    Raises:
        NotFound: the line or a document is none of the organization.
        NotAllowed: the person may not decide here.
        Conflict: `line_changed`: somebody was faster; or the document is booked already.
    """
    line = find_line(pk)
    require(author, line.organization, Act.DECIDE)
    check(decision)
    with books(line.organization_id):
        stands = standing_of(line)
        if not is_said(stands, decision, author):
            expect(stands, version)
            carry_out(line, decision, author)
        return standing_of(line)


def check(decision: Decision) -> None:
    """Refuse what cannot be meant, before anything is touched."""
    if decision.verdict not in VERDICTS:
        raise InvalidInput("Diga accept, no_document ou hold.", code="unknown_verdict")
    if decision.verdict == ACCEPT and len(decision.choices) != 1:
        raise InvalidInput("Escolha uma nota para conciliar.", code="document_required")
    if len(decision.reason) > LONGEST_REASON:
        raise InvalidInput(f"O motivo passa de {LONGEST_REASON} letras: encurte-o.")


def is_said(stands: Standing, decision: Decision, author: User) -> bool:
    """Whether the line stands as this person says, by their own earlier word."""
    if stands.decided_by != author:
        return False
    if decision.verdict == ACCEPT:
        booked = {(row.document_id, row.installment) for row in stands.booked}
        return booked == {(one.document_id, one.installment) for one in decision.choices}
    return stands.state == {NO_DOCUMENT: REFUSED, HOLD: HELD}[decision.verdict]


def carry_out(line: Transaction, decision: Decision, author: User) -> None:
    """Do it; the caller holds the books and has compared the version."""
    if decision.verdict == HOLD:
        put_aside(line, author, decision.reason)
        return
    if decision.verdict == NO_DOCUMENT:
        refuse_matches(line, user=author, reason=decision.reason)
    else:
        accept(line, decision.choices[0], author)
    Hold.objects.filter(transaction=line).delete()


def accept(line: Transaction, choice: Choice, author: User) -> None:
    document = Document.objects.filter(
        organization=line.organization_id, pk=choice.document_id
    ).first()
    if document is None:
        raise NotFound("Esta nota não foi encontrada nesta empresa. Atualize a página.")
    pair = propose_match(line, document, user=author, installment=choice.installment)
    confirm_match(pair, user=author)


def put_aside(line: Transaction, author: User, reason: str) -> None:
    """Leave a line to be looked into. It waits on, in a list of its own."""
    if standing_of(line).state in (BOOKED, REFUSED):
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
