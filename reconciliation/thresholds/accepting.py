"""Suggestions of so many points or more, accepted as one act: first seen, then carried out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from conciliacontag.errors import Conflict, NotFound
from conciliacontag.organizations.access import require
from conciliacontag.organizations.audit_log import Deed, record, record_all
from conciliacontag.organizations.models import Organization, User
from conciliacontag.organizations.roles import Act
from conciliacontag.scope import spell_month
from ingestion.models import Transaction
from reconciliation.balances import ZERO
from reconciliation.booking import Touched
from reconciliation.decisions import link_facts
from reconciliation.desk.models import Displaced
from reconciliation.desk.standing import standing_of
from reconciliation.desk.together import GROUPED
from reconciliation.displacing import spelled
from reconciliation.ledger import books
from reconciliation.models import MATCHED, Reconciliation, ReconciliationStatus
from reconciliation.periods.models import Closing
from reconciliation.statuses import settle
from reconciliation.thresholds.models import LEAST_UNSEEN, MOST_ACCEPT, Acceptance
from reconciliation.thresholds.progress import Told, parts, telling
from reconciliation.thresholds.proposals import Proposal, proposals
from reconciliation.thresholds.services import check_points
from reconciliation.thresholds.taking_back import PART

MOST_AT_ONCE = 5000
BATCH = 2000
MOST_TOLD = 20  # of the lines that changed, each with what happened to it
KEPT = timedelta(days=1)  # what was seen and not carried out
CHANGED = "A sugestão mudou depois de vista."


def preview_acceptance(
    organization: Organization, *, points: Decimal, user: User, month: date | None = None
) -> Acceptance:
    """What accepting all suggestions of so many points or more would book; nothing is booked.

    Args:
        month: its first day; without it, lines of all time.

    Raises:
        NotAllowed: the person may not decide here.
        InvalidInput: `threshold_out_of_range`.
        Conflict: `period_closed`.
    """
    require(user, organization, Act.DECIDE)
    check_points("points", points, LEAST_UNSEEN, MOST_ACCEPT)
    with atomic():
        refuse_closed(organization, month)
        forget_old(organization)
        found = [one for one in proposals(organization, month) if one.offer.score >= points]
        wanted = [one for one in found if not one.offer.out]
        return Acceptance.objects.create(
            organization=organization,
            month=month,
            accept_at=points,
            lines=[[str(one.line), one.mark] for one in wanted[:MOST_AT_ONCE]],
            amount=total(wanted[:MOST_AT_ONCE]),
            left_out=Counter(one.offer.out for one in found if one.offer.out),
            left=max(len(wanted) - MOST_AT_ONCE, 0),
            asked_by=user,
        )


def refuse_closed(organization: Organization, month: date | None) -> None:
    if month and Closing.objects.of(organization, month).in_force().exists():
        raise Conflict(
            f"{spell_month(month).capitalize()} está fechado: nada dele pode mudar. "
            "Reabra o mês, com o motivo, ou escolha outro.",
            code="period_closed",
            details={"organization_id": str(organization.pk), "period": f"{month:%Y-%m}"},
        )


def forget_old(organization: Organization) -> None:
    """Take away what somebody saw and never accepted."""
    limit = timezone.now() - KEPT
    seen = Acceptance.objects.filter(organization=organization, carried_out_at=None)
    seen.filter(asked_at__lt=limit).delete()


def total(found: Iterable[Proposal]) -> Decimal:
    return sum((one.offer.amount for one in found), ZERO)


def find_acceptance(pk: UUID) -> Acceptance:
    """What somebody has seen or accepted.

    Raises:
        NotFound: also for one of an organization that the person does not see.
    """
    with atomic():
        rows = Acceptance.objects.select_related("organization", "asked_by", "carried_out_by")
        row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(
            "Este aceite não foi encontrado: o que ninguém aceita em um dia é esquecido. "
            "Confira as sugestões de novo."
        )
    return row


def carry_out_acceptance(pk: UUID, *, user: User) -> Acceptance:
    """Book what is still as it was seen, as one act; what changed meanwhile is told instead.

    Called again, by anybody, it changes nothing and returns what the first call did.

    Raises:
        NotFound, NotAllowed: as for looking at it.
        Conflict: `period_closed`.
    """
    row = find_acceptance(pk)
    require(user, row.organization, Act.DECIDE)
    with books(row.organization_id):
        row = Acceptance.objects.select_for_update(of=("self",)).get(pk=pk)
        if row.is_carried_out:
            return find_acceptance(pk)
        refuse_closed(row.organization, row.month)
        with telling(pk, len(row.lines)) as tell:
            carry_out(row, user, tell)
    return find_acceptance(pk)


def carry_out(row: Acceptance, user: User, tell: Told) -> None:
    now = {one.line: one for one in proposals(row.organization, row.month)}
    wanted, changed = sorted_out(row, now)
    row.carried_out_by, row.carried_out_at = user, timezone.now()
    row.booked, row.booked_amount = len(wanted), total(wanted)
    row.refused = told(changed)
    behind = len(changed)  # looked at and left: done as well
    row.together = (
        book_together(row, wanted, user, lambda done: tell(behind + done)) if wanted else None
    )
    row.save()


def sorted_out(row: Acceptance, now: dict[UUID, Proposal]) -> tuple[list[Proposal], list[UUID]]:
    """What may be booked of what was seen, and the lines that are not any more what they were."""
    wanted, changed = [], []
    for line, mark in row.lines:
        found = now.get(UUID(line))
        if found and not found.offer.out and found.mark == mark:
            wanted.append(found)
        else:
            changed.append(UUID(line))
    return wanted, changed


def told(changed: Sequence[UUID]) -> dict[str, Any]:
    """How many lines changed, and what happened to the first of them."""
    lines = Transaction.objects.filter(pk__in=changed[:MOST_TOLD]).order_by("date", "pk")
    said = []
    for line in lines:
        stands = standing_of(line)
        sentence = stands.sentence() if stands.decided_by else CHANGED
        said.append({"transaction": str(line.pk), "message": sentence})
    return {"count": len(changed), "lines": said}


def book_together(row: Acceptance, wanted: Sequence[Proposal], user: User, tell: Told) -> UUID:
    """Book every suggestion, some hundred with few statements; the books are held.

    The amounts have been found to fit as they are proposed, so nothing is shared out anew. The
    rows keep the hash of what the machine said: undone, they are its proposals again.
    """
    marks: list[dict[str, str]] = []
    now = timezone.now()
    for some in parts(wanted, tell):
        rows = list(
            Reconciliation.objects.filter(link__in={one.link for one in some}).order_by(
                "link", "pk"
            )
        )
        touched = Touched()
        touched.add(rows)
        give_way(some)
        Reconciliation.objects.filter(pk__in=[one.pk for one in rows]).update(
            status=ReconciliationStatus.MATCHED, performed_by=user, decided_at=now
        )
        settle(touched.lines, touched.documents)
        marks += log_links(row, rows, user)
    return log_act(row, marks, user)


def give_way(wanted: Iterable[Proposal]) -> None:
    """Set aside, for the day of the undoing, what else was said of these lines."""
    decision = {one.line: one.link for one in wanted}
    others = Reconciliation.objects.filter(transaction__in=decision).exclude(MATCHED)
    gone = [
        (one, one.transaction_id, decision[one.transaction_id])
        for one in others
        if one.transaction_id and one.link != decision[one.transaction_id]
    ]
    Displaced.objects.bulk_create(
        [
            Displaced(
                organization_id=one.organization_id,
                transaction_id=line,
                link=link,
                row=spelled(one),
            )
            for one, line, link in gone
        ],
        batch_size=BATCH,
    )
    Reconciliation.objects.filter(pk__in=[one.pk for one, *_ in gone]).delete()


def log_links(row: Acceptance, rows: Iterable[Reconciliation], user: User) -> list[dict[str, str]]:
    """Each link in the trail, and the mark by which the act knows it again."""
    by_link: defaultdict[UUID, list[Reconciliation]] = defaultdict(list)
    booked = Reconciliation.objects.filter(pk__in=[one.pk for one in rows])
    for one in booked.order_by("-score", "created_at", "id"):
        by_link[one.link].append(one)
    record_all(
        row.organization,
        [
            Deed("match.confirmed", link[0], user, {**link_facts(link), PART: row.pk})
            for link in by_link.values()
        ],
    )
    return [
        {
            "transaction": str(link[0].transaction_id),
            "mark": " ".join(f"{one.pk} {one.decided_at}" for one in link),
        }
        for link in by_link.values()
    ]


def log_act(row: Acceptance, lines: Sequence[dict[str, str]], user: User) -> UUID:
    """The act that takes all of them back."""
    diff = {
        "verdict": "accept", "count": len(lines), "amount": row.booked_amount,
        "points": row.accept_at, PART: row.pk, "lines": lines,
    }  # fmt: skip
    return record(row.organization, GROUPED, row, actor=user, diff=diff).pk
