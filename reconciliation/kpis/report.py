"""A company's figures as tables: month by month, by points, by kind of file, and in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from conciliacontag.organizations.models import Organization
from ingestion.words import FILE_KINDS
from reconciliation.kpis.bands import AUTOMATIC, STEPS, TITLES
from reconciliation.kpis.charts import share
from reconciliation.kpis.figures import (
    NONE,
    OF_LINES,
    OF_NOTES,
    Spans,
    Tallies,
    Tally,
    busy_hours,
    compared,
    count_by,
    run_spans,
    wait_spans,
)
from reconciliation.kpis.period import Period, month_of, months_until
from reconciliation.thresholds.consequences import wilson

MONTHS = 12
OF_READING = (("read_documents",), ("read_lines",), ("files", "files_refused"))


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of one or many companies."""

    month: date
    tallies: Tallies
    runs: Spans
    waits: Spans

    def of(self, code: str) -> Tally:
        timed = {"runs": self.runs, "waits": self.waits}
        return Tally(timed[code].count) if code in timed else self.tallies.get(code, NONE[code])

    def count(self, code: str) -> int:
        return self.of(code).count

    @property
    def is_empty(self) -> bool:
        timed = self.runs.count + self.waits.count
        return not (timed or any(one.count for one in self.tallies.values()))

    @property
    def open_amount(self) -> Decimal:
        return self.of("lines_open").amount or Decimal(0)

    @property
    def rate(self) -> Decimal | None:
        """Reconciled lines of all lines, in per cent."""
        return share(self.count("lines_settled"), self.count("lines"))

    @property
    def automatic_rate(self) -> Decimal | None:
        """Lines that the machine reconciled alone, of all lines."""
        return share(self.count("lines_automatic"), self.count("lines"))

    @property
    def automatic_documents(self) -> Decimal | None:
        """Documents that the machine reconciled alone, of those that wait for money."""
        return share(self.count("documents_automatic"), self.count("documents_valid"))

    @property
    def refused_rate(self) -> Decimal | None:
        """Files with an error of reading, of all that were read."""
        return share(self.count("files_refused"), self.count("files"))


def month_by_month(
    organizations: Sequence[Organization],
    month: date,
    count: int = MONTHS,
    *,
    codes_of: Sequence[Sequence[str]] = (OF_LINES, OF_NOTES, *OF_READING),
) -> list[MonthFigures]:
    """So many months of these companies together, the given one last.

    Args:
        codes_of: which measures to count, those of one subject together.
    """
    months = months_until(month, count)
    period = Period(months[0], month_of(month).until)
    found: dict[date, Tallies] = {one: {} for one in months}
    for codes in codes_of:
        for (start,), tallies in count_by(codes, organizations, period, "month").items():
            found[start] |= tallies
    runs, waits = run_spans(organizations, period), wait_spans(organizations, period)
    return [
        MonthFigures(one, found[one], runs.get(one, Spans()), waits.get(one, Spans()))
        for one in months
    ]


def since_first(rows: Sequence[MonthFigures]) -> list[MonthFigures]:
    """Without the months before the first one with anything in it; the last one always stays."""
    started = (place for place, row in enumerate(rows) if not row.is_empty)
    return list(rows[next(started, len(rows) - 1) :])


@dataclass(frozen=True, slots=True)
class BandFigures:
    """What became of the pairs of one band: the codes name the lists behind the counts."""

    code: str
    title: str
    kept: int
    kept_code: str
    dropped: tuple[tuple[str, int], ...]  # code of the list, how many

    @property
    def wrong(self) -> int:
        return sum(count for _, count in self.dropped)

    @property
    def total(self) -> int:
        return self.kept + self.wrong

    @property
    def precision(self) -> Decimal | None:
        """Kept of all, in per cent; None without any."""
        return share(self.kept, self.total)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """Between which per cents it lies with 95 % confidence; None without any."""
        if not self.total:
            return None
        low, high = (Decimal(str(round(one * 100, 2))) for one in wilson(self.kept, self.total))
        return low, high


def precision_by_band(organizations: Sequence[Organization], period: Period) -> list[BandFigures]:
    """How often people let stand what the machine said, by how sure it was."""
    steps = [code for code, _ in STEPS]
    asked = (
        ("standing",),
        ("undone",),
        tuple(f"kept_{code}" for code in steps),
        ("dropped_automatic", *(f"dropped_{code}" for code in steps)),
    )
    found: dict[str, int] = {}
    for codes in asked:
        for tallies in count_by(codes, organizations, period).values():
            found |= {code: tally.count for code, tally in tallies.items()}

    def band(code: str, kept: str, *dropped: str) -> BandFigures:
        counts = tuple((name, found.get(name, 0)) for name in dropped)
        return BandFigures(code, TITLES[code], found.get(kept, 0), kept, counts)

    return [
        band(AUTOMATIC, "standing", "undone", "dropped_automatic"),
        *(band(code, f"kept_{code}", f"dropped_{code}") for code in steps),
    ]


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Files of one kind: how many were read, how many of them with an error."""

    kind: str
    title: str
    files: int
    refused: int

    @property
    def rate(self) -> Decimal | None:
        return share(self.refused, self.files)


def errors_by_kind(organizations: Sequence[Organization], period: Period) -> list[KindFigures]:
    """The kinds of file of a period, those with most errors first."""
    found = count_by(("files", "files_refused"), organizations, period, "kind")
    rows = [
        KindFigures(
            kind,
            FILE_KINDS.get(str(kind), str(kind)) if kind else "Sem tipo",
            tallies["files"].count,
            tallies["files_refused"].count,
        )
        for (kind,), tallies in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.refused, -row.files, row.title))


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly documents went through."""

    read: int  # documents
    hours: int  # in which at least one document was read
    compared: int  # documents, each as often as a run compared it
    worked: timedelta  # of those runs, the time in the queue included

    @property
    def per_hour(self) -> Decimal | None:
        """Documents read in an hour in which anything was read."""
        return (Decimal(self.read) / self.hours).quantize(Decimal("0.1")) if self.hours else None

    @property
    def per_thousand(self) -> timedelta | None:
        """How long runs took for a thousand documents."""
        return self.worked * 1000 / self.compared if self.compared else None


def pace(organizations: Sequence[Organization], period: Period) -> Pace:
    read, hours = busy_hours(organizations, period)
    return Pace(read, hours, *compared(organizations, period))
