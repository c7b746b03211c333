"""Template words of the reports: a count as the link to its list, and spans of time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from django.template import Library
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conciliacontag.brazil import format_brl
from ingestion.screens.wording import spell, thousands
from reconciliation.kpis.charts import told_rate
from reconciliation.kpis.links import list_page
from reconciliation.kpis.report import MonthFigures

register = Library()


@register.simple_tag(takes_context=True)
def figure(
    context: Context, row: MonthFigures, code: str, share: Decimal | Literal[""] | None = ""
) -> SafeString:
    """How many of a month, or their share, as the link to which they are."""
    url = list_page(code, organization=context.get("company"), month=row.month)
    if share == "":
        return linked(url, row.count(code))
    return led(url, told_rate(share)) if row.count(code) else quiet(told_rate(share))


@register.simple_tag(takes_context=True)
def amount(context: Context, row: MonthFigures, code: str) -> SafeString:
    """What those of a month add up to, as the link to which they are."""
    url = list_page(code, organization=context.get("company"), month=row.month)
    tally = row.of(code)
    told = format_brl(tally.amount or Decimal(0))
    return led(url, told) if tally.count else quiet(told)


@register.simple_tag(takes_context=True)
def count_of(context: Context, code: str, count: int, **more: str) -> SafeString:
    """A count of the page's company and month, as the link to its list."""
    company, month = context.get("company"), context.get("month")
    return linked(list_page(code, organization=company, month=month, **more), count)


@register.simple_tag
def linked(url: str, count: int) -> SafeString:
    """A count as a link; none leads nowhere."""
    return led(url, thousands(count)) if count else quiet("0")


def led(url: str, told: str) -> SafeString:
    return format_html('<a class="link" href="{}">{}</a>', url, told)


def quiet(told: str) -> SafeString:
    """What has no rows leads nowhere."""
    return format_html('<span class="quiet">{}</span>', told)


register.filter("rate", told_rate)


@register.filter
def span(value: Any) -> str:
    """`40 s`, `3 min`; below ten seconds with a tenth, a dash without any."""
    if not isinstance(value, timedelta):
        return "—"
    seconds = value.total_seconds()
    return f"{seconds:.1f} s".replace(".", ",") if seconds < 10 else spell(value)
