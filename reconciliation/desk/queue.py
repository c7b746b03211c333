"""The lines of a month that are left to people: which, how many, in what order, which is next."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet, Sum
from django.db.models.functions import Abs, Coalesce

from conciliacontag.organizations.models import Organization
from conciliacontag.scope import next_month
from ingestion.models import MatchStatus, Transaction
from reconciliation.line_states import ANSWERED, WARNED, suggested
from reconciliation.line_states import HELD as PUT_ASIDE
from reconciliation.thresholds.options import least_proposed

WAITING, SUGGESTED, BARE, HELD, ALERTED, REFUSED, BOOKED = (
    "a-decidir", "com-sugestao", "sem-sugestao", "a-verificar", "com-alerta", "sem-nota",
    "conciliados",
)  # fmt: skip
STATES = {
    WAITING: "A decidir",
    SUGGESTED: "Com sugestão",
    BARE: "Sem sugestão",
    HELD: "A verificar",
    ALERTED: "Com alerta",
    REFUSED: "Sem nota",
    BOOKED: "Conciliados",
}
OLDEST, HIGHEST = "data", "valor"
ORDERS = {OLDEST: "Mais antigos primeiro", HIGHEST: "Maiores primeiro"}

BOOKED_LINES = Q(status=MatchStatus.RECONCILED)
RULES = {
    WAITING: ~BOOKED_LINES & Q(is_refused=False, is_held=False),
    SUGGESTED: ~BOOKED_LINES & Q(is_refused=False, is_held=False, has_proposal=True),
    BARE: ~BOOKED_LINES & Q(is_refused=False, is_held=False, has_proposal=False),
    HELD: ~BOOKED_LINES & Q(is_refused=False, is_held=True),
    ALERTED: Q(is_warned=True),  # reconciled or not: a warning waits for an answer of its own
    REFUSED: ~BOOKED_LINES & Q(is_refused=True),
    BOOKED: BOOKED_LINES,
}


@dataclass(frozen=True, slots=True)
class Queue:
    """One company's month, narrowed to a state, in an order."""

    organization: Organization
    month: date  # its first day
    state: str = WAITING
    order: str = OLDEST

    def lines(self) -> "QuerySet[Transaction]":
        """Everything of the month, each line with what is known of its state."""
        return with_state(
            Transaction.objects.money().filter(
                organization=self.organization,
                date__gte=self.month,
                date__lt=next_month(self.month),
            ),
            least_proposed(self.organization),
        )

    def rows(self) -> "QuerySet[Transaction]":
        """The lines of the state, in order."""
        found = self.lines().filter(RULES[self.state])
        if self.order == HIGHEST:
            return found.annotate(size=Abs("amount")).order_by("-size", "id")
        return found.order_by("date", "id")

    def after(self, line: Transaction) -> "QuerySet[Transaction]":
        """The lines that follow this one, which itself may have left the queue."""
        return self.rows().exclude(pk=line.pk).filter(self._beyond(line, "gt"))

    def before(self, line: Transaction) -> "QuerySet[Transaction]":
        """The lines that come before this one, the nearest first."""
        return self.rows().exclude(pk=line.pk).filter(self._beyond(line, "lt")).reverse()

    def next(self, line: Transaction, count: int = 1) -> list[Transaction]:
        """The lines to show after this one, round the end."""
        found = list(self.after(line)[:count])
        if len(found) < count:
            known = [line.pk, *(one.pk for one in found)]
            found += self.rows().exclude(pk__in=known)[: count - len(found)]
        return found

    def previous(self, line: Transaction) -> Transaction | None:
        """The line before this one, or else the last."""
        return self.before(line).first() or self.rows().exclude(pk=line.pk).last()

    def _beyond(self, line: Transaction, side: str) -> Q:
        if self.order == HIGHEST:
            farther = {"gt": "lt", "lt": "gt"}[side]
            size = abs(line.amount)
            return Q(**{f"size__{farther}": size}) | Q(size=size, **{f"id__{side}": line.pk})
        # The day alone lets the index skip to the place; the rest decides among equals.
        near = Q(**{f"date__{side}e": line.date})
        exact = Q(date=line.date, **{f"id__{side}": line.pk})
        return near & (Q(**{f"date__{side}": line.date}) | exact)


def with_state(lines: "QuerySet[Transaction]", least: Coalesce) -> "QuerySet[Transaction]":
    """Whether a line has a suggestion, was said to have no document, was put aside, is warned of.

    Args:
        least: points; what a run found less probable is a candidate only.
    """
    return lines.annotate(
        has_proposal=suggested(least), is_refused=ANSWERED, is_held=PUT_ASIDE, is_warned=WARNED
    )


def tally(queue: Queue) -> dict[str, dict[str, Any]]:
    """How many lines and how much money, without sign, each state holds."""
    asked: dict[str, Any] = {}
    for number, rule in enumerate(RULES.values()):
        asked[f"count_{number}"] = Count("pk", filter=rule)
        asked[f"sum_{number}"] = Sum(Func(F("amount"), function="abs"), filter=rule)
    found = queue.lines().order_by().aggregate(**asked)
    return {
        state: {"count": found[f"count_{number}"], "sum": found[f"sum_{number}"] or 0}
        for number, state in enumerate(RULES)
    }


def newest_month(organization: Organization) -> date | None:
    """The last month in which a line waits for people."""
    mine = Transaction.objects.money().filter(organization=organization)
    lines = with_state(mine, least_proposed(organization))
    day = lines.filter(RULES[WAITING]).order_by("-date").values_list("date", flat=True).first()
    return day.replace(day=1) if day else None
