"""One line at the desk: what the bank says, what it would settle, who else could be meant."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from conciliacontag.organizations.models import User
from conciliacontag.organizations.roles import Act
from conciliacontag.pages import holds
from ingestion.models import Document, Transaction
from ingestion.models.documents import Direction
from reconciliation.desk.marks import collapsed, document_fields, line_facts, line_marks
from reconciliation.desk.owing import Debt, debt_of, debts_of
from reconciliation.desk.queue import Queue
from reconciliation.desk.standing import HELD, WAITS, Standing, standing_of
from reconciliation.evidence_words import evidence_rows
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.screens.desk_queue import address_of

LINE, CHOICE = "pages/desk_line.html", "pages/desk_choice.html"
MOST_KEYS = 9
MOST_RIVALS = 3
WHY_NOT = " Por que não 100: "
RULE_FORM = "admin:reconciliation_rule_new"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document as the desk offers it; `row` is the machine's proposal, if it made one."""

    key: str
    debt: Debt
    line: Transaction
    row: Reconciliation | None
    rivals: list[dict[str, Any]]

    @property
    def document(self) -> Any:
        return self.debt.document

    @property
    def value(self) -> str:
        return f"{self.document.pk}|{self.debt.installment}"

    @property
    def balance(self) -> Any:
        return self.debt.beside(self.line, self.row)

    @property
    def cents(self) -> int:
        return int(self.debt.amount * 100)

    @property
    def is_taken(self) -> bool:
        """Another line has settled it meanwhile."""
        return not self.document.is_open

    @property
    def due_on(self) -> date:
        return self.debt.due_on

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

    @property
    def side(self) -> str:
        return "Cliente" if self.document.direction == Direction.ISSUED else "Fornecedor"


def shown(
    request: HttpRequest, user: User, queue: Queue, line: Transaction, *, ahead: bool = False
) -> tuple[str, Standing]:
    """The part of the page that is one line, and how the line stands."""
    stands = standing_of(line)
    debts = debts_of(stands.rows)
    rivals = rivals_of(queue, stands)
    offered = [
        Candidate("", debts[row.pk], line, row, rivals[row.document_id])
        for row in (stands.booked or stands.proposed)
        if row.pk in debts
    ]
    context = {
        "line": line,
        "stands": stands,
        "memo": collapsed(line.memo),
        "payee": collapsed(line.payee),
        "choices": numbered(offered),
        "address": address_of(queue, line=line.pk),
        "may_decide": stands.state in (WAITS, HELD)
        and holds(request, line.organization_id, Act.DECIDE),
        "may_undo": may_undo(request, user, stands),
        "rule_form": rule_form(request, line),
        "ahead": ahead,
    }
    return render_to_string(LINE, context, request), stands


def numbered(offered: list[Candidate], start: int = 1) -> list[Candidate]:
    return [
        Candidate(str(place) if place <= MOST_KEYS else "", one.debt, one.line, one.row, one.rivals)
        for place, one in enumerate(offered, start)
    ]


def may_undo(request: HttpRequest, user: User, stands: Standing) -> bool:
    if stands.state == WAITS:
        return False
    by = stands.decided_by
    act = Act.REOPEN_OWN if by is not None and by.pk == user.pk else Act.REOPEN
    return holds(request, stands.line.organization_id, act)


def rivals_of(queue: Queue, stands: Standing) -> defaultdict[Any, list[dict[str, Any]]]:
    """By document: other lines to which it is proposed as well, the most probable first."""
    documents = {row.document_id for row in stands.proposed}
    found: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
    rows = Reconciliation.objects.filter(
        document__in=documents, status=ReconciliationStatus.PARTIAL
    ).exclude(transaction=stands.line)
    for row in rows.select_related("transaction").order_by("-score", "id")[: 9 * MOST_RIVALS]:
        if len(found[row.document_id]) < MOST_RIVALS:
            address = address_of(queue, line=row.transaction_id)
            told = {"line": row.transaction, "score": row.score, "address": address}
            found[row.document_id].append(told)
    return found


def rule_form(request: HttpRequest, line: Transaction) -> str:
    """Where a rule is made from this line; "" where rules cannot be made on screens."""
    if not holds(request, line.organization_id, Act.CONFIGURE):
        return ""
    try:
        return f"{reverse(RULE_FORM, args=[line.organization_id])}?lancamento={line.pk}"
    except NoReverseMatch:
        return ""


def drawn_choices(
    request: HttpRequest, line: Transaction, documents: list[Document], start: int
) -> str:
    """Documents that a person looked for, to be chosen like the machine's own candidates."""
    offered = [Candidate("", debt_of(document), line, None, []) for document in documents]
    return "".join(
        render_to_string(CHOICE, {"choice": one, "is_found": True, "may_decide": True}, request)
        for one in numbered(offered, start)
    )
