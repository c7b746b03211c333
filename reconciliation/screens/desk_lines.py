"""One line at the desk: what the bank says, what it would settle, who else could be meant."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import holds
from conciliacontag.scope import COMPANY, MONTH
from ingestion.models import Transaction
from reconciliation.boletos import told_settlement
from reconciliation.desk.joining import Open
from reconciliation.desk.marks import collapsed, document_fields, line_facts, line_marks
from reconciliation.desk.offers import Offer, offers_of
from reconciliation.desk.owing import Debt
from reconciliation.desk.queue import Queue
from reconciliation.desk.standing import HELD, WAITS, Standing, standing_of
from reconciliation.evidence_words import evidence_rows
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.screens.desk_queue import address_of

LINE, CHOICE = "pages/desk_line.html", "pages/desk_choice.html"
JOINED = "pages/desk_joined.html"
MOST_KEYS = 9
MOST_RIVALS = 3
WHY_NOT = " Por que não 100: "
RULE_FORM = "admin:reconciliation_rule_new"
REQUEST = "admin:reconciliation_request"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer as the desk draws it, with the key that chooses it."""

    key: str
    offer: Offer
    rivals: list[dict[str, Any]]

    @property
    def debt(self) -> Debt:
        return self.offer.debts[0]

    @property
    def document(self) -> Any:
        return self.debt.document

    @property
    def row(self) -> Reconciliation | None:
        return self.offer.first

    @property
    def value(self) -> str:
        """Every document of it, as the page sends it back."""
        debts = self.offer.debts
        return ",".join(f"{debt.document.pk}|{debt.installment}" for debt in debts)

    @property
    def lines(self) -> str:
        return ",".join(str(line.pk) for line in self.offer.other_lines)

    @property
    def balance(self) -> Any:
        return self.offer.balance

    @property
    def owed_cents(self) -> str:
        return cents(self.balance.owed)

    @property
    def paid_cents(self) -> str:
        """What the other lines of a group bring."""
        return cents(self.balance.paid - self.offer.left) if self.offer.others else "0"

    @property
    def withheld_cents(self) -> str:
        return cents(sum((debt.part.withheld for debt in self.offer.debts), Decimal(0)))

    @property
    def names(self) -> str:
        """`NF-e 12`, or `NF-e 12 + NF-e 13`."""
        return " + ".join(debt.name for debt in self.offer.debts)

    @property
    def is_taken(self) -> bool:
        return self.offer.is_taken

    @property
    def is_declared(self) -> bool:
        """Whether the document itself tells when it is due."""
        return bool(self.debt.due_on != self.document.issue_date)

    @property
    def reason(self) -> str:
        return self.row.reason.partition(WHY_NOT)[0] if self.row else ""

    @property
    def why_not(self) -> str:
        return self.row.reason.partition(WHY_NOT)[2] if self.row else ""

    @property
    def score(self) -> Decimal | None:
        return self.row.score if self.row else None

    @property
    def evidence(self) -> list[dict[str, Any]]:
        return evidence_rows(self.row.evidence) if self.row else []

    @property
    def fields(self) -> list[str]:
        return document_fields(self.row.evidence) if self.row else []

    @property
    def marks_json(self) -> str:
        """Which parts of the line speak for it, for the page's module."""
        rows = self.row.evidence if self.row else []
        return json.dumps({**line_marks(rows), "facts": line_facts(rows)})


