"""What people said of earlier suggestions: kept, replaced by another note, or refused.

The suggestion of a line is its likeliest link when the person decided: the booked rows keep the
points they were proposed with, and what gave way is kept beside the decision. What was decided
together with other lines, unseen, says nothing of its own and is left out (see `taken_along`).
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import DecimalField, Q, UUIDField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from conciliacontag.organizations.models import Organization
from reconciliation.desk.models import Displaced
from reconciliation.models import Reconciliation
from reconciliation.taken_along import TAKEN_ALONG
from reconciliation.thresholds.consequences import Judged

MOST = 20_000  # decisions, the newest: older ones were about another engine


class Said(NamedTuple):
    """One row of a decision."""

    line: UUID
    link: UUID
    pair: tuple[UUID | None, str]
    score: Decimal
    is_booked: bool


def judgements(organization: Organization) -> Iterator[Judged]:
    """The suggestions that people decided one by one, each with what became of it."""
    by_line: defaultdict[UUID, list[Said]] = defaultdict(list)
    for row in decisions(organization):
        by_line[row.line].append(row)
    given_way = suggestions(organization, {row.link for rows in by_line.values() for row in rows})
    for line, rows in by_line.items():
        offered = given_way.get(line, []) + [(row.score, row.pair) for row in rows if row.score]
        if offered:
            score, pair = max(offered, key=lambda one: one[0])
            yield Judged(score, kept=pair in {row.pair for row in rows if row.is_booked})


def decisions(organization: Organization) -> Iterator[Said]:
    """What stands on a person's word, the newest first."""
    standing = Q(status="matched") | Q(status="unmatched")
    rows = Reconciliation.objects.by_people().filter(
        standing, ~TAKEN_ALONG, organization=organization, transaction__isnull=False
    )
    columns = ("transaction_id", "link", "document_id", "installment", "score", "status")
    newest = rows.order_by("-decided_at").values_list(*columns)[:MOST]
    for line, link, document, installment, score, status in newest:
        yield Said(line, link, (document, installment), score, status == "matched")


def suggestions(
    organization: Organization, links: set[UUID]
) -> dict[UUID, list[tuple[Decimal, tuple[UUID | None, str]]]]:
    """The documents that gave way to these decisions, with their points, by line."""
    found: defaultdict[UUID, list[tuple[Decimal, tuple[UUID | None, str]]]] = defaultdict(list)
    # A note that was cancelled afterwards speaks against nobody.
    rows = Displaced.objects.filter(organization=organization, row__alert="").values_list(
        "transaction_id",
        "link",
        Cast(KT("row__document_id"), UUIDField()),
        KT("row__installment"),
        Cast(KT("row__score"), DecimalField(max_digits=5, decimal_places=2)),
    )
    for line, link, document, installment, score in rows.iterator():
        if link in links and document and score:
            found[line].append((score, (document, installment)))
    return found
