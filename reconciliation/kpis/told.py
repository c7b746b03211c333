"""The figures of a company as the API tells them: each number with where its rows are."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from conciliacontag.organizations.models import Organization
from reconciliation.kpis.figures import OF_LINES, OF_NOTES, Spans, Tally, ages
from reconciliation.kpis.links import list_address, list_page
from reconciliation.kpis.measures import MEASURES
from reconciliation.kpis.missing import TITLE, count_missing
from reconciliation.kpis.period import month_of, work_of
from reconciliation.kpis.report import (
    OF_READING,
    BandFigures,
    MonthFigures,
    Pace,
    errors_by_kind,
    month_by_month,
    pace,
    precision_by_band,
)

CODES = (*OF_NOTES, *OF_LINES, *(code for codes in OF_READING for code in codes), "runs", "waits")


def tell_kpis(organization: Organization, month: date, months: int) -> dict[str, Any]:
    """Everything of a month, and so many months with their rates and counts."""
    mine, period, work = [organization], month_of(month), work_of(month)
    missing = Tally(count_missing(mine, period)[organization.pk])
    return {
        "months": [told_month(organization, row) for row in month_by_month(mine, month, months)],
        "precision": [
            told_band(organization, month, band) for band in precision_by_band(mine, period)
        ],
        "reading": {
            "from": work.first,
            "to": date.fromordinal(work.until.toordinal() - 1),
            "kinds": [asdict(row) | {"rate": row.rate} for row in errors_by_kind(mine, work)],
            **told_pace(pace(mine, work)),
        },
        "ages": [
            told_figure(organization, month, one.code, one.title, tally)
            for one, tally in ages(mine)
        ],
        "missing": told_figure(organization, month, "missing", TITLE, missing),
    }


def told_month(organization: Organization, row: MonthFigures) -> dict[str, Any]:
    return {
        "period": f"{row.month:%Y-%m}",
        "rate": row.rate,
        "automatic_rate": row.automatic_rate,
        "automatic_documents_rate": row.automatic_documents,
        "reading_error_rate": row.refused_rate,
        "runs": told_spans(row.runs),
        "arrival_to_match": told_spans(row.waits),
        "figures": list(told_figures(organization, row)),
    }


def told_figures(organization: Organization, row: MonthFigures) -> Iterator[dict[str, Any]]:
    for code in CODES:
        yield told_figure(organization, row.month, code, MEASURES[code].title, row.of(code))


def told_figure(
    organization: Organization, month: date, code: str, title: str, tally: Tally
) -> dict[str, Any]:
    return {
        "code": code,
        "title": title,
        "count": tally.count,
        "amount": tally.amount,
        "page": list_page(code, organization=organization, month=month),
        "url": list_address(code, organization, month),
    }


def told_band(organization: Organization, month: date, band: BandFigures) -> dict[str, Any]:
    codes = (band.kept_code, *(code for code, _ in band.dropped))
    return {
        "code": band.code,
        "title": band.title,
        "kept": band.kept,
        "not_kept": band.wrong,
        "precision": band.precision,
        "low": band.interval and band.interval[0],
        "high": band.interval and band.interval[1],
        "lists": [list_address(code, organization, month) for code in codes],
    }


def told_pace(found: Pace) -> dict[str, Any]:
    return {
        "documents_read": found.read,
        "documents_per_hour": found.per_hour,
        "seconds_per_thousand_documents": in_seconds(found.per_thousand),
    }


def told_spans(found: Spans) -> dict[str, Any]:
    return {
        "count": found.count,
        "p50_seconds": in_seconds(found.half),
        "p95_seconds": in_seconds(found.slow),
    }


def in_seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 2)