def shown(
    request: HttpRequest, user: User, queue: Queue, line: Transaction, *, ahead: bool = False
) -> tuple[str, Standing]:
    """The part of the page that is one line, and how the line stands."""
    stands = standing_of(line)
    rivals = rivals_of(queue, stands)
    offered = [
        Candidate("", offer, [r for debt in offer.debts for r in rivals[debt.document.pk]])
        for offer in offers_of(stands)
    ]
    context = {
        "line": line,
        "stands": stands,
        "memo": collapsed(line.memo),
        "payee": collapsed(line.payee),
        "settlement": told_settlement(line),
        "choices": numbered([one for one in offered if not one.offer.is_booked]),
        "settled": [one for one in offered if one.offer.is_booked],
        "left_cents": cents(stands.left),
        "address": address_of(queue, line=line.pk),
        "may_decide": stands.state in (WAITS, HELD)
        and holds(request, line.organization_id, Act.DECIDE),
        "may_answer": holds(request, line.organization_id, Act.DECIDE),
        "may_undo": may_undo(request, user, stands),
        "rule_form": rule_form(request, line),
        "request_page": request_page(queue),
        "ahead": ahead,
    }
    return render_to_string(LINE, context, request), stands


def cents(amount: Decimal) -> str:
    """For the page's module: as text, which no template sets points into."""
    return str(int(amount * 100))


def numbered(offered: list[Candidate], start: int = 1) -> list[Candidate]:
    return [
        Candidate(str(place) if place <= MOST_KEYS else "", one.offer, one.rivals)
        for place, one in enumerate(offered, start)
    ]


def may_undo(request: HttpRequest, user: User, stands: Standing) -> bool:
    if stands.state == WAITS and not stands.is_divided:
        return False
    by = stands.decided_by
    act = Act.REOPEN_OWN if by is not None and by.pk == user.pk else Act.REOPEN
    return holds(request, stands.line.organization_id, act)


def rivals_of(queue: Queue, stands: Standing) -> defaultdict[Any, list[dict[str, Any]]]:
    """By document: other lines to which it is proposed as well, the most probable first."""
    documents = {row.document_id for row in stands.proposed}
    found: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
    if not documents:
        return found
    rows = Reconciliation.objects.filter(
        document__in=documents, status=ReconciliationStatus.PARTIAL
    ).exclude(link__in={row.link for row in stands.rows})
    rows = rows.exclude(transaction=stands.line).select_related("transaction").only(
        "document_id", "score", "transaction__date", "transaction__amount", "transaction__memo",
        "transaction__payee",
    )  # fmt: skip
    for row in rows.order_by("-score", "id")[: 9 * MOST_RIVALS]:
        if len(found[row.document_id]) < MOST_RIVALS:
            address = address_of(queue, line=row.transaction_id)
            told = {"line": row.transaction, "score": row.score, "address": address}
            found[row.document_id].append(told)
    return found


def request_page(queue: Queue) -> str:
    """Where the client is asked for what the month lacks."""
    asked = {COMPANY: queue.organization.tenant_key, MONTH: f"{queue.month:%Y-%m}"}
    return f"{reverse(REQUEST)}?{urlencode(asked)}"


def rule_form(request: HttpRequest, line: Transaction) -> str:
    """Where a rule is made from this line; "" where rules cannot be made on screens."""
    if not holds(request, line.organization_id, Act.CONFIGURE):
        return ""
    try:
        return f"{reverse(RULE_FORM, args=[line.organization_id])}?lancamento={line.pk}"
    except NoReverseMatch:
        return ""


def drawn_choices(request: HttpRequest, stands: Standing, debts: Iterable[Debt], start: int) -> str:
    """Documents that a person looked for, to be chosen like the machine's own candidates."""
    offered = [Candidate("", Offer((debt,), stands.line, stands.left), []) for debt in debts]
    return "".join(
        render_to_string(CHOICE, {"choice": one, "is_found": True, "may_decide": True}, request)
        for one in numbered(offered, start)
    )


def drawn_lines(request: HttpRequest, queue: Queue, found: Iterable[Open]) -> str:
    """Other lines that could pay the same documents, to be marked."""
    rows = [
        {"open": one, "cents": cents(one.left), "address": address_of(queue, line=one.line.pk)}
        for one in found
    ]
    return render_to_string(JOINED, {"rows": rows}, request)
