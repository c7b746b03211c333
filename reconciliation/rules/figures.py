"""How often rules held, and how often people let stand what they had said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils import timezone

from conciliacontag.brazil import only_id
from conciliacontag.organizations.models import Organization
from reconciliation.models import Reconciliation, ReconciliationStatus
from reconciliation.rules.grammar import Decide
from reconciliation.rules.models import ForgottenSuggestion, Rule, RuleHit
from reconciliation.rules.participation import ready
from reconciliation.rules.services import newest_versions
from reconciliation.rules.subjects import without_numbers
from reconciliation.rules.suggesting import Decision, Suggestion, suggest

MONTH, YEAR = timedelta(days=30), timedelta(days=365)
MOST_DECISIONS = 20_000  # the newest; older habits are not suggested

MATCHED = ReconciliationStatus.MATCHED
FOR = Q(decide=Decide.ACCEPT) | Q(decide="", points__gt=0)
AGAINST = Q(decide=Decide.FORBID) | Q(decide="", points__lt=0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a rule has done. `used`: how often it said something that people can contradict."""

    in_month: int = 0
    in_year: int = 0
    last: datetime | None = None
    used: int = 0
    contradicted: int = 0

    @property
    def kept(self) -> int:
        return self.used - self.contradicted

    @property
    def precision(self) -> Decimal | None:
        """Kept ÷ used, as a fraction; None without history."""
        return (Decimal(self.kept) / self.used).quantize(Decimal("0.0001")) if self.used else None

    @property
    def percent(self) -> str:
        """`96,3 %`; empty without history."""
        share = self.precision
        return "" if share is None else f"{share * 100:.1f} %".replace(".", ",")


def figures_of(rules: Iterable[Rule]) -> dict[UUID, Figures]:
    """The figures of each rule, in one query."""
    now = timezone.now()
    said = Reconciliation.objects.by_people().filter(transaction=OuterRef("transaction"))
    this = Q(status=MATCHED, document=OuterRef("document"))
    hits = RuleHit.objects.filter(rule__in=[rule.pk for rule in rules]).annotate(
        chosen=Exists(said.filter(this)),
        # A person chose another document, took this one back, or said that there is none.
        otherwise=Exists(said.filter(~Q(status=MATCHED) | ~Q(document=OuterRef("document")))),
        booked=Exists(said.filter(status=MATCHED)),
    )
    about_pair = Q(document__isnull=False)
    # That a line has no document at all, any document a person gives it contradicts.
    without = Q(document=None, decide=Decide.FORBID)
    counted = (
        hits.order_by()
        .values_list("rule")
        .annotate(
            in_month=Count("pk", filter=Q(first_at__gte=now - MONTH)),
            in_year=Count("pk", filter=Q(first_at__gte=now - YEAR)),
            last=Max("last_at"),
            used=Count("pk", filter=without | (about_pair & (FOR | AGAINST))),
            contradicted=Count(
                "pk",
                filter=(without & Q(booked=True))
                | (about_pair & FOR & Q(otherwise=True, chosen=False))
                | (about_pair & AGAINST & Q(chosen=True)),
            ),
        )
    )
    found = {rule: Figures(*counts) for rule, *counts in counted}
    return {rule.pk: found.get(rule.pk, Figures()) for rule in rules}


def suggestions_for(organization: Organization) -> list[Suggestion]:
    """Rules that the organization's decisions suggest, without those it has or has forgotten."""
    kept = Rule.objects.filter(organization=organization).kept()
    newest = newest_versions(kept).values()
    known = [read.definition for row in newest if (read := ready(row))]
    forgotten = set(
        ForgottenSuggestion.objects.filter(organization=organization).values_list(
            "fingerprint", flat=True
        )
    )
    found = suggest(decisions_of(organization), known)
    return [one for one in found if one.fingerprint not in forgotten]


def decisions_of(organization: Organization) -> list[Decision]:
    """What people said of lines: this document, or none; what they took back says nothing."""
    rows = (
        Reconciliation.objects.by_people()
        .filter(organization=organization, transaction__isnull=False)
        .exclude(status=ReconciliationStatus.PARTIAL)
        .select_related("transaction", "document")
        .defer("document__normalized")
        .order_by("-decided_at")[:MOST_DECISIONS]
    )
    return [decision for row in rows if (decision := decision_of(row))]


def decision_of(row: Reconciliation) -> Decision | None:
    line, note = row.transaction, row.document
    if line is None:
        return None
    issued = note is not None and note.direction == "issued"
    party = only_id((note.receiver_cnpj if issued else note.emitter_cnpj) if note else "")
    if note is not None and not party.isalnum():
        return None
    return Decision(
        text=without_numbers(line.memo),
        is_credit=line.amount > 0,
        party_id=party,
        party_name=note.party_name if note else "",
        is_exact=note is not None and row.amount == abs(line.amount) == note.total_amount,
        on=line.date,
    )
