"""The month of each company, one line each: as many queries for one as for a hundred."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from conciliacontag.organizations.models import Organization
from reconciliation.kpis.charts import share
from reconciliation.kpis.figures import NONE, Tallies, Tally, count_by, oldest_open
from reconciliation.kpis.links import list_page
from reconciliation.kpis.missing import count_missing
from reconciliation.kpis.period import month_of
from reconciliation.models import Closing
from reconciliation.watch.links import in_scope

OF_LINES = (
    "lines", "lines_settled", "lines_automatic", "lines_open", "lines_proposed", "lines_warned",
)  # fmt: skip
OF_NOTES = ("documents",)


@dataclass(frozen=True, slots=True)
class CompanyMonth:
    """One company's line. Amounts are in reais, without sign."""

    organization: Organization
    month: date
    tallies: Tallies
    missing: int
    oldest: date | None
    is_closed: bool

    def of(self, code: str) -> Tally:
        return self.tallies.get(code, NONE.get(code, Tally()))

    @property
    def documents(self) -> Tally:
        return self.of("documents")

    @property
    def lines(self) -> Tally:
        return self.of("lines")

    @property
    def open(self) -> Tally:
        return self.of("lines_open")

    @property
    def proposed(self) -> Tally:
        return self.of("lines_proposed")

    @property
    def open_amount(self) -> Decimal:
        return self.open.amount or Decimal(0)

    @property
    def rate(self) -> Decimal | None:
        """Reconciled lines of all lines, in per cent; None when there is no line."""
        return share(self.of("lines_settled").count, self.lines.count)

    @property
    def automatic_rate(self) -> Decimal | None:
        """Lines that the machine reconciled alone, of all lines."""
        return share(self.of("lines_automatic").count, self.lines.count)

    @property
    def is_idle(self) -> bool:
        """Nothing of the month has come."""
        return not (self.documents.count or self.lines.count)

    @property
    def pages(self) -> dict[str, str]:
        return pages(self.organization, self.month)

    @property
    def page(self) -> str:
        """The first page, narrowed to this company."""
        return in_scope(self.organization, self.month, "index")

    @property
    def closing_page(self) -> str:
        return in_scope(self.organization, self.month, "reconciliation_month")


def pages(organization: Organization | None, month: date) -> dict[str, str]:
    """Where each number leads: its list, for one company or for all."""
    codes = (*OF_LINES, *OF_NOTES, "missing")
    return {code: list_page(code, organization=organization, month=month) for code in codes}


def company_months(organizations: Sequence[Organization], month: date) -> list[CompanyMonth]:
    """One line a company; the largest amount in the open comes first."""
    period = month_of(month)
    lines = count_by(OF_LINES, organizations, period, "organization_id")
    notes = count_by(OF_NOTES, organizations, period, "organization_id")
    missing = count_missing(organizations, period)
    oldest = oldest_open(organizations, period)
    closed = Closing.objects.in_force().filter(
        organization__in=organizations, starts_on=period.first
    )
    shut = set(closed.values_list("organization_id", flat=True))
    found = [
        CompanyMonth(
            one,
            period.first,
            lines.get((one.pk,), {}) | notes.get((one.pk,), {}),
            missing[one.pk],
            oldest.get(one.pk),
            one.pk in shut,
        )
        for one in organizations
    ]
    return sorted(found, key=lambda row: (-row.open_amount, row.organization.name))


@dataclass(frozen=True, slots=True)
class Totals:
    """All companies of a page together."""

    rows: Sequence[CompanyMonth]
    month: date

    def count(self, code: str) -> int:
        return sum(row.of(code).count for row in self.rows)

    @property
    def documents(self) -> int:
        return self.count("documents")

    @property
    def lines(self) -> int:
        return self.count("lines")

    @property
    def settled(self) -> int:
        return self.count("lines_settled")

    @property
    def automatic(self) -> int:
        return self.count("lines_automatic")

    @property
    def open(self) -> int:
        return self.count("lines_open")

    @property
    def open_amount(self) -> Decimal:
        return sum((row.open_amount for row in self.rows), Decimal(0))

    @property
    def missing(self) -> int:
        return sum(row.missing for row in self.rows)

    @property
    def rate(self) -> Decimal | None:
        return share(self.settled, self.lines)

    @property
    def automatic_rate(self) -> Decimal | None:
        return share(self.automatic, self.lines)

    @property
    def pages(self) -> dict[str, str]:
        only = self.rows[0].organization if len(self.rows) == 1 else None
        return pages(only, self.month)


def totals(organizations: Sequence[Organization], month: date) -> Totals:
    return Totals(company_months(organizations, month), month)
